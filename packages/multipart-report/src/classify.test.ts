import { describe, expect, it } from 'vitest';
import { crlf, report } from '../test/helpers.ts';
import { autoSubmitted, classifyMessage, type MessageKind } from './classify.ts';

describe('classifyMessage', () => {
  const mdn = 'Content-Type: multipart/report; report-type=disposition-notification; boundary=b';
  it.each<[string, string, MessageKind]>([
    ['RFC 3464 §2: a delivery status notification', report(), 'dsn'],
    [
      'RFC 8098 §3: a disposition notification',
      report({ type: mdn, machine: 'Content-Type: message/disposition-notification\n\nDisposition: a/b; displayed\n' }),
      'mdn',
    ],
    [
      'RFC 5965 §2: an abuse report',
      report({ machine: 'Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n' }),
      'feedback',
    ],
    ['RFC 3834 §5: auto-replied', 'Auto-Submitted: auto-replied\n\nAway.\n', 'auto-reply'],
    ['RFC 3834 §5: auto-generated is no reply', 'Auto-Submitted: auto-generated\n\nCron.\n', 'other'],
    [
      'RFC 3834 §5: another report that answers',
      report({
        type: 'Auto-Submitted: auto-replied\nContent-Type: multipart/report; report-type=x; boundary=b',
        machine: 'Content-Type: a/b\n\n',
      }),
      'other',
    ],
    [
      'RFC 3834 §5: a bounce in no standard form',
      'From: MAILER-DAEMON@example.org\nAuto-Submitted: auto-replied\n\nFailed.\n',
      'other',
    ],
    [
      'RFC 3834 §5: a bounce of Exim',
      'From: system@example.org\nX-Failed-Recipients: a@example.org\nAuto-Submitted: auto-replied\n\nFailed.\n',
      'other',
    ],
    [
      'RFC 3834 §5: a postmaster without Auto-Submitted',
      'From: Postmaster@example.org\nSubject: Auto: no\n\nx\n',
      'other',
    ],
    ['RFC 3834 §3.1.8: Precedence: auto_reply', 'Precedence: auto_reply\n\nAway.\n', 'auto-reply'],
    ['RFC 3834 §3.1.8: Precedence: bulk', 'Precedence: bulk\n\nNews.\n', 'other'],
    ['RFC 3834 §5: X-Autoreply', 'X-Autoreply: yes\n\nAway.\n', 'auto-reply'],
    ['RFC 3834 §5: X-Autoreply: no', 'X-Autoreply: no\nX-Vacation: false\n\nHere.\n', 'other'],
    [
      'RFC 3834 §3.1.5: subject of a vacation program',
      'Subject: =?utf-8?Q?R=C3=A9ponse_automatique_=3A?= x\n\nAbsent.\n',
      'auto-reply',
    ],
    ['RFC 3834 §3.1.5: Out of Office', 'Subject: Out of Office: x\n\nAway.\n', 'auto-reply'],
    ['RFC 3834 §5: ordinary mail', 'Subject: hi\n\nHello.\n', 'other'],
    ['RFC 3834 §5: nothing', '', 'other'],
  ])('%s', (_, message, kind) => {
    const from = message === '' || message.startsWith('From:') ? '' : 'From: a@example.org\n';
    expect(classifyMessage(crlf(from + message))).toBe(kind);
  });
});

describe('autoSubmitted', () => {
  it.each([
    ['auto-replied (x); owner-email="a@example.org"', 'auto-replied'],
    ['(x) Auto-Replied; foo=bar', 'auto-replied'],
    ['auto-generated', 'auto-generated'],
    ['No', 'no'],
    ['', 'no'],
    ['auto-notified; owner=x', 'auto-notified'],
  ])('RFC 3834 §5.1 R3834-5.1-a R3834-5.2-c: %j is %s', (value, keyword) => {
    expect(autoSubmitted([{ name: 'AUTO-Submitted', value }])).toBe(keyword);
  });

  it('RFC 3834 §5.1: without the field a person may have written', () => {
    expect(autoSubmitted([])).toBe('no');
  });
});
