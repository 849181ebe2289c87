import type { TextFormat } from './format.ts';

/** OpenSMTPD: `address: reply` on one line. */
export const OPENSMTPD: TextFormat = {
  name: 'opensmtpd',
  marks: ['this is the mailer-daemon, please do not reply'],
  examples: [
    {
      text: [
        '    Hi!',
        '',
        '    This is the MAILER-DAEMON, please DO NOT REPLY to this e-mail.',
        '',
        '    An error has occurred while attempting to deliver a message for',
        '    the following list of recipients:',
        '',
        'ann@example.org: 550 5.2.2 mailbox full',
        '',
        '    Below is a copy of the original message:',
      ],
      recipients: ['ann@example.org'],
      reason: 'mailbox-full',
      status: '5.2.2',
      replyCode: 550,
    },
  ],
};
