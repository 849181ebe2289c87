import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  XtextError,
  decodeUtf8AddrUnitext,
  decodeUtf8AddrXtext,
  downconvertUtf8Addr,
  encodeUtf8AddrUnitext,
  encodeUtf8AddrXtext,
  encodeXtext,
  utf8AddrForm,
} from './index.ts';

const fault = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    if (error instanceof XtextError) return [error.code, error.offset];
    throw error;
  }
  return undefined;
};

const QCHAR = Array.from({ length: 128 }, (_, code) => code).filter(
  (code) =>
    (code >= 0x21 && code <= 0x2a) ||
    (code >= 0x2c && code <= 0x3c) ||
    (code >= 0x3e && code <= 0x5b) ||
    (code >= 0x5d && code <= 0x7e),
);

describe('encoding', () => {
  it.each([
    ['josé+x@exämple.org', 'jos\\x{E9}\\x{2B}x@ex\\x{E4}mple.org', 'josé\\x{2B}x@exämple.org'],
    ['x😀@example.org', 'x\\x{1F600}@example.org', 'x😀@example.org'],
    ['"a b"@é.example', '"a\\x{20}b"@\\x{E9}.example', '"a\\x{20}b"@é.example'],
    ['"\\\\="@é.x', '"\\x{5C}\\x{5C}\\x{3D}"@\\x{E9}.x', '"\\x{5C}\\x{5C}\\x{3D}"@é.x'],
    ['plain@example.org', 'plain@example.org', 'plain@example.org'],
    ['\u{10FFFF}\uFFFE\uFDD0\x7f', '\\x{10FFFF}\\x{FFFE}\\x{FDD0}\\x{7F}', '\u{10FFFF}\uFFFE\uFDD0\\x{7F}'],
  ])(
    'RFC 6533 §3 R6533-3-j R6533-3-n R6533-3-m: %j is %j to an ASCII peer and %j to an SMTPUTF8 peer',
    (address, xtext, unitext) => {
      expect(encodeUtf8AddrXtext(address)).toBe(xtext);
      expect(encodeUtf8AddrUnitext(address)).toBe(unitext);
      expect(downconvertUtf8Addr(unitext)).toBe(xtext);
      expect(decodeUtf8AddrXtext(xtext)).toBe(address);
      expect(decodeUtf8AddrUnitext(unitext)).toBe(address);
      expect(decodeUtf8AddrUnitext(xtext)).toBe(address);
    },
  );

  it('RFC 6533 §3 R6533-3-l R6533-3-b: nothing that xtext would escape is left, and the ASCII form is ASCII', () => {
    const xtext = encodeUtf8AddrXtext('"a+b =\\\\"@exämple.org');
    expect(encodeXtext(xtext)).toBe(xtext);
    expect(xtext).toMatch(/^[!-~]+$/);
  });

  it.each(['\0', '\n', '\r', '\x0f', '\x1a', '\x1b', '\ud800', 'a\udc00', '\udfff\ud800'])(
    'RFC 6533 §3: %j has no HEXPOINT',
    (address) => {
      const offset = address.startsWith('a') ? 1 : 0;
      expect(fault(() => encodeUtf8AddrXtext(address))).toEqual(['bad-code-point', offset]);
      expect(fault(() => encodeUtf8AddrUnitext(address))).toEqual(['bad-code-point', offset]);
    },
  );

  it('RFC 6533 §3: an empty address has no encoding', () => {
    for (const code of [encodeUtf8AddrXtext, encodeUtf8AddrUnitext]) expect(fault(() => code(''))).toBeDefined();
    for (const code of [decodeUtf8AddrXtext, decodeUtf8AddrUnitext]) expect(fault(() => code(''))).toBeDefined();
  });

  it('RFC 6533 §3 R6533-3-p: down-conversion leaves alone what is outside the grammar', () => {
    expect(downconvertUtf8Addr('a+2B=\\é\\x{9}')).toBe('a+2B=\\\\x{E9}\\x{9}');
    expect(downconvertUtf8Addr('\x7f\x80')).toBe('\x7f\\x{80}');
    expect(fault(() => downconvertUtf8Addr('a\ud800'))).toEqual(['bad-code-point', 1]);
  });
});

