import { describe, expect, it } from 'vitest';
import { receivedEvent, type CameBack } from './received.ts';

const HEAD = [
  'From: MAILER-DAEMON@mx.example.net',
  'Subject: Delivery Status Notification (Failure)',
  'MIME-Version: 1.0',
  'Content-Type: multipart/report; report-type=delivery-status; boundary=r',
  '',
  '--r',
  '',
  'Sorry.',
  '',
  '--r',
  'Content-Type: message/delivery-status',
  '',
  'Reporting-MTA: dns; mx.example.net',
];

const failed = (address: string, ...fields: readonly string[]): readonly string[] => [
  '',
  `Final-Recipient: rfc822; ${address}`,
  'Action: failed',
  ...fields,
];

function report(...groups: readonly (readonly string[])[]): Uint8Array {
  return new TextEncoder().encode([...HEAD, ...groups.flat(), '', '--r--', ''].join('\r\n'));
}

function cameBack(content: Uint8Array, other: Partial<CameBack> = {}) {
  return receivedEvent({
    ...{ reportId: 'id', reversePath: '', content, atMs: 1_000 },
    to: { recipient: 'ann@example.net' },
    ...other,
  });
}

describe('what came back to a return path of ours', () => {
  it('RFC 3464 §2.3.4: fails the recipient for whom the path was made, with what the report says', () => {
    const content = report(
      failed('Ann@Example.Net', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 no such user.'),
    );
    expect(cameBack(content)).toEqual({
      ...{ kind: 'report-received', reportId: 'id', verified: true, what: 'dsn', recipient: 'ann@example.net' },
      reportingMta: 'mx.example.net',
      actions: [
        {
          ...{ recipient: 'Ann@Example.Net', action: 'failed', status: '5.1.1', reason: 'user-unknown' },
          diagnostic: '550 5.1.1 no such user.',
        },
      ],
      failure: { status: '5.1.1', reason: 'mx.example.net says: 550 5.1.1 no such user', atMs: 1_000 },
    });
  });

  it('knows the recipient by the address behind an alias', () => {
    const content = report(failed('ann@inner.example', 'Status: 5.1.1'));
    expect(cameBack(content).failure).toBeUndefined();
    const to = { recipient: 'ann@example.net', address: 'ann@inner.example' };
    expect(cameBack(content, { to }).failure?.status).toBe('5.1.1');
  });

  it.each([
    ['RFC 3464 §2.3.1: its original', 'Ann@example.net', 'a.lee@inner.example'],
    ['RFC 3464 §2.3.2: its final', 'team@alias.example', 'Ann@example.net'],
  ])('knows the recipient by %s address alone', (_, original, final) => {
    const [empty, ...fields] = failed(final, 'Status: 5.1.1');
    const content = report([empty!, `Original-Recipient: rfc822; ${original}`, ...fields]);
    expect(cameBack(content).failure?.status).toBe('5.1.1');
  });

  it('RFC 5321 §4.5.5: fails nobody for what somebody wrote, for what came elsewhere, or for another address', () => {
    const content = report(failed('ann@example.net', 'Status: 5.1.1'));
    expect(cameBack(content, { reversePath: 'eve@example.org' }).failure).toBeUndefined();
    const stray = { reportId: 'id', reversePath: '', content, atMs: 1 };
    expect(receivedEvent(stray)).toMatchObject({ verified: false });
    expect(receivedEvent(stray).failure).toBeUndefined();
    expect(cameBack(report(failed('bob@example.net', 'Status: 5.1.1'))).failure).toBeUndefined();
  });

  it.each([
    ['5.0.0', '550 5.1.1 no such user', '5.1.1'],
    // RFC 3463 §2: a class of its own speaks of another kind of trouble.
    ['5.0.0', '450 4.2.0 try later', undefined],
    ['4.0.0', '550 5.1.1 no such user', undefined],
    ['5.0.0', '450 4.1.6 moved', undefined],
    ['5.1.2', '550 5.1.1 no such user', '5.1.2'],
  ])('status %s with the reply %j fails it with %s', (status, reply, wanted) => {
    const content = report(failed('ann@example.net', `Status: ${status}`, `Diagnostic-Code: smtp; ${reply}`));
    expect(cameBack(content).failure?.status).toBe(wanted);
  });

  it('RFC 3463 §3.2: fails the recipient whose mailbox has moved', () => {
    expect(cameBack(report(failed('ann@example.net', 'Status: 5.1.6'))).failure).toEqual({
      ...{ status: '5.1.6', atMs: 1_000 },
      reason: expect.stringMatching(/^mx\.example\.net says: The mailbox has moved/) as string,
    });
  });

  it('RFC 3464 §2.3.3: a delay fails nobody, whatever its status', () => {
    const group = ['', 'Final-Recipient: rfc822; ann@example.net', 'Action: delayed', 'Status: 5.1.1'];
    expect(cameBack(report(group)).failure).toBeUndefined();
  });

  it('fails nobody for what passes, for a full mailbox, or where the mail itself was refused', () => {
    for (const [action, status] of [
      ['delayed', '4.2.2'],
      ['failed', '4.4.7'],
      ['failed', '5.2.2'],
      ['failed', '5.7.1'],
    ]) {
      const group = ['', 'Final-Recipient: rfc822; ann@example.net', `Action: ${action}`, `Status: ${status}`];
      expect(cameBack(report(group)).failure).toBeUndefined();
    }
  });

  it('fails nobody for words that might mean anything', () => {
    const words = (text: string): Uint8Array =>
      new TextEncoder().encode(`From: postmaster@mx.example.net\r\nSubject: Undeliverable\r\n\r\n${text}\r\n`);
    const unsure = cameBack(words('<ann@example.net>: 550 we have no such person'));
    expect(unsure.actions).toMatchObject([{ recipient: 'ann@example.net', action: 'failed', status: '5.1.1' }]);
    expect(unsure.failure).toBeUndefined();
  });

  it('tells the reply in the words of a delay', () => {
    const content = [
      'From: Mailer-Daemon@mx.example.net',
      'Subject: Warning: message 1abc delayed 24 hours',
      '',
      'This message was created automatically by mail delivery software.',
      'A message that you sent has not yet been delivered to one or more of its',
      'recipients after more than 24 hours on the queue on mx.example.net.',
      '',
      '  ann@example.net',
      '    host mx.far.example [192.0.2.1]: 451 4.3.0 try later',
      '',
      'No action is required on your part. Delivery attempts will continue for some time.',
    ].join('\r\n');
    expect(cameBack(new TextEncoder().encode(content))).toMatchObject({
      what: 'bounce',
      actions: [{ recipient: 'ann@example.net', action: 'delayed', diagnostic: '451 4.3.0 try later' }],
    });
  });

  it('tells of a hundred recipients at most, and of each reply 500 characters', () => {
    const groups = Array.from({ length: 120 }, (_, i) =>
      failed(`r${i}@example.net`, 'Status: 5.1.1', `Diagnostic-Code: smtp; 550 ${'x'.repeat(900)}`),
    );
    const { actions } = cameBack(report(...groups));
    expect(actions).toHaveLength(100);
    expect(actions.map(({ diagnostic }) => diagnostic?.length)).toEqual(Array.from({ length: 100 }, () => 500));
  });

  it('leaves the reason out where it says no more than the action', () => {
    const delivered = ['', 'Final-Recipient: rfc822; ann@example.net', 'Action: delivered', 'Status: 2.0.0'];
    expect(cameBack(report(delivered)).actions).toEqual([
      { recipient: 'ann@example.net', action: 'delivered', status: '2.0.0' },
    ]);
  });
});
