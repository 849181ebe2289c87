import { describe, expect, it } from 'vitest';
import { readBounce } from '../read-bounce.ts';

const read = (value: unknown): ReturnType<typeof readBounce> =>
  readBounce(new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)));

const ses = {
  notificationType: 'Bounce',
  bounce: {
    bounceType: 'Permanent',
    bounceSubType: 'General',
    reportingMTA: 'dsn; a1.smtp-out.example.net',
    bouncedRecipients: [
      {
        emailAddress: 'ann@example.org',
        action: 'failed',
        status: '5.1.1',
        diagnosticCode: 'smtp; 550 5.1.1 user unknown',
      },
    ],
  },
  mail: { source: 'bob@example.net', messageId: '0100', commonHeaders: { subject: 'Lunch' } },
};

const ann = { address: 'ann@example.org' };

describe('events of sending services', () => {
  it.each([
    ['Amazon SES', ses],
    ['Amazon SES in SNS', { Type: 'Notification', Message: JSON.stringify(ses) }],
    [
      'Amazon SES in mail from SNS, its long line broken',
      `From: no-reply@sns.amazonaws.com\r\n\r\n${JSON.stringify(ses).replace('user unknown', 'user\r\n  unknown')}\r\n\r\n--\r\nTo unsubscribe …\r\n`,
    ],
    [
      'SendGrid',
      [
        {
          email: 'ann@example.org',
          event: 'bounce',
          sg_message_id: '1',
          status: '5.1.1',
          reason: '550 5.1.1 user unknown',
        },
      ],
    ],
    [
      'Mailgun',
      {
        'event-data': {
          event: 'failed',
          severity: 'permanent',
          recipient: 'ann@example.org',
          'delivery-status': { code: 550, message: '5.1.1 user unknown' },
        },
      },
    ],
    [
      'Postmark',
      { RecordType: 'Bounce', Type: 'HardBounce', Email: 'ann@example.org', Details: 'smtp;550 5.1.1 user unknown' },
    ],
    [
      'SparkPost',
      [
        {
          msys: {
            message_event: {
              type: 'bounce',
              rcpt_to: 'ann@example.org',
              raw_reason: '550 5.1.1 user unknown',
              error_code: '550',
            },
          },
        },
      ],
    ],
    ['Mandrill', [{ event: 'hard_bounce', msg: { email: 'ann@example.org', diag: 'smtp;550 5.1.1 user unknown' } }]],
  ])('%s: a bounce', (_, value) => {
    expect(read(value)).toMatchObject({ kind: 'bounce', isBounce: true });
    expect(read(value).recipients).toMatchObject([
      { ...ann, action: 'failed', reason: 'user-unknown', status: '5.1.1', reply: { replyCode: 550 } },
    ]);
  });

  it('tells which message and which host', () => {
    expect(read(ses)).toMatchObject({
      format: 'amazon-ses',
      reportingHost: 'a1.smtp-out.example.net',
      original: { messageId: '<0100>', subject: 'Lunch', from: 'bob@example.net' },
    });
  });

  it.each([
    [
      'a delay',
      {
        'event-data': {
          event: 'failed',
          severity: 'temporary',
          recipient: 'ann@example.org',
          'delivery-status': { code: 452, message: '4.2.2 mailbox full' },
        },
      },
      'delay',
      'mailbox-full',
    ],
    [
      'a complaint',
      { notificationType: 'Complaint', complaint: { complainedRecipients: [{ emailAddress: 'ann@example.org' }] } },
      'feedback',
      'complaint',
    ],
    [
      'a delivery',
      {
        eventType: 'Delivery',
        mail: { messageId: '1' },
        delivery: { recipients: ['ann@example.org'], smtpResponse: '250 2.6.0 ok' },
      },
      'success',
      'delivered',
    ],
    [
      'an address that is not tried',
      [{ email: 'ann@example.org', event: 'dropped', sg_message_id: '1', reason: 'Bounced Address' }],
      'bounce',
      'suppressed',
    ],
  ])('%s', (_, value, kind, reason) => {
    expect(read(value)).toMatchObject({ kind, recipients: [{ ...ann, reason }] });
  });

  it('takes other JSON, and none, for no event', () => {
    for (const text of [
      '{}',
      '[]',
      '{"a":',
      '[[[[',
      '{"event":"open","email":"ann@example.org","sg_message_id":"1"}',
      'null',
      '{"__proto__":{"event":"bounce"}}',
    ]) {
      expect(read(text)).toMatchObject({ kind: 'other', recipients: [] });
    }
  });
});
