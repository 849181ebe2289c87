import { describe, expect, it } from 'vitest';
import { boundedReply } from './reply.ts';

const reply = (count: number, length: number) => ({
  mta: 'mx.example.com',
  lines: Array.from({ length: count }, (_, n) => `550${n < count - 1 ? '-' : ' '}${n} `.padEnd(length, 'x')) as [
    string,
  ],
});

describe('boundedReply', () => {
  it.each([
    [1, 500, 1000],
    [5, 80, 1000],
    [50, 512, 20],
  ])('RFC 3461 §9.2: keeps %i lines of %i characters for %i recipients', (count, length, among) => {
    expect(boundedReply(reply(count, length), among)).toEqual(reply(count, length));
  });

  it('keeps the first and the last line of one that is too long for a report of so many', () => {
    const { lines } = boundedReply(reply(50, 1000), 1000);
    expect(lines.map((line) => line.slice(0, 6))).toEqual(['550-0 ', '550 49']);
    for (const count of [51, 200]) expect(boundedReply(reply(count, 100), 1).lines).toHaveLength(50);
    expect(boundedReply(reply(200, 100), 1).lines.at(-1)).toMatch(/^550 199 /);
  });

  it('all replies of a report together have few megabytes', () => {
    for (const among of [1, 10, 100, 1000]) {
      const size = boundedReply(reply(256, 2000), among).lines.join('').length;
      expect(size * among).toBeLessThan(4_000_000);
    }
  });
});
