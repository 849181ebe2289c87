import { describe, expect, it } from 'vitest';
import { isoDay, isoTime } from './iso-date.ts';

describe('moments as text', () => {
  it.each([
    0, -1, 951_782_399_999, 951_782_400_000, 1_741_600_000_123, -62_198_755_200_000, 253_402_300_799_999,
    253_402_300_800_000, 8.64e15, -8.64e15,
  ])('%d is as the platform writes it, twice', (ms) => {
    const text = new Date(ms).toISOString();
    for (let again = 0; again < 2; again++) {
      expect(isoTime(ms)).toBe(text);
      expect(isoDay(ms)).toBe(text.slice(0, text.indexOf('T')));
    }
  });

  it.each([Number.NaN, 8.64e15 + 1, Infinity])('%d is no moment', (ms) => {
    expect(isoTime(ms)).toBeNull();
    expect(isoDay(ms)).toBeNull();
  });
});
