import { describe, expect, it } from 'vitest';
import { orcptFor } from './index.ts';

describe('the ORCPT that a relay adds', () => {
  it.each([
    ['RFC 3461 §4.2: the address as it came, in xtext', 'Bob+x@Example.COM', 'rfc822;Bob+2Bx@Example.COM'],
    ['RFC 6533 §3: beyond ASCII in characters that every hop takes', 'jos\u00e9+x@b', 'utf-8;jos\\x{E9}\\x{2B}x@b'],
    ['RFC 3461 §5.4(c): no longer than 494 octets', `${'x'.repeat(485)}@b`, `rfc822;${'x'.repeat(485)}@b`],
  ])('%s', (_, address, value) => {
    expect(orcptFor(address)).toEqual({ keyword: 'ORCPT', value });
  });

  it('RFC 6533 §3: beyond ASCII as it is, to a hop that takes it', () => {
    const value = 'utf-8;jos\u00e9@b';
    expect(orcptFor('jos\u00e9@b', { smtputf8: true })).toEqual({ keyword: 'ORCPT', value });
  });

  it.each([
    ['nothing', ''],
    ['a line end', 'a\r\n@b'],
    ['half a surrogate pair', '\u00e9\ud800@b'],
    ['what is too long: never cut', `${'x'.repeat(486)}@b`],
  ])('RFC 3461 §5.4(c): none for %s', (_, address) => {
    expect(orcptFor(address)).toBeUndefined();
    expect(orcptFor(address, { smtputf8: true })).toBeUndefined();
  });
});
