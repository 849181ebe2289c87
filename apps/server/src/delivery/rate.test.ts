import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Rate } from './rate.ts';

it('in no minute are there more than the rate and a second of it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 600 }), fc.array(fc.nat(5000), { maxLength: 300 }), (perMinute, waits) => {
      const rate = new Rate(perMinute);
      const times: number[] = [];
      let nowMs = 0;
      for (const wait of waits) {
        nowMs = Math.max(nowMs + wait, rate.nextAtMs(nowMs));
        rate.count(nowMs);
        times.push(nowMs);
      }
      for (const from of times) {
        const inMinute = times.filter((time) => time >= from && time < from + 60_000);
        expect(inMinute.length).toBeLessThanOrEqual(perMinute + Math.ceil(perMinute / 60) + 1);
      }
    }),
  );
});

it('waits for nothing when there was nothing', () => {
  expect(new Rate(1).nextAtMs(5)).toBe(5);
});

it('RFC 5321 §4.5.4.1: does not wait for the time of before when the clock is set back', () => {
  const rate = new Rate(60);
  rate.count(3_600_000);
  rate.count(3_600_000, 3);
  expect(rate.nextAtMs(3_600_000)).toBe(3_603_000);
  expect(rate.nextAtMs(0)).toBe(0);
  rate.count(0);
  rate.count(0);
  expect(rate.nextAtMs(0)).toBe(1_000);
});
