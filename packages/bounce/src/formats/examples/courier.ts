import type { FormatExample } from './example.ts';

export const COURIER_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'This is a delivery status notification from mx.example.net, running the Courier mail server.',
      '',
      'UNDELIVERABLE MAIL',
      '',
      'Your message to the following recipients cannot be delivered:',
      '',
      '<ann@example.org>:',
      '    mx.example.org [192.0.2.7]:',
      '>>> RCPT TO:<ann@example.org>',
      '<<< 550 5.1.1 <ann@example.org>... User Unknown',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    status: '5.1.1',
    replyCode: 550,
  },
];
