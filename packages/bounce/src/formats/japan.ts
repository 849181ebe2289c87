import type { TextFormat } from './format.ts';

/** au by KDDI, EZweb and their mobile services. */
export const AU: TextFormat = {
  name: 'au',
  marks: [
    'each of the following recipients was rejected by a remote',
    'the following recipients did not receive this message',
    'the user(s) account is disabled',
    'the user(s) account is temporarily',
    'your mail sent on:',
    'as their mailbox is full',
    'as the remote domain doesnt exist',
    'could not be delivered to: <',
  ],
  reason: 'recipient-filtered',
};

/** NTT docomo. */
export const DOCOMO: TextFormat = {
  name: 'docomo',
  marks: ['could not be delivered to the docomo', 'このメッセージは docomo', '宛先不明', 'メールアドレスをご確認'],
};

/** m-FILTER and other Japanese gateways that write `-------server message`. */
export const MFILTER: TextFormat = {
  name: 'm-filter',
  marks: ['-------server message', 'm-filterが自動的に生成', 'このメールは「メールシステム」が'],
};
