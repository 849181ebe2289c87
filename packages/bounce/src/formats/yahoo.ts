import type { TextFormat } from './format.ts';

/** Yahoo and its partners: qmail’s form with words of its own. */
export const YAHOO: TextFormat = {
  name: 'yahoo',
  marks: [
    'sorry, we were unable to deliver your message to the following address',
    'unable to deliver message to the following address(es)',
    'this delivery status notification is sent from mta',
  ],
  examples: [
    {
      text: [
        'Sorry, we were unable to deliver your message to the following address.',
        '',
        '<ann@example.org>:',
        'Remote host said:',
        '552 5.2.2 Mailbox full',
        '[RCPT_TO]',
        '',
        '--- Below this line is a copy of the message.',
      ],
      recipients: ['ann@example.org'],
      reason: 'mailbox-full',
      status: '5.2.2',
      replyCode: 552,
    },
  ],
};
