import type { FormatExample } from './example.ts';

export const DOMINO_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'Your message',
      '',
      '  Subject: hello',
      '',
      'was not delivered to:',
      '',
      '  ann@example.org',
      '',
      'because:',
      '',
      '  User ann (ann@example.org) not listed in Domino Directory',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
  },
  {
    text: [
      '------- Failure Reasons  --------',
      '',
      'User not listed in public Name & Address Book',
      'ann@example.org',
      '',
      '------- Returned Message --------',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
  },
];
