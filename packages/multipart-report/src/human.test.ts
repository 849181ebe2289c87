import { describe, expect, it } from 'vitest';
import { crlf, latin, report, utf8 } from '../test/helpers.ts';
import type { HumanReadable } from './human.ts';
import { parseReport } from './report.ts';

function human(part: string | Uint8Array): HumanReadable | undefined {
  if (typeof part === 'string') return parseReport(crlf(report({ human: part })))?.humanReadable;
  const [before = '', after = ''] = report({ human: '%' }).split('%');
  return parseReport(Uint8Array.from([...utf8(before), ...part, ...utf8(after)]))?.humanReadable;
}

describe('the part for a person', () => {
  it.each<[string, string, HumanReadable]>([
    ['RFC 2046 §5.1.1 R2046-5.1.1-b: no header, text/plain by default', '\nText.\n', { text: 'Text.\n' }],
    ['RFC 6522 §3 R6522-3-f: text/html', 'Content-Type: text/html\n\n<p>x</p>', { html: '<p>x</p>' }],
    [
      'RFC 2045 §6.7 R6522-3-f: quoted-printable in a charset',
      'Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nGr=FC=\n=DFe\n',
      { text: 'Grüße\n' },
    ],
    [
      'RFC 2045 §6.8 R6522-3-f: base64 in UTF-8',
      'Content-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: BASE64\n\nR3LDvMOfZQ==\n',
      { text: 'Grüße' },
    ],
    [
      'RFC 1468 R6522-3-f: ISO-2022-JP is ASCII to the eye',
      'Content-Type: text/plain; charset=iso-2022-jp\n\n\x1B$B$"\x1B(B\n',
      { text: 'あ\n' },
    ],
    [
      'RFC 6522 §3 R6522-3-g: alternatives',
      'Content-Type: multipart/alternative; boundary=a\n\n--a\n\nplain\n--a\nContent-Type: text/html\n\n<p>\n--a--\n',
      { text: 'plain', html: '<p>' },
    ],
    [
      'RFC 6522 §3 R6522-3-g: alternatives in two languages',
      'Content-Type: multipart/alternative; boundary=a\n\n--a\nContent-Language: en\n\nfailed\n--a\nContent-Language: de\n\ngescheitert\n--a--\n',
      { text: 'failed', language: 'en', translations: [{ language: 'de', text: 'gescheitert' }] },
    ],
    [
      'RFC 6522 §3 R6522-3-h: text in several parts',
      'Content-Type: multipart/mixed; boundary=a\n\n--a\n\none\n--a\n\ntwo\n--a--\n',
      { text: 'one\ntwo' },
    ],
    [
      'RFC 6522 §3: attachments are no text',
      'Content-Type: multipart/related; boundary=a\n\n--a\n\none\n--a\nContent-Disposition: Attachment; filename=x\n\ntwo\n--a\nContent-Type: image/png\n\nPNG\n--a--\n',
      { text: 'one' },
    ],
    ['RFC 6522 §3 R6522-3-f: no text at all', 'Content-Type: image/png\n\nPNG', {}],
  ])('%s', (_, part, expected) => {
    expect(human(part)).toEqual(expected);
  });

  it('RFC 8255 §3 R6522-3-g: several languages', () => {
    const message = (language: string, subject: string, text: string): string =>
      `\n--m\nContent-Type: message/rfc822\nContent-Language: ${language}\n\n${subject}Content-Type: text/plain\n\n${text}`;
    const part = `Content-Type: multipart/multilingual; boundary=m\n\n--m\n\nfailed${message('en', '', 'failed')}${message('de', 'Subject: =?utf-8?Q?Unzustellbar_=C3=BC?=\n', 'gescheitert')}\n--m\nContent-Type: message/rfc822\n\nSubject: no text\nContent-Type: image/png\n\n--m--\n`;
    expect(human(part)).toEqual({
      text: 'failed',
      language: 'en',
      translations: [{ language: 'de', subject: 'Unzustellbar ü', text: 'gescheitert' }],
    });
  });

  it('RFC 8255 §3: messages in messages are opened once', () => {
    const inner =
      'Content-Type: multipart/multilingual; boundary=n\n\n--n\nContent-Type: message/rfc822\n\n\nhidden\n--n\n\nseen\n--n--\n';
    const part = `Content-Type: multipart/multilingual; boundary=m\n\n--m\nContent-Type: message/rfc822\n\n${inner}\n--m--\n`;
    expect(human(part)).toEqual({ text: 'seen' });
  });

  it('RFC 2046 §4.1.2: octets that are not of their charset are read all the same, with an issue', () => {
    for (const charset of ['us-ascii', 'utf-8']) {
      const part = `Content-Type: text/plain; charset=${charset}\n`;
      for (const text of ['\nGr\xFC\xDFe\n', 'Content-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe\n']) {
        const parsed = parseReport(latin(report({ human: part + text })));
        expect(parsed?.humanReadable.text).toBe('Grüße\n');
        expect(parsed?.issues.map(({ code }) => code)).toEqual(['bad-charset']);
      }
    }
    expect(human(latin('Content-Type: text/plain; charset=utf-8\n\nGr\xC3\xBC\xC3\x9Fe\n'))?.text).toBe('Grüße\n');
  });

  it('RFC 2045 §6.7: text that breaks its encoding is decoded as far as it goes, with an issue', () => {
    const parsed = parseReport(crlf(report({ human: 'Content-Transfer-Encoding: quoted-printable\n\na=b=3D\n' })));
    expect(parsed?.humanReadable.text).toBe('a=b=\n');
    expect(parsed?.issues.map(({ code }) => code)).toEqual(['bad-transfer-encoding']);
  });

  it('RFC 2046 §4.1.2: an unknown charset is an issue', () => {
    const part = 'Content-Type: text/plain; charset=x-none\nContent-Transfer-Encoding: quoted-printable\n\na=62\n';
    const parsed = parseReport(crlf(report({ human: part })));
    expect(parsed?.humanReadable.text).toBe('ab\n');
    expect(parsed?.issues.map(({ code }) => code)).toEqual(['bad-charset']);
  });
});
