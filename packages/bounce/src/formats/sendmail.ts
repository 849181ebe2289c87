import type { TextFormat } from './format.ts';

/** sendmail and what imitates it: a list of addresses and a transcript of the session. */
export const SENDMAIL: TextFormat = {
  name: 'sendmail',
  marks: [
    'transcript of session follows',
    'the following addresses had permanent fatal errors',
    'the following addresses had fatal errors',
    'the following addresses had transient non-fatal errors',
    'the following addresses had delivery problems',
    'the following addresses had delivery errors',
    'the following addresses have delivery notifications',
    'while talking to',
    'non-delivered information',
  ],
};
