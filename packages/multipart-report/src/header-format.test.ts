import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../test/helpers.ts';
import { decodeHeaderText } from './encoded-word.ts';
import { ReportError } from './error.ts';
import { formatHeaderField } from './header-format.ts';
import { splitHeader } from './header.ts';

const LONG = 'word '.repeat(30).trim();

describe('formatHeaderField', () => {
  it.each<[string, string, string, string]>([
    ['RFC 5322 §2.2: as it is', 'Subject', 'Delivery failed', 'Subject: Delivery failed\r\n'],
    ['RFC 5322 §2.2: nothing', 'Subject', '  ', 'Subject: \r\n'],
    ['RFC 5322 §2.2.3: a blank of any kind is kept', 'X', 'a\tb  c', 'X: a\tb  c\r\n'],
    ['RFC 2047 §5: text', 'Subject', 'Für Bob', 'Subject: =?utf-8?Q?F=C3=BCr?= Bob\r\n'],
    [
      'RFC 2047 §5: display name',
      'From',
      'Zoë S. <zoe@example.org>',
      'From: =?utf-8?Q?Zo=C3=AB_S=2E?= <zoe@example.org>\r\n',
    ],
    [
      'RFC 2047 §5: quoted display name',
      'To',
      '"Z\\"oë, S." <zoe@example.org>',
      'To: =?utf-8?Q?Z=22o=C3=AB=2C_S=2E?= <zoe@example.org>\r\n',
    ],
    [
      'RFC 2047 §5: of several mailboxes',
      'Cc',
      '"A, B" <a@example.org>, Ö <b@example.org>,c@example.org',
      'Cc: "A, B" <a@example.org>, =?utf-8?B?w5Y=?= <b@example.org>,c@example.org\r\n',
    ],
    [
      'RFC 2047 §5: what only looks encoded in an address field',
      'To',
      '"=?x?=" <a@example.org>',
      'To: "=?x?=" <a@example.org>\r\n',
    ],
    [
      'RFC 5322 §3.6.4: what only looks encoded in an identifier',
      'Message-ID',
      '<=?x?=@example.org>',
      'Message-ID: <=?x?=@example.org>\r\n',
    ],
    ['RFC 5322 §3.6.4: identifiers', 'References', '<a@b> <c@d>', 'References: <a@b> <c@d>\r\n'],
  ])('%s', (_, name, value, line) => {
    expect(formatHeaderField(name, value, 'ascii')).toBe(line);
  });

  it('RFC 6532 §3: UTF-8 where the header may hold it', () => {
    expect(formatHeaderField('From', 'Zoë <zoë@example.org>', 'utf-8')).toBe('From: Zoë <zoë@example.org>\r\n');
  });

  it.each<[string, string, string, string, number]>([
    ['RFC 5322 §2.2', '', 'x', 'bad-field-name', 0],
    ['RFC 5322 §2.2', 'A:B', 'x', 'bad-field-name', 1],
    ['RFC 5322 §2.2', 'A B', 'x', 'bad-field-name', 1],
    ['RFC 5322 §2.2', 'A\r\nBcc', 'x', 'bad-field-name', 1],
    ['RFC 5322 §2.2', 'Subject', 'x\r\nBcc: all@example.org', 'control-character', 1],
    ['RFC 5322 §2.2', 'Subject', 'x\n', 'control-character', 1],
    ['RFC 5322 §2.2', 'Subject', 'a\0', 'control-character', 1],
    ['RFC 5322 §2.2', 'Subject', '\x7F', 'control-character', 0],
    ['RFC 5322 §3.4', 'To', 'a@example.org, zoë@example.org', 'not-ascii', 14],
    ['RFC 5322 §3.4', 'To', 'Z <zoë@example.org>', 'not-ascii', 2],
    ['RFC 5322 §3.6.4', 'Message-ID', '<zoë@example.org>', 'not-ascii', 3],
    ['RFC 5322 §2.1.1 R5322-2.1.1-a', 'References', `<${'x'.repeat(998)}>`, 'line-too-long', 998],
  ])('%s: %j %j throws %s at %s', (_, name, value, code, offset) => {
    expect(() => formatHeaderField(name, value, 'ascii')).toThrow(
      expect.objectContaining({ code, offset }) as ReportError,
    );
  });

  it('RFC 5322 §2.1.1 R5322-2.1.1-a: broken at blanks before 78 characters', () => {
    const lines = formatHeaderField('Subject', LONG, 'ascii').split('\r\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(78);
    expect(lines.length).toBe(4);
    expect(lines[1]).toMatch(/^ word/);
  });

  it('RFC 5322 §2.1.1 R5322-2.1.1-a: a word that fits beside its name on no line of 78 stays there, up to 998 octets', () => {
    const word = 'x'.repeat(998 - 'References: '.length);
    expect(formatHeaderField('References', word, 'ascii')).toBe(`References: ${word}\r\n`);
    expect(() => formatHeaderField('References', `${word}x`, 'ascii')).toThrow(ReportError);
  });

  it('RFC 6532 §3.4 R6532-3.4-a: 998 counts octets', () => {
    expect(formatHeaderField('X', 'é'.repeat(497), 'utf-8')).toContain('é');
    expect(() => formatHeaderField('X', 'é'.repeat(498), 'utf-8')).toThrow(ReportError);
  });

  it('RFC 5322 §2.2.3 R5322-2.1.1-a: what is written is read again, no line is too long, only our error is thrown', () => {
    const unit = fc.constantFrom(
      'a',
      ' ',
      '\t',
      'é',
      'あ',
      '😀',
      '=',
      '?',
      ',',
      '"',
      '<',
      '>',
      '@',
      '\\',
      '\r',
      '\n',
      '\0',
    );
    const name = fc.constantFrom('Subject', 'From', 'To', 'References', 'X-Anything-Of-Some-Length');
    fc.assert(
      fc.property(
        name,
        fc.string({ unit, maxLength: 400 }),
        fc.constantFrom('ascii' as const, 'utf-8' as const),
        (field, value, charset) => {
          let line;
          try {
            line = formatHeaderField(field, value, charset);
          } catch (error) {
            expect(error).toBeInstanceOf(ReportError);
            return;
          }
          expect(line).toMatch(/^[^\r\n]+(?:\r\n[ \t][^\r\n]*[^\r\n \t][^\r\n]*)*\r\n$/);
          for (const one of line.split('\r\n')) {
            expect(utf8(one).length).toBeLessThanOrEqual(998);
            if (one.includes('=?utf-8?')) expect(one.length).toBeLessThanOrEqual(78);
          }
          const [read] = splitHeader(utf8(line)).headers;
          expect(read?.name).toBe(field);
          if (field === 'Subject' && charset === 'ascii') expect(decodeHeaderText(read!.value)).toBe(value.trim());
        },
      ),
      { numRuns: 1000 },
    );
  });
});
