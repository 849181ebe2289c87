import type { TextFormat } from './format.ts';

/** Postfix: `<address>: host … said: …`, folded. */
export const POSTFIX: TextFormat = {
  name: 'postfix',
  marks: [
    'this is the mail system at host',
    'this is the postfix program',
    'this is the symantec',
    'the mail system <',
    "i'm sorry to have to inform you that your message could not",
  ],
};
