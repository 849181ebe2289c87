import { expect, it } from 'vitest';
import { isoTime } from './iso-time.ts';

it.each([
  ['2024-02-29', Date.UTC(2024, 1, 29)],
  ['2024-03-07T09:12:44Z', Date.UTC(2024, 2, 7, 9, 12, 44)],
  ['2024-03-01T00:30:00+01:00', Date.UTC(2024, 1, 29, 23, 30)],
])('RFC 3339 §5.6: takes %s', (text, ms) => {
  expect(isoTime(text)).toBe(ms);
});

it.each(['2023-02-29', '2026-02-31T00:00:00Z', '2026-04-31T10:00:00+02:00', '2026-13-01', '2026-00-10', 'now', '7d'])(
  'RFC 3339 §5.7: refuses %s, of which there is no such day',
  (text) => {
    expect(isoTime(text)).toBeNaN();
  },
);
