import { describe, expect, it } from 'vitest';
import type { Message } from '../model.ts';
import { deliverByOf, releasedAtMs } from './deliver-by.ts';

const messageWith = (mailParameters: string): Message => ({
  ...{ id: 'm1', reversePath: 'alice@a.example', mailParameters, arrivedAtMs: 5000, origin: 'smtp', sizeOctets: 1 },
});

describe('RFC 2852 §4: by-time, counted from when the message came', () => {
  it.each([
    ['BY=60;R', { atMs: 65_000, mode: 'R' }],
    ['BY=+60;R', { atMs: 65_000, mode: 'R' }],
    ['BY=-5;N', { atMs: 0, mode: 'N' }],
    ['RET=HDRS by=60;nt ENVID=x', { atMs: 65_000, mode: 'N' }],
    ['BY=999999999;RT', { atMs: 999_999_999_000 + 5000, mode: 'R' }],
    ['', undefined],
    ['RET=HDRS', undefined],
    ['ENVID=BY=60;R', undefined],
  ])('%j: %o', (mailParameters, expected) => {
    expect(deliverByOf(messageWith(mailParameters))).toEqual(expected);
  });
});

describe('RFC 4865 §4.2: since when a message that was held waits for its delivery', () => {
  it.each([
    ['', 5000],
    ['RET=HDRS', 5000],
    ['HOLDFOR=60', 65_000],
    ['RET=HDRS holduntil=1970-01-01T00:01:00Z', 60_000],
    ['HOLDUNTIL=1970-01-01T00:00:00Z', 5000],
  ])('%j: %i', (mailParameters, expected) => {
    expect(releasedAtMs(messageWith(mailParameters))).toBe(expected);
  });
});
