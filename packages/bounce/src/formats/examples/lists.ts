import type { FormatExample } from './example.ts';

export const LISTS_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'You are not allowed to post to this mailing list, and your message has been automatically rejected:',
      '',
      'ann-list@lists.example.org',
    ],
    recipients: ['ann-list@lists.example.org'],
    reason: 'sender-rejected',
  },
];

export const FML_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'Duplicated Message-ID in <ann-list@example.org>.',
      'Original mail as follows:',
      '',
      '   From owner-ann-list@example.org',
    ],
    recipients: ['ann-list@example.org'],
    reason: 'routing-loop',
  },
];
