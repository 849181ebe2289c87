import type { TextFormat } from './format.ts';

/** Gmail, Google Workspace and Google Groups. */
export const GOOGLE: TextFormat = {
  name: 'google',
  marks: [
    'technical details of permanent failure',
    'technical details of temporary failure',
    'delivery to the following recipient failed permanently',
    'delivery to the following recipients failed permanently',
    'delivery to the following recipient has been delayed',
    'the group you tried to contact',
    'the response from the remote server was',
    'the response was',
    'there was a problem delivering your message to',
    'there was a temporary problem delivering your message to',
    'google tried to deliver your message',
    'gmail will retry for',
    'the group you tried',
    'address not found',
    'message blocked',
    'message not delivered',
    'delivery incomplete',
  ],
  examples: [
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
  ],
};
