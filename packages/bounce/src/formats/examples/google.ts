import type { FormatExample } from './example.ts';

export const GOOGLE_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'Delivery to the following recipient failed permanently:',
      '',
      '     ann@example.org',
      '',
      'Technical details of permanent failure: ',
      'Google tried to deliver your message, but it was rejected by the server for the recipient domain example.org by mx.example.org. [192.0.2.7].',
      '',
      'The error that the other server returned was:',
      '550 5.1.1 <ann@example.org>: User unknown',
      '',
      '----- Original message -----',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    status: '5.1.1',
    replyCode: 550,
  },
  {
    text: [
      '** Delivery incomplete **',
      '',
      "There was a temporary problem delivering your message to ann@example.org. Gmail will retry for 46 more hours. You'll be notified if the delivery fails permanently.",
    ],
    recipients: ['ann@example.org'],
    reason: 'expired',
  },
];
