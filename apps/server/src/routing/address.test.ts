import { describe, expect, it } from 'vitest';
import { canonicalAddress, canonicalDomain, isAddress, splitAddress } from './address.ts';

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
    'bob@x..example',
    'bob@x\r\n.example',
    '"a\nb"@x.example',
    'a\u0000@x.example',
    '<bob@x.example>',
    `${'a'.repeat(250)}@x.example`,
  ])('refuses %j', (address) => {
    expect(isAddress(address)).toBe(false);
  });
});

describe('splitAddress', () => {
  it('splits at the last @', () => {
    expect(splitAddress('"a@b"@example.org')).toEqual({ localPart: '"a@b"', domain: 'example.org' });
    expect(splitAddress('Postmaster')).toEqual({ localPart: 'Postmaster', domain: '' });
  });
});
