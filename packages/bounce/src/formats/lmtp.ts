import type { TextFormat } from './format.ts';

/** Delivery over LMTP, by pipes and by delivery agents. */
export const LMTP: TextFormat = {
  name: 'lmtp',
  marks: [
    'lmtp error after',
    'error from lmtp',
    'lmtp:',
    'your message was automatically rejected by',
    'dovecot mail delivery agent',
    'message was automatically rejected by dovecot',
    'your message to <',
  ],
};
