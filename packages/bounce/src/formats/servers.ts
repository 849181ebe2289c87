import type { TextFormat } from './format.ts';

/** DragonFly Mail Agent. */
export const DRAGONFLY: TextFormat = {
  name: 'dragonfly',
  marks: ['this is the dragonfly mail agent', 'there was an error delivering your mail to'],
  examples: [
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
  ],
};

/** IMail Server. */
export const IMAIL: TextFormat = {
  name: 'imail',
  marks: [
    'unknown user:',
    'undeliverable to',
    'user mailbox exceeds allowed size',
    'delivery failed 20 attempts',
    'delivery userid',
  ],
  examples: [
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
  ],
};

/** XMail. */
export const XMAIL: TextFormat = {
  name: 'xmail',
  marks: ['xmail bounce', 'the reason of the delivery failure was', 'here is listed the message log file'],
  examples: [
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
  ],
};

/** Apache James. */
export const JAMES: TextFormat = {
  name: 'james',
  marks: [
    'failed recipient(s)',
    'this is the james mail server',
    "i'm afraid i wasn't able to deliver your message to the following addresses. this is a permanent error",
  ],
  examples: [
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
  ],
};

/** PowerMTA and what relays with it. */
export const POWERMTA: TextFormat = {
  name: 'powermta',
  marks: [
    'hello, this is the mail server on',
    'delivery failed; will not continue trying',
    'has delayed delivery',
    'i am sending you this message to inform you on the delivery status',
  ],
  examples: [
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
  ],
};

/** PMDF, Sun and Oracle Messaging Server. */
export const MESSAGING_SERVER: TextFormat = {
  name: 'messaging-server',
  marks: [
    'this report relates to a message you sent with the following header fields',
    'your message cannot be delivered to the following recipients',
    'your message is being returned',
    'recipient address:',
  ],
  examples: [
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
  ],
};

/** Mail2000 and other gateways. */
export const MAIL2000: TextFormat = {
  name: 'mail2000',
  marks: [
    'had delivery errors---',
    'we had trouble delivering your message',
    'the following recipients returned permanent errors',
    'no valid recipients were found for this message',
    'failed addresses follow',
    'message could not be delivered to mobile',
    'no valid recipients for this mm',
    'the following message could not be delivered',
    'messages without any valid recipients',
  ],
  examples: [
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
  ],
};
