import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crlf, latin, text, utf8 } from '../test/helpers.ts';
import { cutHeaders, splitHeader } from './header.ts';

describe('splitHeader', () => {
  it('RFC 5322 §2.2.3: a long value is unfolded wherever its line ends lie', () => {
    for (const fold of ['\r\n\t', '\n ', '\r\r\n  ']) {
      for (let before = 65_530; before < 65_540; before++) {
        const [lead, tail] = ['a'.repeat(before), 'b'.repeat(70_000)];
        const { headers } = splitHeader(utf8(`X: ${lead}${fold}y${fold}z${tail}\r\n\r\n`));
        const blank = fold.replace(/[\r\n]/g, '');
        expect(headers[0]?.value).toBe(`${lead}${blank}y${blank}z${tail}`);
      }
    }
  });

  it('takes no more memory for a value than its text has, though it is all line ends', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const message = new Uint8Array(Buffer.alloc(2 ** 22, '\r\n x')).fill(0x41, 0, 4).fill(0x3a, 1, 2);
    collect();
    const before = process.memoryUsage().heapUsed;
    const { headers } = splitHeader(message);
    collect();
    const taken = process.memoryUsage().heapUsed - before;
    expect(headers[0]?.value).toHaveLength(2 ** 21);
    // As a rope it would be a million pieces of twenty octets and more.
    expect(taken).toBeLessThan(2 ** 24);
  });

  it.each([
    [
      'RFC 5322 §2.2: fields in order',
      'A: 1\nB: 2\n\nbody',
      [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
      'body',
    ],
    [
      'RFC 5322 §2.2.3: unfolding takes the line end and nothing else',
      'A: one\n  two\n\tthree\n\n',
      [{ name: 'A', value: 'one  two\tthree' }],
      '',
    ],
    ['RFC 5322 §2.1: no body', 'A: 1\n', [{ name: 'A', value: '1' }], ''],
    ['RFC 5322 §2.1: no line end at all', 'A: 1', [{ name: 'A', value: '1' }], ''],
    ['RFC 5322 §2.1: no header', '\nbody: not a field\n', [], 'body: not a field\n'],
    ['RFC 5322 §2.1: nothing', '', [], ''],
    [
      'RFC 5322 §2.2: empty values',
      'A:\nB:  \n\n',
      [
        { name: 'A', value: '' },
        { name: 'B', value: '' },
      ],
      '',
    ],
    ['RFC 5322 §4.5: blanks before the colon', 'Subject \t: x\n\n', [{ name: 'Subject', value: 'x' }], ''],
    [
      'RFC 5322 §2.2: a line that is no field is skipped',
      'From mailer Fri Apr 29 23:34:45\nA: 1\n: x\nno field\n\n',
      [{ name: 'A', value: '1' }],
      '',
    ],
    [
      'RFC 5322 §2.2: a line of blanks belongs to the field before',
      'A: 1\n \nB: 2\n\n',
      [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
      '',
    ],
    [
      'RFC 5322 §2.2: two hyphens are no field',
      'A: 1\n--b: x\nB: 2\n',
      [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
      '',
    ],
    [
      'RFC 5322 §2.2.3: a continuation without its blank',
      'A: x;\ny=1\nB: 2\n\n',
      [
        { name: 'A', value: 'x; y=1' },
        { name: 'B', value: '2' },
      ],
      '',
    ],
  ])('%s', (_, message, headers, body) => {
    for (const form of [message, message.replaceAll('\n', '\r\n'), message.replaceAll('\n', '\r')]) {
      const octets = utf8(form);
      const split = splitHeader(octets);
      expect(split.headers).toEqual(headers);
      expect(text(octets.subarray(split.bodyOffset)).replace(/\r\n?/g, '\n')).toBe(body);
    }
  });

  it('RFC 6532 §3: UTF-8 in a value, and windows-1252 where it is none', () => {
    expect(splitHeader(utf8('Subject: größe\nX: ascii\n\n')).headers[0]?.value).toBe('größe');
    expect(splitHeader(latin('Subject: gr\xF6\xDFe\r\n\r\n')).headers[0]?.value).toBe('größe');
  });

  it('RFC 5322 §2.2: any octets at all are read without a throw, and the body begins where cutHeaders stops or later', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        const { bodyOffset } = splitHeader(octets);
        expect(bodyOffset).toBeGreaterThanOrEqual(cutHeaders(octets).length);
      }),
    );
  });
});

describe('cutHeaders', () => {
  it('RFC 6522 §4 R6522-4-c: every octet before the blank line, Received and DKIM-Signature included', () => {
    const header =
      'Received: from a\r\n\tby b\r\nDKIM-Signature: v=1;\r\n b=x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n';
    expect(text(cutHeaders(utf8(`${header}\r\nbody\r\n\r\nmore`)))).toBe(header);
  });

  it.each([
    ['LF', 'A: 1\nB: 2\n\nbody', 'A: 1\nB: 2\n'],
    ['CR', 'A: 1\rB: 2\r\rbody', 'A: 1\rB: 2\r'],
    ['CR CR LF', 'A: 1\r\r\nB: 2\r\r\n\r\r\nbody', 'A: 1\r\r\nB: 2\r\r\n'],
    ['CRLF and a blank line of CR', 'A: 1\r\n\rbody', 'A: 1\r\n'],
    ['no blank line', 'A: 1\r\nB: 2\r\n', 'A: 1\r\nB: 2\r\n'],
    ['no header', '\r\nbody', ''],
  ])('RFC 5322 §2.1: %s', (_, message, header) => {
    expect(text(cutHeaders(utf8(message)))).toBe(header);
  });

  it('RFC 3461 §6.2: a view on the message, not a copy', () => {
    const message = crlf('A: 1\n\nbody');
    expect(cutHeaders(message).buffer).toBe(message.buffer);
  });
});
