import { describe, expect, it } from 'vitest';
import { fault } from '../../test/fault.ts';
import { hasShared, readShared, skipNote } from '../../test/shared.ts';
import { isStatusCode, type StatusCode } from '../index.ts';
import { STATUS_ENTRIES, explainStatus, lookupStatus } from './index.ts';

describe('looking codes up', () => {
  it('RFC 5248 §2: a registered code', () => {
    expect(lookupStatus('5.7.26')).toMatchObject({
      class: 5,
      className: 'Permanent Failure',
      subjectName: 'Security or Policy Status',
      usualClass: true,
      entry: { code: '7.26', name: 'Multiple authentication checks failed', basicCodes: ['550'] },
    });
  });

  it('RFC 3463 §2 R3463-2-e R3463-2-f R3463-2-g R3463-2-h: an unknown code still has a class and a subject', () => {
    expect(lookupStatus('5.1.250')).toEqual({
      class: 5,
      className: 'Permanent Failure',
      subjectName: 'Addressing Status',
      usualClass: true,
    });
    expect(lookupStatus('4.77.88')).toEqual({ class: 4, className: 'Persistent Transient Failure', usualClass: true });
    expect(lookupStatus('2.0.99')).toMatchObject({ className: 'Success', subjectName: 'Other or Undefined Status' });
  });

  it.each([
    ['0', 'Other or Undefined Status'],
    ['1', 'Addressing Status'],
    ['2', 'Mailbox Status'],
    ['3', 'Mail System Status'],
    ['4', 'Network and Routing Status'],
    ['5', 'Mail Delivery Protocol Status'],
    ['6', 'Message Content or Media Status'],
    ['7', 'Security or Policy Status'],
  ])('RFC 3463 §3 R3463-2-i: subject %s', (subject, name) => {
    expect(lookupStatus(`5.${Number(subject)}.0`).subjectName).toBe(name);
  });

  it('RFC 3463 §2: what is no code is refused', () => {
    expect(fault(() => lookupStatus('5.1' as StatusCode))).toEqual(['bad-status', 3]);
    expect(fault(() => explainStatus('9.1.1' as StatusCode))).toEqual(['bad-status', 0]);
  });

  it.each<[string, StatusCode[], StatusCode[]]>([
    ['R3463-3.2-a', ['5.1.1', '5.1.2', '5.1.3', '5.1.6'], ['4.1.1', '4.1.2', '4.1.3', '4.1.6']],
    ['R3463-3.2-b', ['2.1.5'], ['5.1.5']],
    ['R3463-3.3-a', ['4.2.2', '5.2.3'], ['5.2.2', '4.2.3']],
    ['R3463-3.4-a', ['4.3.1', '5.3.4', '4.3.2', '5.3.2'], ['5.3.1', '4.3.4']],
    ['R3463-3.5-a', ['4.4.1', '4.4.2', '4.4.3', '4.4.5', '4.4.6', '4.4.4', '5.4.4'], ['5.4.1', '5.4.6']],
    ['R3463-B-a R3463-3.5-b', ['4.4.7', '5.4.7'], []],
    ['R3463-3.6-a', ['5.5.1', '5.5.2', '5.5.4'], ['4.5.1', '4.5.2', '4.5.4']],
    ['R3463-3.7-a', ['2.6.4', '5.6.4', '5.6.1', '4.6.5', '5.6.5'], ['4.6.1']],
    ['R3463-3.8-a', ['5.7.1', '2.7.7', '4.7.7', '5.7.7'], ['4.7.1', '4.7.4']],
  ])('RFC 3463 §3 %s: classes that go with a code', (_, usual, unusual) => {
    expect(usual.map((code) => lookupStatus(code).usualClass)).not.toContain(false);
    expect(unusual.map((code) => lookupStatus(code).usualClass)).not.toContain(true);
  });
});

describe('plain words', () => {
  it.each<[StatusCode, string]>([
    ['5.2.2', 'The mailbox is full. Sending the message again will help only once that has changed.'],
    ['5.4.1', 'The receiving system did not answer. Sending the message again will help only once that has changed.'],
    ['4.2.2', 'The mailbox is full. This may be temporary.'],
    ['2.1.5', 'The address is valid and the message was taken over.'],
    ['5.1.250', 'Something is wrong with one of the addresses. Sending the message again unchanged will not help.'],
    ['4.77.88', 'The receiving system gave no exact reason. This may be temporary.'],
    ['2.4.4', 'The message found its way.'],
    ['2.99.1', 'The message went through.'],
  ])('RFC 3463 §2 R3463-2-e R3463-2-f R3463-2-g: %s', (code, sentence) => {
    expect(explainStatus(code)).toBe(sentence);
  });

  it('RFC 5248 §2: every code has a sentence of its own kind: short, ended, without jargon of the protocol', () => {
    for (const { code, sentence, success, classes } of STATUS_ENTRIES) {
      for (const text of [sentence, ...(success === undefined ? [] : [success])]) {
        expect(text, code).toMatch(/^[A-Z][^\n]{10,110}\.$/);
        expect(text, code).not.toMatch(/\b(?:MTA|SMTP|RFC|UTF-8|DSN)\b/);
      }
      expect(success !== undefined || !classes.includes(2), code).toBe(true);
      for (const digit of classes) expect(isStatusCode(`${digit}.${code}`), code).toBe(true);
    }
    expect(new Set(STATUS_ENTRIES.map(({ code }) => code)).size).toBe(STATUS_ENTRIES.length);
  });
});

interface Row {
  readonly code: string;
  readonly name: string;
  readonly basicCodes: readonly string[];
  readonly reference: string;
  readonly classes: readonly string[];
}

describe.skipIf(!hasShared)(`the registry${skipNote}`, () => {
  const rows = hasShared
    ? (JSON.parse(Buffer.from(readShared('spec/status-codes.json'), 'latin1').toString()) as Row[])
    : [];

  it('RFC 5248 §2: has all rows', () => {
    expect(STATUS_ENTRIES).toHaveLength(rows.length);
  });

  it.each(rows)('RFC 5248 §2: $code', ({ code, name, basicCodes, reference, classes }) => {
    const entry = STATUS_ENTRIES.find((one) => `X.${one.code}` === code);
    expect(entry).toMatchObject({ basicCodes, reference, classes: classes.map(Number) });
    if (entry?.deprecated !== true) expect(entry?.name).toBe(name);
  });
});
