import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fault } from '../test/fault.ts';
import { ORCPT_GENERATED, ORCPT_LIMIT, type TypedAddress, formatOrcpt, parseOrcpt } from './index.ts';

const utf8 = { smtputf8: true };

describe('parseOrcpt', () => {
  it.each([
    ['rfc822;Bob@Example.COM', 'rfc822', 'Bob@Example.COM'],
    ['RFC822;bob+2Bnews@example.com', 'RFC822', 'bob+news@example.com'],
    ['rfc822;"a+20b"@x', 'rfc822', '"a b"@x'],
    ['x400;/G+3DA/S+3DB/', 'x400', '/G=A/S=B/'],
    ['x400;/a;b', 'x400', '/a;b'],
    ['x-unheard-of;value', 'x-unheard-of', 'value'],
    ['rfc822;', 'rfc822', ''],
    ['rfc822;a+09b', 'rfc822', 'a\tb'],
  ])('RFC 3461 §4.2 R3461-4.2-a R3461-4.2-b R3461-4.2-d: %s', (value, type, address) => {
    expect(parseOrcpt(value)).toEqual({ type, address });
  });

  it('RFC 3461 §4.2 R3461-4.2-h: the address need not obey the syntax of its type', () => {
    expect(parseOrcpt('rfc822;not-an-address').address).toBe('not-an-address');
  });

  it.each([
    ['u@x.example', 1],
    [';u@x.example', 0],
    ['rfc822', 6],
    ['', 0],
    ['rfc 822;a', 3],
    ['a.b;c', 1],
    ['a"b;c', 1],
    ['é;c', 0],
    ['rfc822;a+2', 8],
    ['rfc822;a+ZZ', 8],
    ['rfc822;+2b', 7],
    ['rfc822;a=b', 8],
    ['rfc822;a b', 8],
    ['rfc822;josé@x', 10],
    ['rfc822;+C3+A9', 7],
    ['rfc822;a+0Ab', 8],
    ['rfc822;a+0D+0Ab', 8],
    ['rfc822;a+00', 8],
    ['rfc822;a+7F', 8],
    ['rfc822;+1B', 7],
    ['rfc822;+41+2B+0A', 13],
  ])('RFC 3461 §4.2 R3461-4.2-b R3461-4.2-k R3461-4.2-l: %j is refused', (value, offset) => {
    const told = fault(() => parseOrcpt(value, utf8));
    expect(told).toMatchObject({ code: 'bad-value', reply: '501 5.5.4', keyword: 'ORCPT' });
    expect(told?.offset).toBe(offset);
  });

  it('RFC 3461 §5.4(c) R3461-5.4-c R3461-4.2-e: 500 octets pass whichever way they are counted, more is never cut', () => {
    const value = `rfc822;${'a'.repeat(ORCPT_LIMIT - 7)}`;
    expect(`ORCPT=${value.slice(0, 494)}`).toHaveLength(500);
    expect(parseOrcpt(value.slice(0, 494)).address).toHaveLength(487);
    expect(value).toHaveLength(500);
    expect(parseOrcpt(value).address).toHaveLength(493);
    expect(fault(() => parseOrcpt(`${value}a`))).toMatchObject({ code: 'too-long', reply: '501 5.5.4' });
    const native = `utf-8;${'é'.repeat(247)}`;
    expect(parseOrcpt(native, utf8).verbatim).toBe(true);
    expect(fault(() => parseOrcpt(`${native}é`, utf8))).toMatchObject({ code: 'too-long' });
  });
});

describe('parseOrcpt of type utf-8', () => {
  it.each([
    ['utf-8;jos\\x{E9}@example.org', 'josé@example.org'],
    ['utf-8;jos\\x{e9}@example.org', 'josé@example.org'],
    ['UTF-8;plain@example.org', 'plain@example.org'],
    ['utf-8;a\\x{2B}b@ex\\x{E4}mple.org', 'a+b@exämple.org'],
    ['utf-8;x\\x{1F600}@example.org', 'x😀@example.org'],
  ])('RFC 6533 §3 R6533-3-v: %s in the ASCII form', (value, address) => {
    expect(parseOrcpt(value)).toEqual({ type: value.slice(0, 5), address });
  });

  it.each([
    ['utf-8;josé@exämple.org', 'josé@exämple.org'],
    ['utf-8;"a\\x{20}b"@é.example', '"a b"@é.example'],
  ])('RFC 6533 §3 R6533-3-a R6533-3-i: %s natively, in a transaction with SMTPUTF8', (value, address) => {
    expect(parseOrcpt(value, utf8)).toEqual({ type: 'utf-8', address });
    expect(fault(() => parseOrcpt(value))).toMatchObject({ code: 'needs-smtputf8', reply: '501 5.5.4' });
  });

  it.each([
    'utf-8;a+2Bb@x',
    'utf-8;a\\b@x',
    'utf-8;a\\x{41}@x',
    'utf-8;a\\x{00}@x',
    'utf-8;a\\x{D800}@x',
    'utf-8;a\\x{110000}@x',
    'utf-8;a\\x{9}@x',
    'utf-8;a\\x{0A}@x',
    'utf-8;a\\x{01}@x',
    'utf-8;not-an-address',
    'utf-8;',
  ])('RFC 6533 §3 R6533-3-p R6533-3-u: %s is none of its forms, valid all the same, and stays as it came', (value) => {
    expect(parseOrcpt(value)).toEqual({ type: 'utf-8', address: value.slice(6), verbatim: true });
    if (value !== 'utf-8;') expect(formatOrcpt(parseOrcpt(value))).toBe(value);
  });

  it.each(['utf-8;a=b@x', 'utf-8;a+2@x', 'utf-8;a b@x', 'utf-8;\\é@x', 'utf-8;\ud800@x', 'utf-8;é+2B@x'])(
    'RFC 6533 §3: %j is neither that nor xtext',
    (value) => {
      expect(fault(() => parseOrcpt(value, utf8))).toMatchObject({ code: 'bad-value', reply: '501 5.5.4' });
    },
  );
});

