import { expect, it } from 'vitest';
import { XtextError, assertPrintable, isPrintable } from './index.ts';

it.each(['', 'order 7/x', 'a\tb', ' ~'])(
  'RFC 3461 §4.2 R3461-4.2-k R3461-4.4-e: %j is graphic or white space',
  (text) => {
    expect(isPrintable(text)).toBe(true);
    expect(() => assertPrintable(text)).not.toThrow();
  },
);

it.each([
  ['a\nb', 1],
  ['\r', 0],
  ['ab\0', 2],
  ['\x1b[1m', 0],
  ['\x7f', 0],
  ['bob\u00e9@x', 3],
  ['\u0085', 0],
])('RFC 3461 §4.2 R3461-4.2-k: %j must never reach a field', (text, offset) => {
  expect(isPrintable(text)).toBe(false);
  expect(() => assertPrintable(text)).toThrow(new XtextError('not-printable', offset));
});
