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
  examples: [
    {
      text: [
        'Each of the following recipients was rejected by a remote',
        'mail server.',
        '',
        '    Recipient: <ann@example.org>',
        '    >>> RCPT TO:<ann@example.org>',
        '    <<< 550 <ann@example.org>: User unknown',
      ],
      recipients: ['ann@example.org'],
      reason: 'user-unknown',
      replyCode: 550,
    },
    {
      text: [
        'Your mail sent on: Mon, 1 Jul 2024 10:00:00 +0900',
        '     Could not be delivered to: <ann@example.org>',
        '     As their mailbox is full.',
      ],
      recipients: ['ann@example.org'],
      reason: 'mailbox-full',
    },
  ],
};

/** NTT docomo. */
export const DOCOMO: TextFormat = {
  name: 'docomo',
  marks: ['could not be delivered to the docomo', 'このメッセージは docomo', '宛先不明', 'メールアドレスをご確認'],
  examples: [
    {
      text: ['宛先不明のため送信できませんでした。', '', '<ann@example.org>: unknown user'],
      recipients: ['ann@example.org'],
      reason: 'user-unknown',
    },
  ],
};

/** m-FILTER and other Japanese gateways that write `-------server message`. */
export const MFILTER: TextFormat = {
  name: 'm-filter',
  marks: [
    'server message',
    'smtp command',
    '-------server message',
    'm-filterが自動的に生成',
    'このメールは「メールシステム」が',
  ],
  examples: [
    {
      text: [
        '送信に失敗しました。',
        '',
        'ann@example.org',
        '',
        '-------server message',
        '550 unknown user <ann@example.org>',
        '',
        '-------SMTP command',
        'RCPT TO',
        '',
        '-------original message',
      ],
      recipients: ['ann@example.org'],
      reason: 'user-unknown',
      replyCode: 550,
    },
  ],
};
