import { expect, it } from 'vitest';
import { SmtpError, caught } from './error.ts';

it('an error that was not expected goes on its way', () => {
  const ours = new SmtpError('bad-argument', 'x');
  expect(caught(ours, SmtpError)).toBe(ours);
  expect(() => caught(new RangeError('y'), SmtpError)).toThrow(RangeError);
});
