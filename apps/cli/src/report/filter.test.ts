import { describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error.ts';
import { filterOf } from './filter-options.ts';
import { fitsAddress, fitsStatus } from './filter.ts';

describe('filters', () => {
  it.each([
    ['5.1.1', '5.1.1', true],
    ['5.1.1', '5', true],
    ['5.1.1', '5.1', true],
    ['5.1.1', '5.1.*', true],
    ['5.1.1', '*.1.1', true],
    ['5.1.1', 'X.1.1', true],
    ['5.1.10', '5.1.1', false],
    ['4.1.1', '5', false],
    ['', '5', false],
    ['', '*', false],
  ])('status %s against %s', (status, pattern, fits) => expect(fitsStatus(status, pattern)).toBe(fits));

  it.each([
    ['bob@example.com', 'bob@example.com', true],
    ['bob@example.com', '@example.com', true],
    ['bob@example.com', '@ample.com', false],
    ['bob@sub.example.com', '@example.com', false],
    ['bob@sub.example.com', '@*.example.com', true],
    ['bob@example.com', 'b*', true],
    ['bob@example.com', '*o*@*.com', true],
    ['bob@example.com', 'example', false],
    ['ab', 'ab*ab', false],
    ['abab', 'ab*ab', true],
    ['aba', 'ab*ba', false],
  ])('address %s against %s', (address, pattern, fits) => expect(fitsAddress(address, pattern)).toBe(fits));

  it('dates: days, moments and ages', () => {
    const now = Date.parse('2024-03-10T12:00:00Z');
    expect(filterOf({ since: '2024-03-07', until: '2024-03-08' }, now)).toEqual({
      sinceMs: Date.parse('2024-03-07T00:00:00Z'),
      untilMs: Date.parse('2024-03-09T00:00:00Z'),
    });
    expect(filterOf({ since: '36h' }, now).sinceMs).toBe(Date.parse('2024-03-09T00:00:00Z'));
    expect(filterOf({ until: 'Thu, 07 Mar 2024 09:00:00 +0100' }, now).untilMs).toBe(
      Date.parse('2024-03-07T08:00:00Z'),
    );
    for (const since of ['7 days', '2024-02-30', '2024-02-30T10:00:00Z'])
      expect(() => filterOf({ since }, now), since).toThrow(UsageError);
    expect(filterOf({ since: '2024-03-07T01:00:00+02:00' }, now).sinceMs).toBe(Date.parse('2024-03-06T23:00:00Z'));
  });

  it('an address that is empty, as of a variable without a value, is none', () => {
    expect(() => filterOf({ recipient: [''] }, 0)).toThrow('--recipient: expected an address');
  });
});
