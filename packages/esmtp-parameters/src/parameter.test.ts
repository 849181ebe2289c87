import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fault } from '../test/fault.ts';
import { type EsmtpParameter, formatParameters, parseParameters } from './index.ts';
import { octetLength } from './parameter.ts';

describe('parseParameters', () => {
  it.each<[string, EsmtpParameter[]]>([
    ['', []],
    ['X-A=1', [{ keyword: 'X-A', value: '1' }]],
    ['SMTPUTF8', [{ keyword: 'SMTPUTF8' }]],
    [
      'ret=Full ENVID=a+2Bb',
      [
        { keyword: 'ret', value: 'Full' },
        { keyword: 'ENVID', value: 'a+2Bb' },
      ],
    ],
    ['8BIT- x', [{ keyword: '8BIT-' }, { keyword: 'x' }]],
    ['ORCPT=utf-8;josé@é.example', [{ keyword: 'ORCPT', value: 'utf-8;josé@é.example' }]],
    ['A=\u{1F600}', [{ keyword: 'A', value: '\u{1F600}' }]],
    ['CUSTOM=a+ABc+20foo', [{ keyword: 'CUSTOM', value: 'a+ABc+20foo' }]],
  ])('RFC 5321 §4.1.2 R5321-4.1.2-a R6531-3.3-a: %j is kept exactly as sent', (text, parameters) => {
    expect(parseParameters(text)).toEqual(parameters);
    expect(formatParameters(parameters)).toBe(text);
  });

  it('RFC 3461 §4 R3461-4-b: parentheses are data', () => {
    expect(parseParameters('ENVID=a(b)c')).toEqual([{ keyword: 'ENVID', value: 'a(b)c' }]);
  });

  it.each([
    ['=x', 0],
    ['-K=1', 0],
    [' K=1', 0],
    ['K=', 2],
    ['K=a=b', 3],
    ['K==', 2],
    ['K=1  L=2', 4],
    ['K=1 ', 4],
    ['K=1\tL=2', 3],
    ['K_X=1', 1],
    ['K=a\x01', 3],
    ['K=\x7f', 2],
    ['K=a\0b', 3],
    ['K=\ud800', 2],
    ['K=a\udc00\ud800', 3],
    ['K\u00e9=1', 1],
    ['K=1 é', 4],
    ['K=1\nL', 3],
  ])('RFC 5321 §4.1.2 R5321-4.1.2-a R3461-4-g: %j is no list of parameters', (text, offset) => {
    expect(fault(() => parseParameters(text))).toMatchObject({ offset, reply: '501 5.5.4' });
  });
});

describe('formatParameters', () => {
  it.each<EsmtpParameter>([
    { keyword: '' },
    { keyword: 'A B' },
    { keyword: 'A=1' },
    { keyword: 'A', value: '' },
    { keyword: 'A', value: 'a b' },
    { keyword: 'A', value: 'x B=1' },
    { keyword: 'A', value: 'a=b' },
    { keyword: 'A', value: 'a\r\nRCPT' },
    { keyword: 'A B', value: '1' },
    { keyword: 'A', value: '\ud800' },
  ])('RFC 5321 §4.1.2: %j is not emitted', (parameter) => {
    expect(fault(() => formatParameters([parameter]))).toMatchObject({ code: 'syntax' });
  });

  it('RFC 3461 §5.2.1(a) R3461-5.2.1-a1: what is parsed is written back to the octet', () => {
    const keyword = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,12}$/);
    const value = fc
      .string({ unit: 'binary', minLength: 1 })
      .filter((text) => text.isWellFormed() && !/[\0- =\x7f]/.test(text));
    const parameter = fc.oneof(fc.record({ keyword }), fc.record({ keyword, value }));
    fc.assert(
      fc.property(fc.array(parameter), (parameters) => {
        expect(parseParameters(formatParameters(parameters))).toEqual(parameters);
      }),
    );
  });

  it('RFC 5321 §4.1.2: any text is either understood and written back the same, or refused with our error', () => {
    const unit = fc.constantFrom('A', 'b', '1', '-', '=', ' ', '+', ';', '\t', '\x7f', 'é', '\ud83d', '\ude00');
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit }), fc.string({ unit: 'binary' })), (text) => {
        if (fault(() => parseParameters(text)) === undefined)
          expect(formatParameters(parseParameters(text))).toBe(text);
      }),
    );
  });
});

it('RFC 5321 §4.5.3.1: lengths are those of UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(octetLength(text)).toBe(new TextEncoder().encode(text).length);
    }),
  );
});
