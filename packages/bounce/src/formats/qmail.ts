import type { TextFormat } from './format.ts';

/** qmail and its patches. QSBMF: a paragraph for each recipient, opened by `<address>:`. */
export const QMAIL: TextFormat = {
  name: 'qmail',
  marks: [
    'this is the qmail-send program',
    'this is the qmail program',
    'this is qmail-send',
    'this is the machine generated',
    'not able to deliver your message to the following addresses',
    "wasn't able to deliver your message to the following addresses",
    "i've given up. sorry it didn't work out",
    'your mail message to the following address(es) could not be delivered',
    'message from yahoo',
  ],
};
