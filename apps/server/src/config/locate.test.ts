import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { locateKeys } from './locate.ts';

const text = `# first
a = 1
"quoted key".'b' = "x # no comment"
[table]
c = """
[not.a.table]
d = 1 \\
"""" # ends with a quote of its own
e = '''
it's'''
f = { g = 1, h = [ { i = 2 }, 3 ] }
[[list]]
x = [
  [1, 2], # one
  "]",

  { y = true },
]
[list.sub]
z = 1
[[list]]
x = 2026-01-01 00:00:00
[[list.inner]]
w = 'C:\\'
[[list.inner]]
w = 2
[list.inner.deep]
v = -inf`;

describe('locateKeys', () => {
  const locate = locateKeys(text);
  it.each([
    [['a'], 2],
    [['quoted key', 'b'], 3],
    [['table'], 4],
    [['table', 'c'], 5],
    [['table', 'd'], 4],
    [['table', 'e'], 9],
    [['table', 'f', 'h', 0, 'i'], 11],
    [['list'], 12],
    [['list', 0, 'x', 1], 15],
    [['list', 0, 'x', 2, 'y'], 17],
    [['list', 0, 'sub', 'z'], 20],
    [['list', 1], 21],
    [['list', 1, 'x'], 22],
    [['list', 1, 'inner', 0, 'w'], 24],
    [['list', 1, 'inner', 1, 'w'], 26],
    [['list', 1, 'inner', 1, 'deep', 'v'], 28],
    [['nowhere', 'at', 'all'], 1],
  ])('%j stands on line %i', (path, line) => {
    expect(() => parse(text)).not.toThrow();
    expect(locate(path)).toBe(line);
  });

  it('ends on any text, also where it is no TOML', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[[\]{}"'=.,#a\n \\]*$/)), (any) => {
        expect(locateKeys(any)(['a'])).toBeGreaterThan(0);
      }),
    );
  });
});
