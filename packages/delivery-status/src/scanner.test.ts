import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFields } from './index.ts';

const valueOf = (text: string): string | undefined => parseFields(text).fields[0]?.value;

describe('the value of a field', () => {
  it('RFC 5322 §2.2.3: is unfolded wherever its line ends lie, however long it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 65_500, max: 65_560 }),
        fc.array(fc.constantFrom('\r\n x', '\n\ty', '\r  z', '\r\n \r\n q'), { minLength: 1, maxLength: 40 }),
        (before, folds) => {
          const lead = 'a'.repeat(before);
          const tail = 'b'.repeat(70_000);
          expect(valueOf(`X: ${lead}${folds.join('')}${tail}\r\n`)).toBe(
            `${lead}${folds.join('').replaceAll(/[\r\n]/g, '')}${tail}`,
          );
        },
      ),
    );
  });

  it('keeps its words apart where a long one goes on without an indent, wherever its line ends lie', () => {
    for (let before = 65_520; before < 65_545; before++) {
      const lead = 'a'.repeat(before);
      expect(valueOf(`X: ${lead}\r\nb\r\n c\r\nd${'e'.repeat(70_000)}\r\n`)).toBe(`${lead} b c d${'e'.repeat(70_000)}`);
    }
  });

  it('takes no more memory than its text, though it is all line ends', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const text = Buffer.alloc(2 ** 22, '\r\n x').toString('latin1');
    const whole = `X: y${text}\r\n`;
    // To look through it makes it one piece before its memory is measured.
    expect(whole.indexOf('z')).toBe(-1);
    collect();
    const before = process.memoryUsage().heapUsed;
    const { fields } = parseFields(whole);
    collect();
    const taken = process.memoryUsage().heapUsed - before;
    expect(fields[0]?.value.length).toBe(1 + 2 ** 21);
    // As a rope it would be a million pieces of twenty octets and more.
    expect(taken).toBeLessThan(2 ** 23);
  });
});
