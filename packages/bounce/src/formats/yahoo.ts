import type { TextFormat } from './format.ts';

/** Yahoo and its partners: qmail’s form with words of its own. */
export const YAHOO: TextFormat = {
  name: 'yahoo',
  marks: [
    'sorry, we were unable to deliver your message to the following address',
    'unable to deliver message to the following address(es)',
    'this delivery status notification is sent from mta',
  ],
};
