import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inNetworks, overlaps, parseNetwork } from './networks.ts';

describe('networks', () => {
  it.each([
    ['127.0.0.0/8', '127.255.0.1', true],
    ['127.0.0.0/8', '128.0.0.1', false],
    ['192.0.2.128/25', '192.0.2.127', false],
    ['192.0.2.128/25', '192.0.2.200', true],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['0.0.0.0/0', '203.0.113.1', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['192.0.2.0/24', '::ffff:192.0.2.1', true],
    ['::ffff:192.0.2.0/120', '192.0.2.1', true],
    ['::/0', '192.0.2.1', true],
    ['::/0', 'no address', false],
  ])('%s, client %s: %s', (range, address, expected) => {
    expect(inNetworks([parseNetwork(range)!], address)).toBe(expected);
  });

  it.each([
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '01.2.3.4',
    '1.2.3.4/33',
    '1.2.3.4/',
    '1.2.3.4/-1',
    '1.2.3.4/08x',
    '::/129',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '::1.2.3',
    '1.2.3.4::',
    ':1:2:3:4:5:6:7',
    'example.org',
    '10.0.0.0%eth0/8',
  ])('refuses "%s"', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });

  it('a range holds its own address, in either family', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(32), (address, length) => {
        const network = parseNetwork(`${address}/${length}`);
        return network !== undefined && inNetworks([network], address);
      }),
    );
  });
});

it.each([
  ['0.0.0.0', 25, '192.0.2.1', 25, true],
  ['192.0.2.1', 25, '0.0.0.0', 25, true],
  ['::', 25, '0.0.0.0', 25, true],
  ['0.0.0.0', 25, '192.0.2.1', 26, false],
  ['0.0.0.0', 25, '0.0.0.0', 25, false],
  ['192.0.2.1', 25, '192.0.2.2', 25, false],
])('sockets at %s port %i and %s port %i overlap: %s', (host, port, other, otherPort, expected) => {
  expect(overlaps({ host, port }, { host: other, port: otherPort })).toBe(expected);
});
