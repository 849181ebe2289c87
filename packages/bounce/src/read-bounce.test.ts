import { describe, expect, it } from 'vitest';
import { readBounce, type Bounce } from './index.ts';

const read = (lines: readonly string[]): Bounce => readBounce(new TextEncoder().encode(`${lines.join('\r\n')}\r\n`));
const SYSTEM = [
  'Return-Path: <>',
  'From: MAILER-DAEMON@mx.example.net',
  'To: bob@example.net',
  'Subject: Undeliverable mail',
];
const status = [
  'Reporting-MTA: dns; mx.example.net',
  '',
  'Final-Recipient: rfc822; ann@example.org',
  'Action: failed',
  'Status: 5.0.0',
];
const report = (human: readonly string[], fields: readonly string[]): readonly string[] => [
  ...SYSTEM,
  'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
  '',
  '--b',
  '',
  ...human,
  '--b',
  'Content-Type: message/delivery-status',
  '',
  ...fields,
  '',
  '--b',
  'Content-Type: text/rfc822-headers',
  '',
  'Message-ID: <m1@example.net>',
  '--b--',
];

describe('readBounce', () => {
  it('RFC 3464 §2.3: declared fields count, words beside them complete them', () => {
    const bounce = read(
      report(
        [
          '<ann@example.org>: host mx.example.org[192.0.2.7] said: 552 5.2.2 mailbox full (in reply to RCPT TO command)',
        ],
        status,
      ),
    );
    expect(bounce).toMatchObject({
      kind: 'dsn',
      isBounce: true,
      format: 'delivery-status',
      reportingHost: 'mx.example.net',
      original: { messageId: '<m1@example.net>' },
    });
    expect(bounce.recipients).toMatchObject([
      {
        address: 'ann@example.org',
        status: '5.0.0',
        reason: 'mailbox-full',
        command: 'rcpt',
        remoteHost: 'mx.example.org',
        reply: { replyCode: 552, status: '5.2.2' },
      },
    ]);
  });

  it('RFC 3461 §9.2: a reason of the reporting host counts before its words for people, for each recipient alike', () => {
    const group = (name: string): readonly string[] => [
      `Final-Recipient: rfc822; ${name}@example.org`,
      'Action: failed',
      'Status: 5.7.1',
      'X-Dsnkit-Reason: Not sent by us',
      '',
    ];
    const human = ['  ann@example.org', '  bob@example.org', '', "The recipient's side does not want this message."];
    const { recipients } = read(
      report(human, ['Reporting-MTA: dns; mx.example.net', '', ...group('ann'), ...group('bob')]),
    );
    expect(recipients.map(({ reason }) => reason)).toEqual(['policy', 'policy']);
    const own = [...status.slice(0, 4), 'Status: 5.0.0', 'X-Dsnkit-Reason: mailbox full'];
    const [recipient] = read(report(human, own)).recipients;
    expect(recipient).toMatchObject({ reason: 'mailbox-full' });
    expect(recipient?.evidence).toContainEqual({ of: 'reason', source: 'field', by: expect.stringContaining('full') });
  });

  it('RFC 3464 §2.3.1: the address is the one that the sender used', () => {
    const fields = [...status.slice(0, 2), 'Original-Recipient: rfc822; ann@list.example', ...status.slice(2)];
    expect(read(report(['It failed.'], fields)).recipients[0]).toMatchObject({
      address: 'ann@list.example',
      finalRecipient: { value: 'ann@example.org' },
    });
  });

  it('RFC 3464 §2.3.3: a success is no bounce', () => {
    const fields = status.map((line) => line.replace('failed', 'delivered').replace('5.0.0', '2.0.0'));
    expect(read(report(['Done.'], fields))).toMatchObject({
      kind: 'dsn',
      isBounce: false,
      recipients: [{ reason: 'delivered', advice: 'nothing' }],
    });
  });

  const delayed = status.map((line) => line.replace('failed', 'delayed').replace('5.0.0', '4.4.1'));
  it.each([
    ['in fields', report(['Not yet.'], delayed), false],
    [
      'in text',
      [
        ...SYSTEM.slice(0, 3),
        'Subject: Delivery Status Notification (Delay)',
        '',
        'Delivery to the following recipient has been delayed:',
        '',
        '     ann@example.org',
        '',
        'Message will be retried for 2 more day(s)',
      ],
      false,
    ],
    [
      'in JSON',
      [
        JSON.stringify({
          eventType: 'DeliveryDelay',
          mail: { messageId: 'm1' },
          deliveryDelay: { delayType: 'General', delayedRecipients: [{ emailAddress: 'ann@example.org' }] },
        }),
      ],
      false,
    ],
    [
      'beside a failure',
      report(
        ['Not yet.'],
        [...delayed, '', 'Final-Recipient: rfc822; eve@example.org', 'Action: failed', 'Status: 5.1.1'],
      ),
      true,
    ],
  ])('RFC 3464 §2.3.3: a delay is no bounce: %s', (_, lines, isBounce) => {
    const bounce = read(lines);
    expect(bounce.recipients[0]).toMatchObject({ address: 'ann@example.org', action: 'delayed' });
    expect(bounce.isBounce).toBe(isBounce);
  });

  it('RFC 3463 §3.5: a delay that names no status has not expired', () => {
    const said =
      'There was a temporary problem delivering your message to ann@example.org. Gmail will retry for 46 more hours.';
    const text = `From: mailer-daemon@googlemail.com\r\nSubject: Delivery Status Notification (Delay)\r\n\r\n${said}\r\n`;
    expect(readBounce(new TextEncoder().encode(text)).recipients).toMatchObject([
      { address: 'ann@example.org', action: 'delayed', status: '4.0.0', advice: 'wait' },
    ]);
  });

  it('that a message is tried again says nothing of what its host takes', () => {
    const said =
      'Delivery to the following recipient has been delayed:\r\n\r\n     ann@example.org\r\n\r\nMessage will be retried for 2 more day(s)\r\n\r\nTechnical details of temporary failure:\r\nThe recipient server did not accept our requests to connect.'; // prettier-ignore
    const text = `From: mailer-daemon@googlemail.com\r\nSubject: Delivery Status Notification (Delay)\r\n\r\n${said}\r\n`;
    expect(readBounce(new TextEncoder().encode(text)).recipients).toMatchObject([
      { address: 'ann@example.org', action: 'delayed', status: '4.0.0', reason: 'expired' },
    ]);
  });

  it.each([
    ['ann@example.org: Envelope expired', 'failed', 'retry-later'],
    ['ann@example.org: 451 4.7.1 Greylisted', 'delayed', 'wait'],
  ])('RFC 3464 §2.3.3: what OpenSMTPD declares delayed is over when its envelope is: %s', (said, action, advice) => {
    const fields = status.map((line) => line.replace('failed', 'delayed').replace('5.0.0', '4.4.7'));
    const { recipients } = read(report(['A message is delayed for more than 0 seconds for:', '', said], fields));
    expect(recipients).toMatchObject([{ action, advice, status: '4.4.7', permanence: 'transient' }]);
  });

  it('points at the field, the line and the octet of each value', () => {
    const lines = report(['It failed.'], [...status, 'Diagnostic-Code: smtp; 550 no such user']);
    const text = lines.join('\r\n');
    const [ann] = read(lines).recipients;
    for (const [of, start] of [
      ['address', 'Final-Recipient'],
      ['status', 'Status:'],
      ['reason', 'Diagnostic-Code'],
    ] as const) {
      const evidence = ann?.evidence.find((each) => each.of === of);
      expect(evidence).toMatchObject({
        source: 'field',
        offset: text.indexOf(start),
        line: lines.findIndex((line) => line.startsWith(start)) + 1,
      });
    }
  });

  it('points at words, too', () => {
    const lines = [
      ...SYSTEM,
      '',
      'This is the mail system at host mx.example.net.',
      '',
      '<ann@example.org>: host mx.example.org[192.0.2.7] said: 550 no such user',
    ];
    const text = lines.join('\r\n');
    const [ann] = read(lines).recipients;
    expect(ann?.evidence.find(({ of }) => of === 'address')).toMatchObject({
      source: 'text',
      offset: text.indexOf('ann@example.org'),
      line: 8,
    });
    expect(ann?.evidence.find(({ of }) => of === 'reason')).toMatchObject({
      offset: text.indexOf('no such user'),
      by: 'no such user',
    });
  });

  it('reads fields that a gateway has turned into text', () => {
    expect(
      read([...SYSTEM, '', 'Your message came back.', '', ...status, 'Diagnostic-Code: smtp; 550 5.1.1 no such user']),
    ).toMatchObject({
      kind: 'bounce',
      format: 'fields',
      reportingHost: 'mx.example.net',
      recipients: [{ address: 'ann@example.org', reason: 'user-unknown' }],
    });
  });

  it.each([
    ['Host not found, try again', 'transient', 'retry-later'],
    ['Host not found', 'permanent', 'suppress'],
  ])(
    'RFC 3463 §3.5: a name server that does not answer is no domain that does not exist: %s',
    (said, permanence, advice) => {
      const lines = [
        ...SYSTEM,
        '',
        'This is the mail system at host mx.example.net.',
        '',
        `<ann@example.org>: Host or domain name not found. Name service error for name=example.org type=MX: ${said}`,
      ];
      expect(read(lines).recipients).toMatchObject([{ reason: 'host-unknown', permanence, advice }]);
    },
  );

  it('reads words alone if a mail system wrote them', () => {
    expect(
      read([
        ...SYSTEM,
        '',
        'The following could not be delivered:',
        '',
        'ann@example.org',
        '   there is no such person here',
      ]),
    ).toMatchObject({
      kind: 'bounce',
      format: 'words',
      recipients: [{ confidence: 'low', address: 'ann@example.org' }],
    });
  });

  it('RFC 6532 §3.2: knows fields of the original message in which a line separator stands', () => {
    const lines = [
      ...[
        'From: MAILER-DAEMON@mx.example.net',
        'Subject: failure notice',
        'Content-Type: text/plain; charset=utf-8',
        '',
      ],
      ...['<bob@example.net>:', '550 5.1.1 no such user', '', '--- Below this line is a copy of the message.', ''],
      ...['Message-ID: <m1@example.net>', 'Subject: one\u2028two', 'From: alice@example.net', '', 'hello'],
    ];
    expect(read(lines).original).toMatchObject({ subject: 'one\u2028two', from: 'alice@example.net' });
  });

  it('gives the recipient of the original message if nothing names one', () => {
    const lines = [
      'From: MAILER-DAEMON@mx.example.net',
      'Subject: Returned mail: Cannot send message for 4 days',
      '',
      '   ----- Transcript of session follows -----',
      '421 mx.example.org (smtp)... Deferred: Connection timed out',
      '',
      '   ----- Unsent message follows -----',
      'From: bob@example.net',
      'To: ann@example.org',
      'Subject: Lunch',
    ];
    expect(read(lines)).toMatchObject({
      kind: 'bounce',
      recipients: [{ address: 'ann@example.org', reason: 'expired', status: '4.4.7' }],
      original: { subject: 'Lunch' },
    });
  });

  it.each([
    [
      'an answer that quotes a bounce',
      [
        'From: Eve <eve@example.org>',
        'Subject: Re: Undelivered Mail Returned to Sender',
        '',
        '> This is the mail system at host mx.example.net.',
        '> <ann@example.org>: 550 no such user',
        'What does that mean?',
      ],
      'other',
    ],
    [
      'a letter about bounces',
      [
        'From: Eve <eve@example.org>',
        'Subject: bounces',
        '',
        'ann@example.org',
        'This is the qmail-send program, you know: user unknown.',
      ],
      'other',
    ],
    [
      'a newsletter',
      ['From: news@example.org', 'Subject: Spam, quotas and you', '', 'Mailbox full? Write to help@example.org.'],
      'other',
    ],
    [
      'a letter to a mailing list about a refusal',
      [
        'From: Eve <eve@example.org>',
        'List-Id: <operators.example.org>',
        'Subject: [operators] Undeliverable to example.net',
        '',
        'Since Monday 550 5.7.1 is all that ann@example.net gets; not delivered.',
      ],
      'other',
    ],
    [
      'a parcel that nobody took in',
      [
        'From: Parcels <info@carrier.example>',
        'Subject: Delivery problem: action required',
        '',
        'You were out, and the package was not delivered. Write to reschedule@carrier.example.',
      ],
      'other',
    ],
    [
      'the transcript of a session that Postfix shows its postmaster',
      [
        ...SYSTEM.slice(1, 3),
        'Subject: Postfix SMTP server: errors from unknown[192.0.2.1]',
        '',
        'Transcript of session follows.',
        '',
        ' In:  RCPT TO:<ann@example.org>',
        ' Out: 554 5.7.1 <ann@example.org>: Relay access denied',
      ],
      'other',
    ],
    [
      'a vacation',
      [
        'From: ann@example.org',
        'Auto-Submitted: auto-replied',
        'Subject: Out of office',
        '',
        'I am away; your message was not delivered to bob@example.org.',
      ],
      'auto-reply',
    ],
    [
      'a challenge',
      [
        'From: ann@example.org',
        'Subject: Please confirm',
        '',
        'Confirm that you are a human, or your mail stays in quarantine.',
      ],
      'challenge',
    ],
    ['nothing', [''], 'other'],
  ])('takes %s for no bounce', (_, lines, kind) => {
    expect(read(lines)).toMatchObject({ kind, isBounce: false, recipients: [] });
  });

  it('RFC 5965 §3.2: a complaint names who complained', () => {
    const lines = [
      'Content-Type: multipart/report; report-type=feedback-report; boundary=b',
      '',
      '--b',
      '',
      'Spam!',
      '--b',
      'Content-Type: message/feedback-report',
      '',
      'Feedback-Type: abuse',
      'Original-Rcpt-To: <ann@example.org>',
      '--b--',
    ];
    expect(read(lines)).toMatchObject({
      kind: 'feedback',
      isBounce: false,
      recipients: [{ address: 'ann@example.org', reason: 'complaint', advice: 'unsubscribe' }],
    });
  });
});
