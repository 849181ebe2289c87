import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fault } from '../test/fault.ts';
import { isStatusCode, parseDeliveryStatus, parseStatusCode } from './index.ts';

describe('the strict grammar', () => {
  it.each([
    ['2.1.5', 2, 1, 5],
    ['2.1.23', 2, 1, 23],
    ['4.4.7', 4, 4, 7],
    ['5.7.26', 5, 7, 26],
    ['5.7.133', 5, 7, 133],
    ['5.0.0', 5, 0, 0],
    ['4.999.999', 4, 999, 999],
  ])('RFC 3463 §2 R3463-2-a R3463-2-h R3464-2.3.4-e: %s', (text, digit, subject, detail) => {
    expect(isStatusCode(text)).toBe(true);
    expect(parseStatusCode(text)).toEqual({ class: digit, subject, detail });
  });

  it.each([
    ['', 0],
    ['1.1.1', 0],
    ['3.1.1', 0],
    ['55.1.1', 1],
    ['5', 1],
    ['5.', 2],
    ['5.1', 3],
    ['5.1.', 4],
    ['5.1.x', 4],
    ['5.1000.1', 5],
    ['5.1.1000', 7],
    ['5.1.1.1', 5],
    ['5.1.1 ', 5],
    [' 5.1.1', 0],
    ['5. 1.1', 2],
    ['5.(x)1.1', 2],
    ['5.01.1', 2],
    ['5.1.001', 4],
    ['５.1.1', 0],
  ])('RFC 3463 §2 R3463-2-b R3463-2-c R3464-2.3.4-b R3464-2.3.4-c R3464-2.3.4-d: %j is none', (text, offset) => {
    expect(isStatusCode(text)).toBe(false);
    expect(fault(() => parseStatusCode(text))).toEqual(['bad-status', offset]);
  });

  it('RFC 3463 §2: each code reads back, and nothing but our error is thrown', () => {
    const part = fc.integer({ min: 0, max: 999 });
    fc.assert(
      fc.property(fc.constantFrom(2, 4, 5), part, part, (digit, subject, detail) => {
        expect(parseStatusCode(`${digit}.${subject}.${detail}`)).toEqual({ class: digit, subject, detail });
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => (fault(() => parseStatusCode(text)) === undefined) === isStatusCode(text)),
    );
  });
});

describe('a Status field from the wild', () => {
  const read = (value: string): unknown[] => {
    const { recipients, issues } = parseDeliveryStatus(
      `Reporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: ${value}\r\n`,
    );
    return [recipients[0]?.status, recipients[0]?.statusComment, issues.map(({ code }) => code)];
  };

  it.each([
    ['5.1.1 (bad (nested) \\) x)', '5.1.1', 'bad (nested) ) x', []],
    ['4.2.2(disk quota exceeded)', '4.2.2', 'disk quota exceeded', []],
    ['(new) 5.1.1 (code)', '5.1.1', 'new code', []],
    ['5.1.1 (=?utf-8?Q?g=C3=A9ant?=)', '5.1.1', 'géant', []],
    ['5.7.133', '5.7.133', undefined, []],
    ['5.01.001', '5.1.1', undefined, ['status-leading-zero']],
    ['5. 1.1', '5.1.1', undefined, ['status-spacing']],
    ['4.(x)2.2', '4.2.2', 'x', ['status-spacing']],
    ['5 .1 . 1', '5.1.1', undefined, ['status-spacing']],
    ['5.4.7 Next delivery (x)', '5.4.7', 'Next delivery x', ['text-after-status']],
    ['5.1.1.', '5.1.1', '.', ['text-after-status']],
    ['5.1.1 (no end', '5.1.1', 'no end', ['unclosed-comment']],
    ['3.1.1', undefined, undefined, ['status-class']],
    ['9.1.1 (x)', undefined, 'x', ['status-class']],
    ['5.1', undefined, undefined, ['bad-status']],
    ['5.1.1000', undefined, undefined, ['bad-status']],
    ['5.1.1.1', undefined, undefined, ['bad-status']],
    ['55.1.1', undefined, undefined, ['bad-status']],
    ['550', undefined, undefined, ['bad-status']],
    ['', undefined, undefined, ['missing-value']],
  ])('RFC 3464 §2.3.4 R3464-2.3.4-c R3464-2.3.4-d R3464-2.3.4-e: %j', (value, status, comment, codes) => {
    expect(read(value)).toEqual([status, comment, codes]);
  });
});
