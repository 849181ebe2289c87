import type { TextFormat } from './format.ts';

/** Exim: recipients indented, what was said of them indented more; X-Failed-Recipients in the header. */
export const EXIM: TextFormat = {
  name: 'exim',
  marks: [
    'this message was created automatically by mail delivery software',
    'this message was created automatically by the smtp relay',
    'this message was created automatically by the mail system',
    'a message that you sent could not be delivered to one or more of its',
    'a message that you sent has not yet been delivered',
  ],
  examples: [
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
  ],
};
