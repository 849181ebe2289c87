import { describe, expect, it } from 'vitest';
import { fault } from '../test/fault.ts';
import { hasShared, readShared, skipNote } from '../test/shared.ts';
import {
  formatDeliveryStatus,
  formatGlobalDeliveryStatus,
  mailboxValue,
  mtaName,
  parseDeliveryStatus,
  parseGlobalDeliveryStatus,
  assertDeliveryStatus,
  toAsciiDeliveryStatus,
  toGlobalDeliveryStatus,
  type DeliveryStatus,
  type TypedValue,
} from './index.ts';

const make = (finalRecipient: TypedValue, originalRecipient?: TypedValue): DeliveryStatus => ({
  message: { reportingMta: mtaName('mx.example.net'), originalEnvelopeId: 'x' },
  recipients: [{ finalRecipient, action: 'failed', status: '5.1.1', ...(originalRecipient && { originalRecipient }) }],
});
const utf8 = (value: string): TypedValue => ({ type: 'utf-8', value });

describe('for a return path without SMTPUTF8', () => {
  it.each([
    [mailboxValue('jos\u00e9@example.org'), utf8('jos\\x{E9}@example.org')],
    [mailboxValue('jos\u00e9+x@ex\u00e4mple.org'), utf8('jos\\x{E9}\\x{2B}x@ex\\x{E4}mple.org')],
    [utf8('"a\\x{20}b"@\u00e9.example'), utf8('"a\\x{20}b"@\\x{E9}.example')],
    [utf8('jos\\x{E9}@x'), utf8('jos\\x{E9}@x')],
    [utf8('a+2Bb@x'), utf8('a+2Bb@x')],
    [{ type: 'rfc822', value: 'jos\u00e9@x' }, utf8('jos\\x{E9}@x')],
    [utf8('\u00e9\n@x'), utf8('\\x{E9}\n@x')],
    [mailboxValue('plain+x@example.org'), mailboxValue('plain+x@example.org')],
  ])('RFC 6533 §3 R6533-3-f R6533-3-p: %j becomes %j', (before, after) => {
    const { recipients } = toAsciiDeliveryStatus(make(before, before));
    expect([recipients[0].finalRecipient, recipients[0].originalRecipient]).toEqual([after, after]);
  });

  it('RFC 3629 §3: half a surrogate pair makes no address, in no form', () => {
    for (const status of [make(mailboxValue('\ud800@x')), make(mailboxValue('a@x'), utf8('jos\u00e9\udc00@x'))]) {
      expect(fault(() => formatGlobalDeliveryStatus(status))?.[0]).toBe('lone-surrogate');
      expect(fault(() => formatDeliveryStatus(toAsciiDeliveryStatus(status)))?.[0]).toBe('lone-surrogate');
    }
    expect(formatGlobalDeliveryStatus(make(mailboxValue('\ud83d\ude00@x')))).toContain('utf-8; \ud83d\ude00@x');
  });

  it('RFC 6533 §6.2 R6533-6.2-a: other text is escaped, localized text goes, comments become encoded-words', () => {
    const status: DeliveryStatus = {
      message: {
        reportingMta: mtaName('m\u00fcller.example'),
        extensions: [
          { name: 'X-A', value: '\u{1F600}' },
          { name: 'X-B', value: 'b' },
        ],
      },
      recipients: [
        {
          finalRecipient: mailboxValue('a@x'),
          action: 'failed',
          actionComment: 'gr\u00f6\u00dfe',
          status: '5.1.1',
          diagnosticCode: { type: 'smtp', value: '550 gr\u00f6\u00dfe' },
          localizedDiagnostics: [{ language: 'de', text: 'gr\u00f6\u00dfe' }],
          finalLogId: '\u00fc',
        },
        { finalRecipient: mailboxValue('b@x'), action: 'failed', status: '5.1.1' },
      ],
    };
    expect(formatDeliveryStatus(toAsciiDeliveryStatus(status))).toBe(
      'Reporting-MTA: dns; m\\x{FC}ller.example\r\nX-A: \\x{1F600}\r\nX-B: b\r\n\r\nFinal-Recipient: rfc822; a@x\r\n' +
        'Action: failed (=?utf-8?Q?gr=C3=B6=C3=9Fe?=)\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 gr\\x{F6}\\x{DF}e\r\n' +
        'Final-Log-ID: \\x{FC}\r\n\r\nFinal-Recipient: rfc822; b@x\r\nAction: failed\r\nStatus: 5.1.1\r\n',
    );
  });

  it('RFC 6533 §3 R6533-3-f: what was parsed changes only where it must', () => {
    const text =
      'reporting-mta: dns; mx.example.net\n\nFinal-recipient: utf-8;jos\u00e9@x\naction: failed\nStatus: 5.1.1 (x)\nDiagnostic-Code: smtp; 550 x\nLocalized-Diagnostic: de; y\n';
    const status = assertDeliveryStatus(parseGlobalDeliveryStatus(text));
    expect(formatDeliveryStatus(toAsciiDeliveryStatus(status))).toBe(
      text
        .replace('Final-recipient: utf-8;jos\u00e9', 'Final-Recipient: utf-8; jos\\x{E9}')
        .replace('Localized-Diagnostic: de; y\n', ''),
    );
  });

  it('RFC 3464 §2.1.1: comments that were parsed become encoded-words, or go', () => {
    const text =
      'Reporting-MTA: (é) dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; a@x\r\nAction: failed\r\nStatus: 5.1.1 (größe)\r\n' +
      'Last-Attempt-Date: Fri, 08 Jul 1994 09:21:47 +0000 (für)\r\n';
    expect(formatDeliveryStatus(toAsciiDeliveryStatus(assertDeliveryStatus(parseGlobalDeliveryStatus(text))))).toBe(
      text.replace('(é) ', '').replace('größe', '=?utf-8?Q?gr=C3=B6=C3=9Fe?=').replace(' (für)', ''),
    );
  });
});

