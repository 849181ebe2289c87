import { describe, expect, it } from 'vitest';
import { openMessage } from './message.ts';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text.replaceAll('\n', '\r\n'));

const bounce = octets(`Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Transfer-Encoding: quoted-printable

It fail=
ed.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; ann@example.org
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

Message-ID: <m1@example.net>

hi
--b--
`);

describe('openMessage', () => {
  it('gives the report, the parts, their text and what was returned', () => {
    const { report, root, headers, field, partText, returned } = openMessage(bounce);
    const [human, , third] = root.parts;
    expect(headers).toHaveLength(1);
    expect([field('content-type'), field('subject')]).toEqual([headers[0]?.value, undefined]);
    expect(report?.deliveryStatus?.recipients[0]?.status).toBe('5.1.1');
    expect(human && partText(human)).toBe('It failed.');
    expect(third && returned(third)).toMatchObject({ kind: 'message', messageId: '<m1@example.net>' });
  });

  it('has the headers of message and parts as properties that copies, comparisons and JSON see', () => {
    const opened = openMessage(bounce);
    const { root } = opened;
    const encoded = [{ name: 'Content-Transfer-Encoding', value: 'quoted-printable' }];
    expect({ ...root.parts[0] }.headers).toEqual(encoded);
    expect({ ...opened }.headers).toEqual(root.headers);
    expect(JSON.parse(JSON.stringify(root))).toMatchObject({
      headers: root.headers,
      parts: [{ headers: encoded }, {}, {}],
    });
    expect(openMessage(bounce).root).toEqual(root);
    expect(openMessage(octets('Subject: a\n\n')).root).not.toEqual(openMessage(octets('Subject: b\n\n')).root);
  });

  it('gives the places of parts as offsets in its text', () => {
    const { root, text } = openMessage(bounce);
    const second = root.parts[1];
    expect(second && text.startsWith('Reporting-MTA', second.range.bodyStart)).toBe(true);
  });

  it('opens what is no report, and nothing', () => {
    const { report, root, partText } = openMessage(octets('Subject: hi\n\nLunch?\n'));
    expect(report).toBeUndefined();
    expect(partText(root)).toBe('Lunch?\n');
    expect(openMessage(new Uint8Array()).root.parts).toEqual([]);
  });
});
