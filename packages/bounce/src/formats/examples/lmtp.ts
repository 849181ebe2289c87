import type { FormatExample } from './example.ts';

export const LMTP_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'Your message to <ann@example.org> was automatically rejected:',
      'Quota exceeded (mailbox for user is full)',
    ],
    recipients: ['ann@example.org'],
    reason: 'mailbox-full',
  },
];
