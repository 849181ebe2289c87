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
};
