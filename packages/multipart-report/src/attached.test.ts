import { describe, expect, it } from 'vitest';
import { readAttached } from './message.ts';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const letter = (subject: string): string => `Subject: ${subject}\n\nHello.\n`;

/** A message with others attached to it. */
function holding(messages: readonly string[], header = 'Content-Type: message/rfc822', boundary = 'a'): string {
  const parts = messages.map((message) => `--${boundary}\n${header}\n\n${message}\n`).join('');
  return `Subject: Fwd\nContent-Type: multipart/mixed; boundary=${boundary}\n\n--${boundary}\n\nLook.\n${parts}--${boundary}--\n`;
}

/** The subjects of what is attached, with their lines; those named Fwd tell nothing. */
function told(message: string): readonly unknown[] {
  return readAttached(octets(message), ({ octets: attached, line }) => {
    const [, subject] = /^Subject: (.*?)\r?$/m.exec(new TextDecoder().decode(attached)) ?? [];
    return subject === 'Fwd' ? undefined : [subject, line];
  });
}

/** The line in which a text begins, from 1. */
function lineOf(message: string, text: string): number {
  return message.slice(0, message.indexOf(text)).split('\n').length;
}

describe('readAttached', () => {
  it('RFC 2046 §5.2.1: reads every attached message, and says where it begins', () => {
    const message = holding([letter('one'), letter('two')]);
    expect(told(message)).toEqual([
      ['one', lineOf(message, 'Subject: one')],
      ['two', lineOf(message, 'Subject: two')],
    ]);
    expect(told(message.replaceAll('\n', '\r\n'))).toEqual(told(message));
    expect(told(message.replaceAll('\n', '\r'))).toEqual(told(message));
  });

  it('RFC 6532 §3.7: reads attached messages of the global type', () => {
    const message = holding([letter('Grüße')], 'Content-Type: message/global');
    expect(told(message)).toEqual([['Grüße', lineOf(message, 'Subject: Grüße')]]);
  });

  it('looks into those that tell nothing, three deep', () => {
    const second = holding([letter('in it')], undefined, 'b');
    const nested = holding([second]);
    expect(told(nested)).toEqual([['in it', lineOf(nested, 'Subject: in it')]]);
    expect(told(holding([holding([second], undefined, 'c')], undefined, 'd'))).toHaveLength(1);
    expect(told(holding([holding([holding([second], undefined, 'c')], undefined, 'd')], undefined, 'e'))).toEqual([]);
  });

  it('QUIRK: reads those that came in base64 or quoted-printable; their lines are not those of the message', () => {
    const header = (coding: string): string => `Content-Type: message/rfc822\nContent-Transfer-Encoding: ${coding}`;
    const base64 = btoa(holding([letter('one')], undefined, 'b'));
    expect(told(holding([base64], header('base64')))).toEqual([['one', undefined]]);
    expect(told(holding(['Subject: t=\nwo\n\nHello.\n'], header('quoted-printable')))).toEqual([['two', undefined]]);
  });

  it('RFC 6522 §3: what a report brings back is not attached to it', () => {
    const report = holding([letter('returned')]).replace('multipart/mixed', 'multipart/report; report-type=x');
    expect(told(report)).toEqual([]);
    expect(told(letter('alone'))).toEqual([]);
  });
});
