import { describe, expect, it } from 'vitest';
import { headerPriority } from './header-priority.ts';

const octets = (text: string) => new TextEncoder().encode(text);

describe('headerPriority', () => {
  it.each([
    ['MT-Priority: 4\r\n\r\n', 4],
    ['Subject: x\r\nmt-pRIORITY:-9\r\n\r\n', -9],
    ['MT-Priority: 4 (ultra)\r\n\r\n', 4],
    ['MT-Priority:(a) (b)\t0\r\n\r\n', 0],
    ['MT-Priority: +3\r\n\r\n', undefined],
    ['MT-Priority: 10\r\n\r\n', undefined],
    ['MT-Priority: 3 3\r\n\r\n', undefined],
    ['MT-Priority:\r\n 3\r\n\r\n', undefined],
    ['MT-Priority: 3\r\nMT-Priority: 3\r\n\r\n', undefined],
    ['MT-Priority-X: 3\r\n\r\n', undefined],
    ['X: 1\r\n MT-Priority: 3\r\n\r\n', undefined],
    ['\r\nMT-Priority: 3\r\n', undefined],
    ['MT-Priority: 3', undefined],
    ['', undefined],
  ])('RFC 6758 §4: %j gives %s', (header, priority) => {
    expect(headerPriority(octets(header))).toBe(priority);
  });

  it('RFC 6758 §4: takes time in proportion to hostile input', () => {
    const value = '() '.repeat(300_000);
    expect(headerPriority(octets(`MT-Priority: ${value}\r\n\r\n`))).toBeUndefined();
    expect(headerPriority(octets(`MT-Priority: ${' '.repeat(1_000_000)}x\r\n`.repeat(2)))).toBeUndefined();
  });
});