describe('for a return path with SMTPUTF8', () => {
  it.each([
    [utf8('jos\\x{E9}@ex\\x{E4}mple.org'), utf8('jos\u00e9@ex\u00e4mple.org')],
    [utf8('"a\\x{20}b"@\u00e9.example'), utf8('"a b"@\u00e9.example')],
    [utf8('jos\u00e9@x'), utf8('jos\u00e9@x')],
    [utf8('a+2Bb@x'), utf8('a+2Bb@x')],
    [utf8('a\\b@x'), utf8('a\\b@x')],
    [mailboxValue('a\\x{E9}@x'), mailboxValue('a\\x{E9}@x')],
  ])('RFC 6533 §4.1 R6533-3-h R6533-3-o R6533-3-p R6533-4.1-d R6533-4.1-e: %j becomes %j', (before, after) => {
    const status = toGlobalDeliveryStatus(make(before, before));
    expect([status.recipients[0].finalRecipient, status.recipients[0].originalRecipient]).toEqual([after, after]);
    expect(toGlobalDeliveryStatus(make(before)).recipients[0]).not.toHaveProperty('originalRecipient');
  });

  it('RFC 6533 §4.1 R6533-4.1-c R6533-4.1-j: both forms of a report say the same', () => {
    const status = make(mailboxValue('jos\u00e9@x'));
    const ascii = assertDeliveryStatus(parseDeliveryStatus(formatDeliveryStatus(toAsciiDeliveryStatus(status))));
    expect(formatGlobalDeliveryStatus(toGlobalDeliveryStatus(ascii))).toBe(formatGlobalDeliveryStatus(status));
  });
});

interface Vectors {
  readonly decode: readonly { readonly in: string; readonly addr: string }[];
  readonly invalid: readonly { readonly in: string }[];
  readonly downgrade: readonly { readonly addr: string; readonly to7bit: string }[];
}

describe.skipIf(!hasShared)(`constructed vectors${skipNote}`, () => {
  const path = 'spec/examples/rfc6533-3-constructed-address-vectors.json';
  const vectors = (
    hasShared
      ? JSON.parse(Buffer.from(readShared(path), 'latin1').toString())
      : { decode: [], invalid: [], downgrade: [] }
  ) as Vectors;
  const typed = (text: string): TypedValue => ({ type: text.slice(0, 5), value: text.slice(6) });

  it.each(vectors.decode)('RFC 6533 §3 R6533-3-o: $in', (vector) => {
    expect(toGlobalDeliveryStatus(make(typed(vector.in))).recipients[0].finalRecipient.value).toBe(vector.addr);
  });
  it.each(vectors.invalid)('RFC 6533 §3 R6533-3-p: $in is copied unaltered', (vector) => {
    for (const convert of [toGlobalDeliveryStatus, toAsciiDeliveryStatus]) {
      expect(convert(make(typed(vector.in))).recipients[0].finalRecipient).toEqual(typed(vector.in));
    }
  });
  it.each(vectors.downgrade)('RFC 6533 §3 R6533-3-f: $addr', ({ addr, to7bit }) => {
    expect(toAsciiDeliveryStatus(make(mailboxValue(addr))).recipients[0].finalRecipient).toEqual(typed(to7bit));
  });
});
