import { describe, expect, it } from 'vitest';
import { canonicalAddress, canonicalDomain, isAddress, isDomain, splitAddress, withoutTag } from './address.ts';

/** An address of so many octets. */
function longest(length: number): string {
  const labels = `${'d'.repeat(62)}.${'d'.repeat(62)}.`;
  return `${'a'.repeat(64)}@${labels}${'d'.repeat(length - 65 - labels.length - 4)}.org`;
}

describe('canonicalAddress', () => {
  it.each([
    ['Bob@Example.ORG', 'bob@example.org'],
    ['"bob"@example.org', 'bob@example.org'],
    ['"b\\ob"@example.org', 'bob@example.org'],
    ['"A b"@example.org', 'a b@example.org'],
    ['bob@example.org.', 'bob@example.org'],
    ['bob@Bücher.example', 'bob@xn--bcher-kva.example'],
    ['BOB@XN--BCHER-KVA.example', 'bob@xn--bcher-kva.example'],
    ['jose\u0301@example.org', 'jos\u00e9@example.org'],
    ['bob@[IPv6:2001:DB8::1]', 'bob@[ipv6:2001:db8::1]'],
    ['Postmaster', 'postmaster'],
  ])('%s is looked up as %s', (address, expected) => {
    expect(canonicalAddress(address)).toBe(expected);
  });

  it('does not let a domain mean anything but a domain', () => {
    expect(canonicalDomain('ü@example.org:80/x?y#z')).toBe('ü@example.org:80/x?y#z');
    expect(canonicalDomain('ü%41.example')).toBe('ü%41.example');
  });
});

describe('isAddress', () => {
  it.each([
    'bob@example.org',
    'a.b+c=d@x',
    '"a @ b"@example.org',
    '"\\""@example.org',
    'üser@bücher.example',
    'bob@[192.0.2.1]',
    "o'neil@example.org",
    // RFC 5321 §4.5.3.1.3: 256 octets with the angle brackets.
    longest(254),
    `ü${longest(252)}`,
  ])('takes %s', (address) => {
    expect(isAddress(address)).toBe(true);
  });
  it.each([
    '',
    'bob',
    '@example.org',
    'bob@',
    'a b@example.org',
    '.a@x.example',
    'a..b@x.example',
    'a@b@example.org',
    'bob@ex ample',
    'bob@-x.example',
    'bob@x-.example',
    'bob@x..example',
    'bob@x\r\n.example',
    '"a\nb"@x.example',
    'a\u0000@x.example',
    '<bob@x.example>',
    `${'a'.repeat(250)}@x.example`,
    longest(255),
    // Limits are octets: of UTF-8 where SMTPUTF8 is spoken (RFC 6531 §3.3).
    `ü${longest(253)}`,
  ])('refuses %j', (address) => {
    expect(isAddress(address)).toBe(false);
  });
});

describe('isDomain', () => {
  it.each([
    ['example.org', true],
    ['b\u00fccher.example', true],
    ['[192.0.2.1]', true],
    ['-x.example', false],
    ['x-.example', false],
    ['x..example', false],
    ['example.org.', false],
    ['', false],
    [`${'d'.repeat(64)}.org`, false],
    ['x\u2028.example', false],
  ])('%j: %s', (text, expected) => {
    expect(isDomain(text)).toBe(expected);
  });
});

describe('withoutTag', () => {
  it.each([
    ['Bob+shop@example.org', 'Bob@example.org'],
    ['Bob+a+b@example.org', 'Bob@example.org'],
    ['b+x@example.org', 'b@example.org'],
    ['+shop@example.org', '+shop@example.org'],
    ['"Bob+shop"@example.org', '"Bob+shop"@example.org'],
    ['bob@ex+ample.org', 'bob@ex+ample.org'],
  ])('%s is %s', (address, expected) => {
    expect(withoutTag(address, '+')).toBe(expected);
    expect(withoutTag(address, undefined)).toBe(address);
  });
});

describe('splitAddress', () => {
  it('splits at the last @', () => {
    expect(splitAddress('"a@b"@example.org')).toEqual({ localPart: '"a@b"', domain: 'example.org' });
    expect(splitAddress('Postmaster')).toEqual({ localPart: 'Postmaster', domain: '' });
  });
});
