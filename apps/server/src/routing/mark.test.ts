import { expect, it } from 'vitest';
import { markedKeys, readMarks, writeMarks } from './mark.ts';

it.each([false, true])('reads the marks that it writes, held %s, and lists every key', (held) => {
  for (const moved of [false, true]) {
    const key = writeMarks({ held, moved, destination: 'mx:ivory.edu' });
    expect(readMarks(key)).toEqual({ held, moved, destination: 'mx:ivory.edu' });
    expect(markedKeys('mx:ivory.edu')).toContain(key);
  }
  expect(new Set(markedKeys('mx:ivory.edu')).size).toBe(4);
});
