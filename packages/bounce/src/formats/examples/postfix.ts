import type { FormatExample } from './example.ts';

export const POSTFIX_EXAMPLES: readonly FormatExample[] = [
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
];
