import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeDigest, type Unreported } from './digest.ts';

const failure: Unreported = {
  messageId: 'q1',
  reversePath: '',
  isReport: true,
  recipient: 'alice@example.org',
  why: 'null-reverse-path',
  atMs: Date.UTC(2026, 10, 18, 11, 6, 40),
  status: '5.1.1',
  remote: { mta: 'mx.example.org', line: '550 5.1.1 no such user' },
};

function compose(failures: readonly Unreported[], uncounted = 0): string {
  const input = { hostname: 'mx.example.net', postmaster: 'postmaster@mx.example.net', id: 'd1', nowMs: failure.atMs };
  return new TextDecoder('utf-8', { fatal: true }).decode(composeDigest({ ...input, failures, uncounted }));
}

describe('composeDigest', () => {
  it('RFC 3461 §5.2 R3461-5.2-b: tells what could not be delivered, to whom, when and why', () => {
    const others: Unreported[] = [
      { ...failure, isReport: false, recipient: 'b@example.org' },
      { ...failure, isReport: false, reversePath: 'carol@example.org', why: 'not-asked' },
      { ...failure, isReport: false, reversePath: 'dave@example.org', why: 'trouble' },
    ];
    const text = compose([failure, ...others], 7);
    expect(text).toContain('Subject: 11 failures of which no sender was told\r\n');
    expect(text.slice(text.indexOf('\r\n\r\n') + 4).replaceAll('\r\n', '\n')).toBe(
      `This is the mail system at mx.example.net. These recipients could not be
served, and their senders are not told.

Reports of this server that could not be delivered, so that senders do
not learn of the fate of their mail (1):

  alice@example.org
    Wed, 18 Nov 2026 11:06:40 +0000, message q1 from <>
    5.1.1 mx.example.org said: 550 5.1.1 no such user

Other mail without a return address, such as reports of other servers,
that could not be delivered (1):

  b@example.org
    Wed, 18 Nov 2026 11:06:40 +0000, message q1 from <>
    5.1.1 mx.example.org said: 550 5.1.1 no such user

Mail that could not be delivered, whose sender had asked not to be told
of failures (1):

  alice@example.org
    Wed, 18 Nov 2026 11:06:40 +0000, message q1 from <carol@example.org>
    5.1.1 mx.example.org said: 550 5.1.1 no such user

Failures whose report this server could not make; its log tells more
(1):

  alice@example.org
    Wed, 18 Nov 2026 11:06:40 +0000, message q1 from <dave@example.org>
    5.1.1 mx.example.org said: 550 5.1.1 no such user

And 7 more, which are not listed; the log has each of them as
"not-reported".
`,
    );
  });

  it('RFC 3834 §5 R3834-5.2-a: is generated, not a reply', () => {
    const text = compose([failure]);
    expect(text).toContain('\r\nAuto-Submitted: auto-generated\r\n');
    expect(text).toContain('Subject: 1 failure of which no sender was told\r\n');
    expect(text).not.toMatch(/^(?:In-Reply-To|References):/m);
  });

  it('RFC 5322 §2.1.1 R5322-2.1.1-a: whatever strangers wrote, it is 7-bit text in short lines', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom('a\r\nBcc: x@y', 'ü'.repeat(5000), '\ud800', '.', 'x'.repeat(5000)),
    );
    fc.assert(
      fc.property(nasty, nasty, nasty, fc.boolean(), (recipient, line, reversePath, remote) => {
        const { remote: known, ...rest } = failure;
        const said = remote ? { remote: { mta: line, line } } : { reason: line };
        expect(known).toBeDefined();
        const text = compose([{ ...rest, ...said, recipient, reversePath }]);
        expect(text).not.toMatch(/[^\r\n\u0020-\u007e]/);
        expect(text.split(/\r\n/).every((each) => each.length <= 998 && !/[\r\n]/.test(each))).toBe(true);
        expect(text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n').length).toBeLessThanOrEqual(11);
      }),
    );
  });
});
