import type { TextFormat } from './format.ts';

/** OpenSMTPD: `address: reply` on one line. */
export const OPENSMTPD: TextFormat = {
  name: 'opensmtpd',
  marks: ['this is the mailer-daemon, please do not reply'],
};
