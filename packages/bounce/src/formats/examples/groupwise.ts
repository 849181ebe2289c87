import type { FormatExample } from './example.ts';

export const GROUPWISE_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'The message that you sent was undeliverable to the following:',
      '',
      'ann@example.org (user not found)',
      '',
      'Possibly truncated original message follows:',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
  },
];