describe('formatOrcpt', () => {
  it.each<[TypedAddress, string, string]>([
    [{ type: 'rfc822', address: 'Bob@EXAMPLE.com' }, 'rfc822;Bob@EXAMPLE.com', 'rfc822;Bob@EXAMPLE.com'],
    [{ type: 'rfc822', address: '"a b"@x' }, 'rfc822;"a+20b"@x', 'rfc822;"a+20b"@x'],
    [{ type: 'x400', address: '/G=A/S=B/' }, 'x400;/G+3DA/S+3DB/', 'x400;/G+3DA/S+3DB/'],
    [{ type: 'utf-8', address: 'josé@x' }, 'utf-8;jos\\x{E9}@x', 'utf-8;josé@x'],
    [{ type: 'utf-8', address: 'a+b@é.x' }, 'utf-8;a\\x{2B}b@\\x{E9}.x', 'utf-8;a\\x{2B}b@é.x'],
    [{ type: 'utf-8', address: '"a b"@é.x' }, 'utf-8;"a\\x{20}b"@\\x{E9}.x', 'utf-8;"a\\x{20}b"@é.x'],
  ])(
    'RFC 6533 §3 R3461-4-g R3461-4.2-i R6533-3-d R6533-3-e R6533-3-g R6533-3-m R6533-3-q: %j is %s, with SMTPUTF8 %s',
    (original, ascii, native) => {
      expect(formatOrcpt(original)).toBe(ascii);
      expect(formatOrcpt(original, utf8)).toBe(native);
      expect(parseOrcpt(ascii)).toEqual(original);
      expect(parseOrcpt(native, utf8)).toEqual(original);
    },
  );

  it('RFC 6533 §3 R6533-3-n: what stands verbatim keeps all but its characters beyond ASCII', () => {
    const original = parseOrcpt('utf-8;josé', utf8);
    expect(original).toEqual({ type: 'utf-8', address: 'josé', verbatim: true });
    expect(formatOrcpt(original, utf8)).toBe('utf-8;josé');
    expect(formatOrcpt(original)).toBe('utf-8;jos\\x{E9}');
  });

  it.each<TypedAddress>([
    { type: 'rfc822', address: 'bob\u00e9@x' },
    { type: 'rfc822', address: 'a\r\nb' },
    { type: 'rfc822', address: '' },
    { type: 'utf-8', address: 'a\nb' },
    { type: 'utf-8', address: '\ud800' },
    { type: 'utf-8', address: 'a b', verbatim: true },
    { type: 'utf-8', address: '\ud800', verbatim: true },
  ])('RFC 3461 §4.2 R3461-4.2-k: %j is not generated', (original) => {
    expect(fault(() => formatOrcpt(original))).toMatchObject({ code: 'bad-value' });
  });

  it.each(['', 'x-private', 'smtp', 'a b', 'rfc822;x'])(
    'RFC 3461 §4.2 R3461-4.2-c: type %j is not registered, so it is not generated',
    (type) => {
      expect(fault(() => formatOrcpt({ type, address: 'a@b' }))).toMatchObject({ code: 'bad-value' });
    },
  );

  it('RFC 3461 §5.4(c): no more than 494 octets are generated', () => {
    const address = 'a'.repeat(ORCPT_GENERATED - 7);
    expect(formatOrcpt({ type: 'rfc822', address })).toHaveLength(494);
    expect(fault(() => formatOrcpt({ type: 'rfc822', address: `${address}a` }))).toMatchObject({ code: 'too-long' });
  });

  it('RFC 3461 §4.2: printable addresses survive, and any value is understood or refused with our error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 100 }), (address) => {
        expect(parseOrcpt(formatOrcpt({ type: 'rfc822', address }))).toEqual({ type: 'rfc822', address });
      }),
    );
    const unit = fc.constantFrom(
      'utf-8;',
      'rfc822;',
      ';',
      '\\x{',
      'E9',
      '}',
      '+',
      '2B',
      '@',
      'a',
      '.',
      'é',
      '\ud800',
      ' ',
    );
    fc.assert(
      fc.property(fc.string({ unit }), fc.boolean(), (value, smtputf8) => {
        if (fault(() => parseOrcpt(value, { smtputf8 })) !== undefined) return;
        const original = parseOrcpt(value, { smtputf8 });
        expect(original.address).not.toMatch(/[\0-\x08\x0a-\x1f\x7f]/);
        if (original.address === '' || fault(() => formatOrcpt(original, { smtputf8 })) !== undefined) return;
        expect(parseOrcpt(formatOrcpt(original, { smtputf8 }), { smtputf8 })).toEqual(original);
      }),
    );
  });
});
