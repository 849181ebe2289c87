import { describe, expect, it } from 'vitest';
import { crlf, report, utf8 } from '../test/helpers.ts';
import { MAX_FIELDS } from './header.ts';
import { openMessage } from './message.ts';
import { ReportReader } from './reader.ts';
import { parseReport, parseSource } from './report.ts';
import { readSource } from './source.ts';
import { MAX_DEPTH, MAX_PARTS } from './tree.ts';

describe('limits', () => {
  it('RFC 6533 §7: multiparts in multiparts', () => {
    let human = 'Content-Type: text/plain\n\ninnermost\n';
    for (let depth = 0; depth <= MAX_DEPTH; depth++)
      human = `Content-Type: multipart/mixed; boundary="d${depth};"\n\n--d${depth};\n${human}--d${depth};--\n`;
    const parsed = parseReport(crlf(report({ human })));
    expect(parsed?.deliveryStatus?.recipients).toHaveLength(1);
    expect(parsed?.humanReadable).toEqual({});
    expect(parsed?.issues.map(({ code }) => code)).toEqual(['too-deep']);
  });

  it('RFC 6533 §7: parts', () => {
    const parsed = parseReport(utf8(report({ returned: '--b\n\n'.repeat(MAX_PARTS) })));
    expect(parsed?.deliveryStatus?.recipients).toHaveLength(1);
    expect(parsed?.issues.map(({ code }) => code)).toEqual(['extra-part', 'too-many-parts']);
  });

  it('RFC 6533 §7: header fields, of which each part has some whatever the others have', () => {
    const type = 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"';
    const { headers, report: parsed } = openMessage(crlf(report({ type: `${type}${'\nX: y'.repeat(MAX_FIELDS)}` })));
    expect(headers).toHaveLength(MAX_FIELDS);
    expect(parsed?.deliveryStatus?.recipients).toMatchObject([{ status: '5.1.1' }]);
    expect(parsed?.returned?.headers).toHaveLength(2);
    expect(parsed?.issues.map(({ code }) => code)).toEqual(['too-many-fields']);
  });

  it('RFC 6533 §7: issues', () => {
    const parsed = parseReport(utf8(report({ returned: '--b\nContent-Type: multipart/mixed\n\n'.repeat(1100) })));
    expect(parsed?.issues).toHaveLength(1001);
    expect(parsed?.issues.at(-1)?.code).toBe('too-many-issues');
  });

  it('RFC 6533 §7: octets', () => {
    const message = utf8(report());
    const parsed = parseSource(readSource(message, message.indexOf(58, 200)));
    expect(parsed?.kind).toBe('dsn');
    expect(parsed?.issues.map(({ code }) => code)).toContain('message-too-long');
  });
});

describe('hostile messages', () => {
  const head =
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nx\n--b\nContent-Type: message/delivery-status\n\n';
  it.each<[string, string, string]>([
    ['a million delimiters', head, '--b\n'],
    ['a million delimiters of nothing', head, '--\n'],
    ['a million indented delimiters', 'Content-Type: multipart/report; boundary=b\n\n', ' --b\n'],
    ['a million indented hyphens', head, ' --b x\n'],
    ['a million multiparts without boundary', head, '--b\nContent-Type: multipart/mixed\n\n'],
    ['a million blanks', head, ' '],
    ['a million line ends', head, '\n'],
    ['a million CR', head, '\r'],
    ['a million CR CR LF', head, '\r\r\n'],
    ['endless folding', 'Subject: x', '\n y'],
    ['endless header', '', 'X: y\n'],
    ['endless header without colons', '', 'xy\n'],
    ['endless continuations without a blank', 'Content-Type: x;', '\nx;'],
    ['a million parameters', 'Content-Type: multipart/report', ';a=b'],
    ['a million continued parameters', 'Content-Type: multipart/report', ';a*1=b'],
    ['nested comments', 'Content-Type: multipart/report', '('],
    ['backslashes', 'Content-Type: multipart/report; boundary="', '\\'],
    [
      'line ends in a boundary',
      `Content-Type: multipart/report; boundary*=''${'%0A--'.repeat(2 ** 17)}x\n\n${'--\n'.repeat(2 ** 18)}`,
      '--\n',
    ],
    ['encoded words', `${head}\n--b\nContent-Type: text/rfc822-headers\n\nSubject: `, '=?a?q?'],
    ['angle brackets', `${head}\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: `, '<'],
    ['a million recipients', head, 'Final-Recipient: rfc822; a@b\n\n'],
    [
      'quoted-printable blanks',
      `${head}\n--b\nContent-Type: text/rfc822-headers\nContent-Transfer-Encoding: quoted-printable\n\n`,
      '= ',
    ],
  ])('RFC 6533 §7: %s', (_, before, piece) => {
    // No time is asserted: work that grows with the square of a mebibyte would not end within that of a test.
    const message = utf8(before + piece.repeat(2 ** 20 / piece.length));
    const reader = new ReportReader();
    expect(() => parseReport(message)).not.toThrow();
    for (let at = 0; at < message.length; at += 65_536) reader.receive(message.subarray(at, at + 65_536));
    reader.end();
    expect(reader.next()).toBeDefined();
  });
});
