import { expect, it } from 'vitest';
import { addressLiteral, addressOfLiteral, isIpv4, isIpv6 } from './ip-address.ts';

it.each(['::', '::1', '1::', '2001:db8::1', '1:2:3:4:5:6:7:8', '::ffff:192.0.2.1', '1:2:3:4:5:6:192.0.2.1'])(
  '%s is IPv6',
  (text) => {
    expect(isIpv6(text)).toBe(true);
  },
);

it.each([
  '',
  ':',
  ':::',
  '1:2:3',
  '1::2::3',
  '12345::',
  '1:2:3:4:5:6:7:8:9',
  '192.0.2.1::',
  '::300.0.0.1',
  'g::',
  '1:2:3:4:5:6:7::8:9',
  // Where all eight groups are written, :: stands for none.
  '1:2:3:4::5:6:7:8',
])('%j is not IPv6', (text) => {
  expect(isIpv6(text)).toBe(false);
});

it.each([
  ['192.0.2.1', true],
  ['256.0.2.1', false],
  ['1.2.3', false],
])('%s is IPv4: %s', (text, expected) => {
  expect(isIpv4(text)).toBe(expected);
});

it.each([
  ['[192.0.2.1]', '192.0.2.1'],
  ['[IPv6:2001:DB8::1]', '2001:db8::1'],
  ['[ipv6:::1]', '::1'],
  ['[2001:db8::1]', undefined],
  ['[x400:foo]', undefined],
  ['192.0.2.1', undefined],
])('RFC 5321 §4.1.3: the literal %s holds %s', (literal, address) => {
  expect(addressOfLiteral(literal)).toBe(address);
});

it.each(['192.0.2.1', '2001:db8::1'])('RFC 5321 §4.1.3: %s as a literal and back', (address) => {
  expect(addressOfLiteral(addressLiteral(address))).toBe(address);
});
