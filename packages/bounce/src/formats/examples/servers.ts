import type { FormatExample } from './example.ts';

export const DRAGONFLY_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'This is the DragonFly Mail Agent v0.13 at mx.example.net.',
      '',
      'There was an error delivering your mail to <ann@example.org>.',
      '',
      'mx.example.org [192.0.2.7] did not like our RCPT TO:',
      '550 5.1.1 User unknown',
      '',
      'Message headers follow.',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    status: '5.1.1',
    replyCode: 550,
  },
];

export const IMAIL_EXAMPLES: readonly FormatExample[] = [
  {
    text: ['Unknown user: ann@example.org', '', 'Original message follows.'],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
  },
  {
    text: ['User mailbox exceeds allowed size: ann@example.org', '', 'Original message follows.'],
    recipients: ['ann@example.org'],
    reason: 'mailbox-full',
  },
];

export const XMAIL_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      '[<00>] XMail bounce: Rcpt=[ann@example.org];Error=[550 5.1.1 no such user]',
      '',
      '[<02>] The reason of the delivery failure was:',
      '',
      '550 5.1.1 no such user',
      '',
      '[<05>] Here is listed the initial part of the message:',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    status: '5.1.1',
    replyCode: 550,
  },
];

export const JAMES_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'Hi. This is the James mail server at mx.example.net.',
      '',
      'Failed recipient(s):',
      'ann@example.org',
      '',
      'Error message:',
      '550 - Requested action not taken: no such user here',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    replyCode: 550,
  },
];

export const POWERMTA_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'Hello, this is the mail server on mx.example.net.',
      '',
      'I am sending you this message to inform you on the delivery status of a',
      'message you previously sent.',
      '',
      '  <ann@example.org>  delivery failed; will not continue trying',
    ],
    recipients: ['ann@example.org'],
    reason: 'undefined',
  },
];

export const MESSAGING_SERVER_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'This report relates to a message you sent with the following header fields:',
      '',
      '  To: carl@example.org',
      '',
      'Your message cannot be delivered to the following recipients:',
      '',
      '  Recipient address: ann@example.org',
      '  Reason: Remote SMTP server has rejected address',
      '  Diagnostic code: smtp; 550 5.1.1 User unknown',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    status: '5.1.1',
    replyCode: 550,
  },
];

export const MAIL2000_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'The original message was received at Mon, 1 Jul 2024 10:00:00 +0900',
      'from bob@example.net',
      '',
      '---The following addresses had delivery errors---',
      '',
      'ann@example.org [User unknown]',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
  },
  {
    text: [
      'We had trouble delivering your message. Full details follow:',
      '',
      '1 error(s):',
      '',
      'The following recipients returned permanent errors: ann@example.org. Reason: SMTP Server <192.0.2.7> refused to accept your message (DATA), with the following error message: 554 5.4.6 Hop count exceeded',
    ],
    recipients: ['ann@example.org'],
    reason: 'routing-loop',
    status: '5.4.6',
    replyCode: 554,
  },
];
