import type { FormatExample } from './example.ts';

export const YAHOO_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'Sorry, we were unable to deliver your message to the following address.',
      '',
      '<ann@example.org>:',
      'Remote host said:',
      '552 5.2.2 Mailbox full',
      '[RCPT_TO]',
      '',
      '--- Below this line is a copy of the message.',
    ],
    recipients: ['ann@example.org'],
    reason: 'mailbox-full',
    status: '5.2.2',
    replyCode: 552,
  },
];
