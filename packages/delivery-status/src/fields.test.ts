import { describe, expect, it } from 'vitest';
import { fault } from '../test/fault.ts';
import { formatFields, parseDeliveryStatus, parseFields, receivedFields, type Field } from './index.ts';

const read = (text: string): unknown => parseFields(text).fields.map(({ name, value }) => [name, value]);
const codes = (text: string): unknown => parseFields(text).issues.map(({ code, line }) => [code, line]);

describe('splitting fields', () => {
  it.each([
    ['A: b\r\n', [['A', 'b']]],
    ['A: b\r\n c\r\n', [['A', 'b c']]],
    ['A: b\r\n\tc\r\n', [['A', 'b\tc']]],
    ['A: b  \r\n   c  \r\n', [['A', 'b     c']]],
    ['A:\r\n b\r\n', [['A', 'b']]],
    ['A:\r\n b\r\n c\r\n', [['A', 'b c']]],
    [
      'A:b\r\nC:d:e\r\n',
      [
        ['A', 'b'],
        ['C', 'd:e'],
      ],
    ],
    [
      'A:\r\nB: c\r\n',
      [
        ['A', ''],
        ['B', 'c'],
      ],
    ],
    ['A: \t x \t \r\n', [['A', 'x']]],
    ['', []],
  ])('RFC 5322 §2.2.3 R5322-2.2.3-a R3464-2.1.1-a: %j', (text, fields) => {
    expect(read(text)).toEqual(fields);
    expect(codes(text)).toEqual([]);
  });

  it.each([
    ['LF', 'A: b\n c\nD: e\n', []],
    ['CR', 'A: b\r c\rD: e\r', [['bare-cr', 1]]],
    ['a mix', 'A: b\r\n c\nD: e\n', [['mixed-line-ends', 2]]],
    [
      'all of them',
      'A: b\n c\rD: e\r\n',
      [
        ['bare-cr', 2],
        ['mixed-line-ends', 3],
      ],
    ],
    ['none at the end', 'A: b\r\n c\r\nD: e', [['missing-final-line-end', 3]]],
    ['CR at the very end', 'A: b\r\n c\r\nD: e\r', [['bare-cr', 3]]],
    ['a blank line between', 'A: b\r\n c\r\n\r\nD: e\r\n', [['stray-blank-line', 3]]],
    ['blank lines at the end', 'A: b\r\n c\r\nD: e\r\n\r\n \r\n', [['extra-blank-line', 4]]],
    ['white space before the colon', 'A \t: b\r\n c\r\nD: e\r\n', [['space-before-colon', 1]]],
    ['a blank line first', '\r\nA: b\r\n c\r\nD: e\r\n', [['stray-blank-line', 1]]],
    ['an orphan first', ' x\r\nA: b\r\n c\r\nD: e\r\n', [['orphan-continuation', 1]]],
    ['junk first', 'no field\r\nA: b\r\n c\r\nD: e\r\n', [['not-a-field', 1]]],
    ['a colon first', ': x\r\nA: b\r\n c\r\nD: e\r\n', [['not-a-field', 1]]],
    [
      'an orphan after a blank line',
      'A: b\r\n c\r\n\r\n x\r\nD: e\r\n',
      [
        ['stray-blank-line', 3],
        ['orphan-continuation', 4],
      ],
    ],
  ])('RFC 3464 §2.1.1: line ends and lines that are off: %s', (_, text, issues) => {
    expect(read(text)).toEqual([
      ['A', 'b c'],
      ['D', 'e'],
    ]);
    expect([...(codes(text) as unknown[])].sort()).toEqual([...issues].sort());
    expect(formatFields(parseFields(text).fields)).toBe(text);
  });

  it.each([
    ['A: b\r\nwrapped here\r\n', 'b wrapped here'],
    ['A: b\r\n550 5.1.1 see: there\r\n', 'b 550 5.1.1 see: there'],
    ['A: b\r\nhttps://example.org/?a\r\n', 'b https://example.org/?a'],
    ['A: b\r\nb\u00fcro: x\r\n', 'b b\u00fcro: x'],
  ])('RFC 3464 §2.1.1: wrapped without indent: %j', (text, value) => {
    expect(read(text)).toEqual([['A', value]]);
    expect(codes(text)).toEqual([['unindented-continuation', 2]]);
  });

  it('RFC 5322 §2.1.1: a line of more than 998 characters is read whole', () => {
    expect(read(`A: ${'x'.repeat(2000)}\r\n`)).toEqual([['A', 'x'.repeat(2000)]]);
    expect(codes(`A: ${'x'.repeat(995)}\r\nB: ${'x'.repeat(996)}\r\n`)).toEqual([['line-too-long', 2]]);
  });

  it('RFC 5322 §2.2.3: a white line inside a fold does not end the value', () => {
    expect(read('A: b\r\n \t\r\n c\r\nD: e\r\n')).toEqual([
      ['A', 'b \t c'],
      ['D', 'e'],
    ]);
    expect(codes('A: b\r\n \t\r\n c\r\nD: e\r\n')).toEqual([['stray-blank-line', 2]]);
  });

  it('RFC 3464 §2.1: white lines that nothing follows are blank lines', () => {
    expect(read('A: b\r\n \r\n \r\nC: d\r\n')).toEqual([
      ['A', 'b'],
      ['C', 'd'],
    ]);
    expect(read('A: b\r\n \r\n \r\n\r\n x\r\n')).toEqual([['A', 'b']]);
  });

  it('RFC 6533 §7: a thousand issues are enough', () => {
    const { issues } = parseFields('x\r\n'.repeat(5000));
    expect(issues).toHaveLength(1001);
    expect(issues.at(-1)).toMatchObject({ code: 'too-many-issues', line: 1001 });
  });

  it.each([
    ['in one block', 'A: b\r\n'.repeat(100_005)],
    ['in blocks', `${'A: b\r\n'.repeat(60_000)}\r\n`.repeat(2)],
  ])('RFC 6533 §7: a hundred thousand fields are enough, %s', (_, block) => {
    const { fields, issues } = parseFields(block);
    expect(fields).toHaveLength(100_000);
    expect(issues.filter(({ code }) => code === 'too-many-fields')).toHaveLength(1);
  });
});

