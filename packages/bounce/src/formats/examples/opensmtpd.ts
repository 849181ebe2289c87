import type { FormatExample } from './example.ts';

export const OPENSMTPD_EXAMPLES: readonly FormatExample[] = [
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
];
