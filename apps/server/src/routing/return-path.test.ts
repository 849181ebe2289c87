import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NodeCrypto } from '../adapters/node-crypto.ts';
import { isAddress } from './address.ts';
import { makeReturnPaths } from './return-path.ts';

const key = new Uint8Array(32).fill(7);
const paths = makeReturnPaths('mx.Example.org', key, new NodeCrypto());

describe('makeReturnPaths', () => {
  it('RFC 5321 §4.5.3.1.1: writes addresses of a length that every host takes', () => {
    const path = paths.write({ messageId: '0mhtq3k1z00f8w2c', n: 1_000_000 });
    expect(path).toMatch(/^bounces\+0mhtq3k1z00f8w2c-1000000=[a-z2-7]{16}@mx\.Example\.org$/);
    expect(path.indexOf('@')).toBeLessThanOrEqual(64);
    expect(isAddress(path)).toBe(true);
  });

  it('reads what it wrote, in any case', () => {
    const id = fc.stringMatching(/^[0-9a-z]{1,20}$/);
    fc.assert(
      fc.property(id, fc.nat(9_999_999), (messageId, n) => {
        const path = paths.write({ messageId, n });
        expect(paths.read(path)).toEqual({ messageId, n });
        expect(paths.read(path.toUpperCase())).toEqual({ messageId: messageId.toUpperCase(), n });
      }),
    );
  });

  it('finds what others made forged', () => {
    const path = paths.write({ messageId: 'q1', n: 0 });
    const others = makeReturnPaths('mx.example.org', new Uint8Array(32), new NodeCrypto());
    expect(others.read(path)).toBe('forged');
    expect(paths.read(path.replace('q1-0', 'q1-1'))).toBe('forged');
    expect(paths.read(path.replace('q1-0', 'q2-0'))).toBe('forged');
  });

  it.each([
    'bob@mx.example.org',
    'bounces@mx.example.org',
    'bounces+q1-0=abc@mx.example.org',
    'bounces+q1=aaaaaaaaaaaaaaaa@mx.example.org',
    'bounces+q1-0=aaaaaaaaaaaaaaaa@other.example',
    'bounces+q1-0=aaaaaaaaaaaaaaaa',
    '"bounces+q1-0=aaaaaaaaaaaaaaaa"@mx.example.org',
  ])('leaves other addresses alone: %s', (address) => {
    expect(paths.read(address)).toBeUndefined();
  });
});