describe('writing fields', () => {
  it('RFC 5322 §2.1.1 R3464-2.1.1-e: folds at white space, after 78 characters if it can', () => {
    const value = 'word '.repeat(40).trim();
    const text = formatFields([{ name: 'X-Long', value }]);
    expect(text.split('\r\n').every((line) => line.length <= 78)).toBe(true);
    expect(parseFields(text).fields[0]).toMatchObject({ name: 'X-Long', value });
  });

  it.each([
    ['short', 'X: short\r\n'],
    ['', 'X:\r\n'],
    [`${'a'.repeat(90)} b`, `X: ${'a'.repeat(90)}\r\n b\r\n`],
    [`${'a'.repeat(70)}   ${'b'.repeat(20)}`, `X: ${'a'.repeat(70)}\r\n   ${'b'.repeat(20)}\r\n`],
    [`${'a'.repeat(90)}   `, `X: ${'a'.repeat(90)}   \r\n`],
    [`   ${'a'.repeat(90)}`, `X:    ${'a'.repeat(90)}\r\n`],
  ])('RFC 5322 §2.2.3: no line of white space alone (%#)', (value, text) => {
    expect(formatFields([{ name: 'X', value }])).toBe(text);
  });

  it.each([
    [{ name: '', value: 'x' }, 'bad-name', 0],
    [{ name: 'a b', value: 'x' }, 'bad-name', 1],
    [{ name: 'a:', value: 'x' }, 'bad-name', 1],
    [{ name: 'n\u00e4me', value: 'x' }, 'bad-name', 1],
    [{ name: 'A', value: 'x\r\nB: y' }, 'control-character', 1],
    [{ name: 'A', value: 'xy\n' }, 'control-character', 2],
    [{ name: 'A', value: '\0' }, 'control-character', 0],
    [{ name: 'A', value: 'x'.repeat(1000) }, 'too-long', 0],
    [{ name: 'A', value: `x ${'\u20ac'.repeat(333)}` }, 'too-long', 0],
  ])('RFC 5322 §2.2 R5322-2.2-a: %j is refused', (field, code, offset) => {
    expect(fault(() => formatFields([field]))).toEqual([code, offset]);
  });

  it('RFC 5322 §2.1.1: the limit counts octets', () => {
    expect(formatFields([{ name: 'A', value: '\u20ac'.repeat(331) }])).toHaveLength(336);
    expect(formatFields([{ name: 'A', value: '\u{1F600}'.repeat(248) }])).toHaveLength(501);
    expect(fault(() => formatFields([{ name: 'A', value: '\u{1F600}'.repeat(249) }]))).toEqual(['too-long', 0]);
    expect(formatFields([{ name: 'A', value: '\u00e9'.repeat(497) }])).toHaveLength(502);
  });

  it('RFC 3464 §2.4 R3464-2.4-f: a parsed field keeps its octets until it says something else', () => {
    const [first, second] = parseFields('a:  1\n  2\nB : x\n\njunk').fields;
    expect(formatFields([second!, first!])).toBe('B : x\n\njunk\r\na:  1\n  2\n');
    expect(formatFields([{ ...first!, value: 'new' }])).toBe('a: new\r\n');
    expect(formatFields([{ ...first!, name: 'A' }])).toBe('A: 1  2\r\n');
    expect(formatFields([{ name: 'C', value: 'y', source: '' }])).toBe('C: y\r\n');
    expect(formatFields([{ name: 'C', value: 'y', source: 'C: y\r\nD: z\r\n' }])).toBe('C: y\r\n');
  });

  it.each(['A: b', 'A: b\n', ' orphan\nA: b', 'junk\nA: b\n\n', 'junk:\n\n orphan\nA: b\r', '\n \nA: b\n c\n \n'])(
    'RFC 5322 §2.2: a field that was read from %j stays itself beside others',
    (text) => {
      const { fields } = parseFields(text);
      const other = { name: 'X', value: 'y' };
      expect(formatFields(fields)).toBe(text);
      const said = (list: readonly Field[]): unknown => list.map(({ name, value }) => [name, value]);
      for (const list of [
        [...fields, other],
        [other, ...fields],
        [...fields, ...fields.toReversed()],
      ])
        expect(read(formatFields(list))).toEqual(said(list));
    },
  );
});

describe('the fields behind a group', () => {
  it('RFC 3464 §2.3: every one, with the value and line that it came with', () => {
    const { message, recipients } = parseDeliveryStatus(
      'Reporting-MTA: dns; mx.example\n\nStatus : 5.01.1\nstatus: 5.1.2\nfinal-recipient: rfc822;\n a@b.example\nX-y: z\nAction: failed\n',
    );
    expect(receivedFields(message)).toMatchObject([{ name: 'Reporting-MTA', value: 'dns; mx.example', line: 1 }]);
    expect(receivedFields(recipients[0]!)).toMatchObject([
      { name: 'Status', value: '5.01.1', line: 3 },
      { name: 'status', value: '5.1.2', line: 4 },
      { name: 'final-recipient', value: 'rfc822; a@b.example', line: 5 },
      { name: 'X-y', value: 'z', line: 7 },
      { name: 'Action', value: 'failed', line: 8 },
    ]);
    expect(receivedFields({})).toEqual([]);
  });
});
