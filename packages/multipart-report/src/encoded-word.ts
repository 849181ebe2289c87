import { decodeCharset } from './charset.ts';
import { concat } from './join.ts';
import { encodeUtf8 } from './source.ts';
import { decodeBase64, decodeQuotedPrintable } from './transfer.ts';

/**
 * Decode the encoded words of a header value.
 *
 *     encoded-word = "=?" charset "?" encoding "?" encoded-text "?="
 *
 * Blanks between two encoded words vanish; neighbours of one charset are joined before they are decoded, since writers
 * cut inside a character. What is no encoded word stays as it is, also one in an unknown encoding. RFC 2047 §2, §6.2,
 * RFC 2231 §5.
 *
 * @example
 * decodeHeaderText('=?utf-8?Q?Zo=C3=AB?= Smith'); // 'Zoë Smith'
 */
export function decodeHeaderText(value: string): string {
  let start = value.indexOf('=?');
  const last = value.lastIndexOf('?='); // no word ends after this: without the bound hostile values cost n² looks
  if (start < 0 || last < 0) return value;
  const output: Output = { text: '', charset: '', pending: [] };
  let from = 0;
  while (start >= 0) {
    const word = readWord(value, start, last);
    if (word === undefined) {
      start = value.indexOf('=?', start + 2);
      continue;
    }
    const between = value.slice(from, start);
    if (output.pending.length === 0 || !isBlank(between)) {
      flush(output);
      output.text += between;
    }
    if (output.charset !== word.charset) flush(output);
    output.charset = word.charset;
    output.pending.push(word.octets);
    from = word.end;
    start = value.indexOf('=?', from);
  }
  flush(output);
  return output.text + value.slice(from);
}

interface Output {
  text: string;
  charset: string;
  pending: Uint8Array[];
}
interface Word {
  readonly charset: string;
  readonly octets: Uint8Array;
  readonly end: number;
}

function flush(output: Output): void {
  if (output.pending.length === 0) return;
  output.text += decodeCharset(concat(output.pending), output.charset).text;
  output.pending = [];
}

function readWord(text: string, start: number, last: number): Word | undefined {
  const afterCharset = text.indexOf('?', start + 2);
  if (afterCharset < 0 || afterCharset + 3 > last || text[afterCharset + 2] !== '?') return undefined;
  const encoding = text.charAt(afterCharset + 1).toLowerCase();
  if (encoding !== 'q' && encoding !== 'b') return undefined;
  // Looked for last: what it passes over is then part of the word, and is not passed over again.
  const close = text.indexOf('?=', afterCharset + 3);
  const [charset = ''] = text.slice(start + 2, afterCharset).split('*');
  const content = text.slice(afterCharset + 3, close);
  const encoded = encodeUtf8(encoding === 'q' ? content.replaceAll('_', '=20') : content);
  const { octets } = encoding === 'q' ? decodeQuotedPrintable(encoded) : decodeBase64(encoded);
  return { charset: charset.toLowerCase(), octets, end: close + 2 };
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