describe('decoding', () => {
  it.each(['a+2Bb@x', 'a=b@x', 'a b@x', 'a\x01b@x', 'a\x7fb@x'])(
    'RFC 6533 §3 R6533-3-r: %j holds a character that is no QCHAR',
    (value) => {
      expect(fault(() => decodeUtf8AddrXtext(value))).toEqual(['bad-character', 1]);
      expect(fault(() => decodeUtf8AddrUnitext(value))).toEqual(['bad-character', 1]);
      expect(utf8AddrForm(value)).toBeUndefined();
    },
  );

  it.each([
    '\\b',
    '\\',
    '\\x',
    '\\x{',
    '\\x{41',
    '\\x{}',
    '\\x{9}',
    '\\x{0000041}',
    '\\x{0E9}',
    '\\X{E9}',
    '\\x{G0}',
    '\\xE9}',
    '\\x{E9 }',
  ])('RFC 6533 §3 R6533-3-k: a%s is no EmbeddedUnicodeChar', (escape) => {
    expect(fault(() => decodeUtf8AddrXtext(`a${escape}`))).toEqual(['bad-escape', 1]);
    expect(fault(() => decodeUtf8AddrXtext(`a${escape}@\\x{E9}.x`))).toEqual(['bad-escape', 1]);
    expect(utf8AddrForm(`a${escape}`)).toBeUndefined();
  });

  it.each([
    '01',
    '09',
    '10',
    '11',
    '19',
    '20',
    '2B',
    '3D',
    '5C',
    '7F',
    '80',
    'FF',
    'e9',
    '100',
    'FFF',
    '1000',
    'D7FF',
    'E000',
    'FFFF',
    '10000',
    'FFFFF',
    'D8000',
    '10FFFF',
  ])('RFC 6533 §3 R6533-3-t: \\x{%s} is one', (hex) => {
    const char = String.fromCodePoint(Number.parseInt(hex, 16));
    expect(decodeUtf8AddrXtext(`a\\x{${hex}}b`)).toBe(`a${char}b`);
    expect(encodeUtf8AddrXtext(char)).toBe(`\\x{${hex.toUpperCase()}}`);
  });

  it.each([
    '00',
    '0A',
    '0D',
    '0f',
    '1A',
    '1F',
    '21',
    '30',
    '41',
    '5B',
    '7E',
    'D800',
    'DBFF',
    'DC00',
    'DFFF',
    '110000',
    'FFFFFF',
  ])('RFC 6533 §3 R6533-3-t: \\x{%s} stands for nothing', (hex) => {
    expect(fault(() => decodeUtf8AddrXtext(`a\\x{${hex}}`))).toEqual(['bad-code-point', 1]);
  });

  it('RFC 6533 §3 R6533-3-r: over all of ASCII, exactly QCHAR stands for itself', () => {
    for (let code = 0; code < 128; code++) {
      const char = String.fromCharCode(code);
      expect(fault(() => decodeUtf8AddrXtext(char)) === undefined).toBe(QCHAR.includes(code));
      expect(fault(() => decodeUtf8AddrUnitext(char)) === undefined).toBe(QCHAR.includes(code));
      if (QCHAR.includes(code)) expect(encodeUtf8AddrXtext(char)).toBe(char);
    }
  });

  it('RFC 6533 §3 R6533-3-s: native characters belong to unitext only, without lone surrogates', () => {
    expect(decodeUtf8AddrUnitext('é😀\u{10FFFF}')).toBe('é😀\u{10FFFF}');
    expect(fault(() => decodeUtf8AddrXtext('aé'))).toEqual(['bad-character', 1]);
    expect(fault(() => decodeUtf8AddrUnitext('a\ud800'))).toEqual(['bad-code-point', 1]);
    expect(fault(() => decodeUtf8AddrUnitext('a\udc00\ud800'))).toEqual(['bad-code-point', 1]);
  });
});

it.each([
  ['jos\\x{E9}@x', 'utf-8-addr-xtext'],
  ['plain@example.org', 'utf-8-addr-xtext'],
  ['"a\\x{20}b"@é.example', 'utf-8-addr-unitext'],
  ['josé\\x{20}a@x', 'utf-8-addr-unitext'],
  ['josé@x', 'utf-8-address'],
  ['josé+x@x', undefined],
])('RFC 6533 §3 R6533-3-c: %j is in form %j', (value, form) => {
  expect(utf8AddrForm(value)).toBe(form);
});

describe('properties', () => {
  const encodable = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !/[\0\x0a-\x0f\x1a-\x1f]/.test(text));

  it('RFC 6533 §3: what is encoded decodes to itself, in the grammar of its form', () => {
    fc.assert(
      fc.property(encodable, (address) => {
        const xtext = encodeUtf8AddrXtext(address);
        const unitext = encodeUtf8AddrUnitext(address);
        expect(xtext).toMatch(/^(?:[!-*,-<>-[\]-~]|\\x\{[0-9A-F]{2,6}\})+$/);
        expect(unitext).toMatch(/^(?:[!-*,-<>-[\]-~\u0080-\u{10FFFF}]|\\x\{[0-9A-F]{2}\})+$/u);
        expect(downconvertUtf8Addr(unitext)).toBe(xtext);
        expect(decodeUtf8AddrXtext(xtext)).toBe(address);
        expect(decodeUtf8AddrUnitext(unitext)).toBe(address);
      }),
    );
  });

  it('RFC 6533 §3: any string decodes or meets XtextError, and what decodes has one encoding up to case', () => {
    const unit = fc.constantFrom(
      '\\',
      'x',
      '{',
      '}',
      'E',
      '9',
      '0',
      '2',
      'B',
      'D',
      '8',
      '+',
      ' ',
      'é',
      '\ud83d',
      '\ude00',
    );
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit }), fc.string({ unit: 'binary' })), (value) => {
        if (fault(() => decodeUtf8AddrXtext(value)) === undefined)
          expect(encodeUtf8AddrXtext(decodeUtf8AddrXtext(value)).toUpperCase()).toBe(value.toUpperCase());
        fault(() => decodeUtf8AddrUnitext(value));
        fault(() => downconvertUtf8Addr(value));
      }),
    );
  });
});
