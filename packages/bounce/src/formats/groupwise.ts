import type { TextFormat } from './format.ts';

/** GroupWise and its Internet agent. */
export const GROUPWISE: TextFormat = {
  name: 'groupwise',
  marks: [
    'the message that you sent was undeliverable to the following',
    'groupwise',
    'the attached file had the following undeliverable recipient(s)',
    'undeliverable recipient(s)',
  ],
};
