import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible } from './visible.ts';
import { wrap } from './wrap.ts';

describe('wrap', () => {
  it('breaks at spaces and indents each line', () => {
    const text = 'There is no mailbox with this name at that domain, so that the message could not be delivered.';
    expect(wrap(text, '    ')).toBe(
      '    There is no mailbox with this name at that domain, so that the\n    message could not be delivered.',
    );
  });

  it('RFC 5322 §2.1.1: no line comes near 998 octets, no text is lost, whatever the words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        const shown = visible(text, 3000);
        const wrapped = wrap(shown, '      ');
        const longest = Math.max(...wrapped.split('\n').map((line) => new TextEncoder().encode(line).length));
        expect(longest).toBeLessThanOrEqual(996);
        expect(wrapped.replace(/\s/g, '')).toBe(shown.replace(/\s/g, ''));
      }),
    );
  });
});
