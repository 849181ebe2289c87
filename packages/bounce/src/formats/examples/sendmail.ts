import type { FormatExample } from './example.ts';

export const SENDMAIL_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'The original message was received at Mon, 1 Jul 2024 10:00:00 GMT',
      '',
      '   ----- The following addresses had permanent fatal errors -----',
      '<ann@example.org>',
      '    (reason: 550 5.1.1 <ann@example.org>... User unknown)',
      '',
      '   ----- Transcript of session follows -----',
      '... while talking to mx.example.org.:',
      '>>> RCPT To:<ann@example.org>',
      '<<< 550 5.1.1 <ann@example.org>... User unknown',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    status: '5.1.1',
    replyCode: 550,
  },
  {
    text: [
      '   ----- Transcript of session follows -----',
      'While talking to mx.example.org:',
      '>>> RCPT To:<ann@example.org>',
      '<<< 550 <ann@example.org>, User Unknown',
      '550 <ann@example.org>... User unknown',
      '',
      '   ----- Unsent message follows -----',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    replyCode: 550,
  },
  {
    text: [
      '   ----- Transcript of session follows -----',
      'While talking to mx.example.com:',
      '>>> QUIT',
      '<<< 421 mx.example.com closing',
      '554 <ann@example.org>... 550 Host unknown (Authoritative answer from name server)',
      '',
      '   ----- Unsent message follows -----',
    ],
    recipients: ['ann@example.org'],
    reason: 'host-unknown',
    replyCode: 554,
  },
];
