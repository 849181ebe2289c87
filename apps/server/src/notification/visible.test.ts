import { describe, expect, it } from 'vitest';
import { visible } from './visible.ts';

describe('visible', () => {
  it.each([
    ['550 no\r\nBcc: x@y', '550 no Bcc: x@y'],
    ['a\u0000b\u001bc\u009fd', 'a?b?c?d'],
    ['exe\u202Egpj', 'exe?gpj'],
    ['a\u2028b\u2029c\td', 'a b c d'],
    ['\ud800 alone', '\ufffd alone'],
    ['Grüße 😀', 'Grüße 😀'],
  ])('%j is shown as %j', (text, shown) => {
    expect(visible(text, 100)).toBe(shown);
  });

  it('is cut where it is longer than what there is room for, with an ellipsis', () => {
    expect(visible('x'.repeat(200_000), 10)).toBe('xxxxxxxxxx…');
  });
});
