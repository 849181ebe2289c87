import { expect, it } from 'vitest';
import { assertHold } from './hold.ts';

it.each([
  ['nothing', ''],
  ['words', 'yes please'],
  ['no time', '3600'],
])('RFC 4865 §4.1(4): a server that says no limits that can be read is asked for nothing: %s', (_, announced) => {
  expect(() => assertHold({ holdUntil: new Date(0) }, announced)).toThrow('no message for so long');
});

it.each(['', 'x 2030-01-01T00:00:00Z'])('RFC 4865 §4.1(3): nor for a span: %j', (announced) => {
  expect(() => assertHold({ holdFor: 1 }, announced)).toThrow('no message for so long');
});

it('what is not to be held needs no limits', () => {
  expect(() => assertHold({}, undefined)).not.toThrow();
});
