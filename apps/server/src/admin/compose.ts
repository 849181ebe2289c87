import { formatDate } from '@dsnkit/delivery-status';
import { base64Lines, displayName, encodeWords } from '../notification/encoded-words.ts';

/** A message in its parts, as somebody writes it. */
export interface Letter {
  /** `Name <address>` or an address. */
  readonly from: string;
  readonly to: readonly string[];
  readonly cc?: readonly string[] | undefined;
  readonly subject?: string | undefined;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  /** Further header fields. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

const utf8 = new TextEncoder();

/** Fields that are made of the other parts: a second one of each would be no message. RFC 5322 §3.6, RFC 2045 §3 */
export const MADE: ReadonlySet<string> = new Set([
  ...['from', 'to', 'cc', 'subject', 'date'],
  ...['mime-version', 'content-type', 'content-transfer-encoding'],
]);

/** Writes a letter as a message, in ASCII throughout unless an address is not. */
export function composeMessage(letter: Letter, atMs: number, boundary: string): Uint8Array {
  const fields = [
    `From: ${mailboxText(letter.from)}`,
    ...(letter.to.length === 0 ? [] : [`To: ${letter.to.map(mailboxText).join(',\r\n ')}`]),
    ...(letter.cc === undefined || letter.cc.length === 0 ? [] : [`Cc: ${letter.cc.map(mailboxText).join(',\r\n ')}`]),
    ...(letter.subject === undefined ? [] : [`Subject: ${valueText(letter.subject)}`]),
    `Date: ${formatDate(new Date(atMs))}`,
    ...Object.entries(letter.headers ?? {}).map(([name, value]) => `${name}: ${valueText(value)}`),
    'MIME-Version: 1.0',
  ];
  const { text, html } = letter;
  const parts: string[] = [];
  if (text !== undefined || html === undefined) parts.push(part('plain', text ?? ''));
  if (html !== undefined) parts.push(part('html', html));
  const [only = '', ...others] = parts;
  const body =
    others.length === 0
      ? only
      : `Content-Type: multipart/alternative; boundary="${boundary}"\r\n\r\n` +
        `${parts.map((one) => `--${boundary}\r\n${one}\r\n`).join('')}--${boundary}--\r\n`;
  return utf8.encode(`${fields.join('\r\n')}\r\n${body}`);
}

/** A value as a header holds it: a line may have 998 octets. RFC 5322 §2.1.1 */
function valueText(text: string): string {
  const words = encodeWords(text);
  if (words !== text || text.length <= 800) return words;
  return text.replace(/(.{1,800}) (?=\S)/g, '$1\r\n ');
}

/** Header fields of a part, an empty line, and its text. */
function part(subtype: 'plain' | 'html', text: string): string {
  const lines = text.replace(/\r\n|\r|\n/g, '\r\n');
  const isPlain = !/[^\t\r\n\u0020-\u007e]/.test(lines) && lines.split('\r\n').every((line) => line.length <= 900);
  if (isPlain) return `Content-Type: text/${subtype}; charset=us-ascii\r\n\r\n${endedWith(lines)}`;
  return (
    `Content-Type: text/${subtype}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n` +
    base64Lines(utf8.encode(lines))
  );
}

function endedWith(lines: string): string {
  return lines.endsWith('\r\n') ? lines : `${lines}\r\n`;
}

/** `José <jose@example.org>` with the name as a header holds it. RFC 5322 §3.4 */
function mailboxText(text: string): string {
  const whole = text.trim();
  const at = whole.lastIndexOf('<');
  if (at < 0 || whole.indexOf('>', at) !== whole.length - 1) return whole;
  const address = whole.slice(at + 1, -1);
  const words = whole
    .slice(0, at)
    .trim()
    .replace(/^"(.*)"$/, '$1');
  if (words === '') return `<${address}>`;
  if (/[^\u0020-\u007e]|=\?/.test(words)) return `${encodeWords(words)}\r\n <${address}>`;
  return `${displayName(words)} <${address}>`;
}
