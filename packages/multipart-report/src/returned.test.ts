import { describe, expect, it } from 'vitest';
import { crlf, report, text, utf8 } from '../test/helpers.ts';
import { parseReport } from './report.ts';
import type { Returned } from './returned.ts';

const HEADER =
  'Message-ID: <m1@example.org> (first)\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\nFrom: =?utf-8?Q?Zo=C3=AB?= <zoe@example.org>\nTo: bob@example.com\nDate: Mon, 20 Feb 2012\n 10:00:00 +0000\nList-Id: A list <list.example.org>\n';
const FACTS = {
  messageId: '<m1@example.org>',
  subject: 'Grüße',
  from: 'Zoë <zoe@example.org>',
  to: 'bob@example.com',
  date: 'Mon, 20 Feb 2012 10:00:00 +0000',
  listId: 'A list <list.example.org>',
};

function returned(label: string, content: string): { returned: Returned | undefined; codes: string[] } {
  const parsed = parseReport(crlf(report({ returned: `${label}\n\n${content}` })));
  return { returned: parsed?.returned, codes: parsed!.issues.map(({ code }) => code) };
}

describe('what is returned', () => {
  it.each<[string, string, string, 'message' | 'headers', string[]]>([
    ['RFC 6522 §3 R3464-2-d: the message', 'message/rfc822', `${HEADER}\nbody\n`, 'message', []],
    ['RFC 6522 §4: its header', 'text/rfc822-headers', HEADER, 'headers', []],
    ['RFC 6522 §4: its header with the blank line', 'text/rfc822-headers', `${HEADER}\n`, 'headers', []],
    ['RFC 6533 §4.2 R6533-4.4-a R6533-4.4-b: message/global', 'message/global', `${HEADER}\nbody\n`, 'message', []],
    ['RFC 6533 §4.3 R6533-4.4-a R6533-4.4-b: message/global-headers', 'message/global-headers', HEADER, 'headers', []],
    [
      'RFC 6522 §4: message/rfc822-headers, which nobody registered',
      'message/rfc822-headers',
      HEADER,
      'headers',
      ['label-unregistered'],
    ],
    ['RFC 6522 §4: text/rfc822', 'text/rfc822', `${HEADER}\nbody\n`, 'message', ['label-unregistered']],
    ['RFC 6522 §4: text/rfc822-header', 'text/rfc822-header', HEADER, 'headers', ['label-unregistered']],
    [
      'RFC 6522 §4 R6522-4-a: a header labelled as message',
      'message/rfc822',
      HEADER,
      'headers',
      ['headers-labelled-message'],
    ],
    [
      'RFC 6522 §4 R6522-4-a: a message labelled as header',
      'text/rfc822-headers',
      `${HEADER}\nbody\n`,
      'message',
      ['message-labelled-headers'],
    ],
    ['RFC 2046 §5.2.1: a message without text', 'message/rfc822', `${HEADER}\n`, 'message', []],
  ])('%s', (_, label, content, kind, codes) => {
    const found = returned(`Content-Type: ${label}`, content);
    expect(found.returned).toMatchObject({ ...FACTS, kind, mediaType: label });
    expect(text(found.returned!.octets)).toBe(content.replaceAll('\n', '\r\n'));
    expect(found.codes).toEqual(codes);
  });

  it('RFC 6532 §3.5 R6532-3.5-a R6533-4.4-d: base64 around message/global', () => {
    const content = `${HEADER}\nGrüße\n`;
    const encoded = btoa(String.fromCharCode(...utf8(content)));
    const found = returned('Content-Type: message/global\nContent-Transfer-Encoding: base64', encoded);
    expect(found.returned).toMatchObject({ ...FACTS, kind: 'message' });
    expect(text(found.returned!.octets)).toBe(content);
    expect(found.codes).toEqual([]);
  });

  it('RFC 2046 §5.2.1 R2046-5.2.1-a: base64 around message/rfc822 is decoded, with an issue', () => {
    const found = returned('Content-Type: message/rfc822\nContent-Transfer-Encoding: base64', btoa(`${HEADER}\nbody`));
    expect(found.returned?.messageId).toBe('<m1@example.org>');
    expect(found.codes).toEqual(['encoded-message-part']);
  });

  it('RFC 6522 §4 R6522-4-b: quoted-printable headers', () => {
    const found = returned(
      'Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: quoted-printable',
      'Subject: Gr=C3=BC=C3=9Fe\n',
    );
    expect(found.returned?.subject).toBe('Grüße');
    expect(found.codes).toEqual([]);
  });

  it('RFC 5322 §3.6.4: a Message-ID without brackets, and none', () => {
    expect(returned('Content-Type: text/rfc822-headers', 'Message-ID: m1@example.org\n').returned?.messageId).toBe(
      'm1@example.org',
    );
    expect(returned('Content-Type: text/rfc822-headers', 'Subject: x\n').returned).not.toHaveProperty('messageId');
  });
});
