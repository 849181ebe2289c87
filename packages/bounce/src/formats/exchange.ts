import type { TextFormat } from './format.ts';

/** Exchange and Microsoft 365: help for people, then diagnostics for administrators. */
export const EXCHANGE: TextFormat = {
  name: 'exchange',
  marks: [
    'did not reach the following recipient(s)',
    'delivery has failed to these recipients',
    'delivery is delayed to these recipients',
    'diagnostic information for administrators',
    'generating server',
    'the mts-id of the original message is',
    'your message did not reach some or all of the intended recipients',
    'the following recipient(s) could not be reached',
    'the following recipient(s) cannot be reached',
    "couldn't deliver your message",
    "your message couldn't be delivered to the recipients",
    'this is an automatically generated delivery status notification',
    'remote server returned',
    'has been rejected by the remote server',
  ],
};
