import type { FormatExample } from './example.ts';

export const INTERSCAN_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'Sent >>> RCPT TO: <ann@example.org>',
      'Received <<< 550 5.1.1 User unknown',
      '',
      'Unable to deliver message to <ann@example.org>',
      '',
      '* * * Mail header follows',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    status: '5.1.1',
    replyCode: 550,
  },
];

export const MAILMARSHAL_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'Your message:',
      '   From:    bob@example.net',
      '   Subject: hello',
      '',
      'Could not be delivered because of',
      '',
      '550 5.1.1 User unknown',
      '',
      'The following recipients were affected: ',
      '    ann@example.org',
      '',
      'Additional Information',
      '======================',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    status: '5.1.1',
    replyCode: 550,
  },
];

export const MAILFOUNDRY_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'Unable to deliver message to: <ann@example.org>',
      'Delivery failed for the following reason:',
      'Server mx.example.org[192.0.2.7] failed with: 550 no such user',
      '',
      'This has been a permanent failure.  No further delivery attempts will be made.',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    replyCode: 550,
  },
];

export const SURFCONTROL_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'Your message could not be sent.',
      'A transcript of the attempts to send the message follows.',
      'The number of attempts made: 1',
      'Addressed To: ann@example.org',
      '',
      'Failed to send to identified host,',
      'ann@example.org: [192.0.2.7], 550 No such user',
      '',
      '--- Message non-deliverable.',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    replyCode: 550,
  },
];

export const ZOHO_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'This message was created automatically by mail delivery software.',
      'A message that you sent could not be delivered to one or more of its recipients. This is a permanent error. ',
      '',
      'ann@example.org Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 User Unknown',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    status: '5.1.1',
    replyCode: 550,
  },
];

export const SES_TEXT_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'An error occurred while trying to deliver the mail to the following recipients:',
      'ann@example.org',
      '',
      'Technical report:',
      '',
      'Reporting-MTA: dns; a1.smtp-out.example.net',
      '',
      'Action: failed',
      'Final-Recipient: rfc822; ann@example.org',
      'Diagnostic-Code: smtp; 550 5.1.1 User unknown',
      'Status: 5.1.1',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    status: '5.1.1',
    replyCode: 550,
  },
];

export const KUNDENSERVER_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'This message was created automatically by mail delivery software.',
      'A message that you sent could not be delivered to one or more of',
      'its recipients. This is a permanent error.',
      '',
      'The following address failed:',
      '',
      'ann@example.org',
      '',
      'For the following reason:',
      '',
      'Mail size limit exceeded.',
      '',
      '--- The header of the original message is following. ---',
    ],
    recipients: ['ann@example.org'],
    reason: 'message-too-large',
  },
  {
    text: [
      'The following addresses failed:',
      '',
      '<ann@example.org>:',
      'SMTP error from remote server after RCPT command:',
      'host: mx.example.org',
      '5.1.1 User Unknown',
      '',
      '--- The header of the original message is following. ---',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    status: '5.1.1',
  },
];

export const IRONPORT_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'The following message to <ann@example.org> was undeliverable.',
      'The reason for the problem:',
      "5.1.0 - Unknown address error 550-'5.1.1 no such user'",
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    status: '5.1.1',
    replyCode: 550,
  },
];
