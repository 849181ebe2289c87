import type { TextFormat } from './format.ts';

/** Postfix: `<address>: host … said: …`, folded. */
export const POSTFIX: TextFormat = {
  name: 'postfix',
  marks: [
    'this is the mail system at host',
    'this is the postfix program',
    'this is the symantec',
    'the mail system <',
    "i'm sorry to have to inform you that your message could not",
  ],
  examples: [
    {
      text: [
        'This is the mail system at host mx.example.net.',
        '',
        "I'm sorry to have to inform you that your message could not",
        'be delivered to one or more recipients.',
        '',
        '                   The mail system',
        '',
        '<ann@example.org>: host mx.example.org[192.0.2.7] said: 550 5.1.1',
        '    <ann@example.org>: Recipient address rejected: User unknown in local',
        '    recipient table (in reply to RCPT TO command)',
      ],
      recipients: ['ann@example.org'],
      reason: 'user-unknown',
      status: '5.1.1',
      replyCode: 550,
    },
    {
      text: [
        'This is the mail system at host mx.example.net.',
        '',
        '<ann@example.org>: connect to mx.example.org[192.0.2.7]:25: Connection refused',
      ],
      recipients: ['ann@example.org'],
      reason: 'network-error',
    },
  ],
};
