import type { FormatExample } from './example.ts';

export const QMAIL_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'Hi. This is the qmail-send program at mx.example.net.',
      "I'm afraid I wasn't able to deliver your message to the following addresses.",
      "This is a permanent error; I've given up. Sorry it didn't work out.",
      '',
      '<ann@example.org>:',
      '192.0.2.7 does not like recipient.',
      'Remote host said: 550 5.1.1 no such user',
      'Giving up on 192.0.2.7.',
      '',
      '--- Below this line is a copy of the message.',
      '',
      'Return-Path: <bob@example.net>',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    status: '5.1.1',
    replyCode: 550,
  },
  {
    text: [
      'Hi. This is the qmail-send program at mx.example.net.',
      '',
      '<ann@example.org>:',
      "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)",
      "I'm not going to try again; this message has been in the queue too long.",
    ],
    recipients: ['ann@example.org'],
    reason: 'network-error',
    status: '4.4.1',
  },
];
