import type { FormatExample } from './example.ts';

export const EXIM_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'This message was created automatically by mail delivery software.',
      '',
      'A message that you sent could not be delivered to one or more of its',
      'recipients. This is a permanent error. The following address(es) failed:',
      '',
      '  ann@example.org',
      '    host mx.example.org [192.0.2.7]',
      '    SMTP error from remote mail server after RCPT TO:<ann@example.org>:',
      '    552 5.2.2 mailbox full',
      '',
      '------ This is a copy of the message, including all the headers. ------',
    ],
    recipients: ['ann@example.org'],
    reason: 'mailbox-full',
    status: '5.2.2',
    replyCode: 552,
  },
  {
    text: [
      'This message was created automatically by mail delivery software.',
      '',
      'A message that you sent could not be delivered to one or more of its',
      'recipients. The following address(es) failed:',
      '',
      '  ann@example.org',
      '    retry timeout exceeded',
    ],
    recipients: ['ann@example.org'],
    reason: 'expired',
  },
  {
    text: [
      'This message was created automatically by mail delivery software.',
      '',
      'A message that you sent could not be delivered to one or more of its',
      'recipients. The following address(es) failed:',
      '',
      '  ann@example.org',
      '    mailbox is full: retry timeout exceeded',
    ],
    recipients: ['ann@example.org'],
    reason: 'mailbox-full',
    status: '4.2.2',
  },
];
