import type { TextFormat } from './format.ts';

/** Courier: an indented host and transcript under each recipient. */
export const COURIER: TextFormat = {
  name: 'courier',
  marks: [
    'your message to the following recipients cannot be delivered',
    'this is a delivery status notification from',
    'undeliverable mail your message',
    'your message to the following recipients could not be delivered',
    'has not been delivered to the following recipients',
  ],
  examples: [
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
  ],
};
