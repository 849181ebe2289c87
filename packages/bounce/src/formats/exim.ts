import type { TextFormat } from './format.ts';

/** Exim: recipients indented, what was said of them indented more; X-Failed-Recipients in the header. */
export const EXIM: TextFormat = {
  name: 'exim',
  marks: [
    'this message was created automatically by mail delivery software',
    'this message was created automatically by the smtp relay',
    'this message was created automatically by the mail system',
    'a message that you sent could not be delivered to one or more of its',
    'a message that you sent has not yet been delivered',
  ],
};
