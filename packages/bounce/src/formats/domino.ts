import type { TextFormat } from './format.ts';

/** HCL Domino and Notes. */
export const DOMINO: TextFormat = {
  name: 'domino',
  marks: [
    'was not delivered to:',
    'not listed in domino directory',
    'listed in public name & address book',
    'failure reasons',
    'not listed in domino',
  ],
};
