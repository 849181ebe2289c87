import type { FormatExample } from './example.ts';

export const AU_EXAMPLES: readonly FormatExample[] = [
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
];

export const DOCOMO_EXAMPLES: readonly FormatExample[] = [
  {
    text: ['宛先不明のため送信できませんでした。', '', '<ann@example.org>: unknown user'],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
  },
];

export const MFILTER_EXAMPLES: readonly FormatExample[] = [
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
];
