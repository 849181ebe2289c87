import type { TextFormat } from './format.ts';

/** HCL Domino and Notes. */
export const DOMINO: TextFormat = {
  name: 'domino',
  marks: [
    'was not delivered to:',
    'not listed in domino directory',
    'listed in public name & address book',
    'failure reasons',
    'not listed in domino',
  ],
  examples: [
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
  ],
};
