import { encodeAddressText, encodeHeaderText } from './encode-header.ts';
import { ReportError } from './error.ts';
import { isAsciiText, octetsOf } from './source.ts';

/** Fields whose values are lists of mailboxes: only display names may be encoded. RFC 2047 §5(3). */
const ADDRESS_FIELD = /^(?:resent-)?(?:from|sender|reply-to|to|cc|bcc)$/i;
/** Fields whose values have no place for an encoded word. */
const ASCII_FIELD = /^(?:(?:resent-)?(?:message-id|date)|in-reply-to|references|auto-submitted)$/i;

/**
 * Write one header field, folded, with its CRLF.
 *
 * Text beyond ASCII becomes encoded words (RFC 2047 §5), unless the header may hold UTF-8 (RFC 6532 §3). Lines are
 * broken at blanks to keep within 78 characters where there are blanks, and are never longer than 998 octets
 * (RFC 5322 §2.1.1, RFC 6532 §3.4).
 *
 * @throws {ReportError} `bad-field-name`, `control-character` (no value can begin a new line), `not-ascii` in a place
 * where nothing can be encoded, `line-too-long`.
 * @example
 * formatHeaderField('Subject', 'Zustellung gescheitert für Zoë', 'ascii'); // 'Subject: Zustellung gescheitert =?utf-8?…'
 */
export function formatHeaderField(name: string, value: string, charset: 'ascii' | 'utf-8'): string {
  const badName = name === '' ? 0 : name.search(/[^!-9;-~]/);
  if (badName >= 0) throw new ReportError('bad-field-name', badName, name);
  const control = value.search(/[\0-\x08\n-\x1F\x7F]/);
  if (control >= 0) throw new ReportError('control-character', control, name);
  return fold(name, charset === 'utf-8' ? value.trim() : toAscii(name, value.trim()));
}

function toAscii(name: string, value: string): string {
  if (isAsciiText(value) && !value.includes('=?')) return value;
  const addresses = ADDRESS_FIELD.test(name);
  if (!addresses && !ASCII_FIELD.test(name)) return encodeHeaderText(value, name.length + 2);
  const bad = value.search(/[^\0-\x7F]/);
  if (bad < 0) return value;
  if (addresses) return encodeAddressText(name, value);
  throw new ReportError('not-ascii', bad, name);
}

/**
 * Break before blanks that text follows, as late as 78 characters allow; 76 where encoded words stand (RFC 2047 §2).
 */
function fold(name: string, value: string): string {
  const limit = value.includes('=?') ? 76 : 78;
  let out = '';
  let line = `${name}:`;
  for (const word of ` ${value}`.split(/(?<=[^ \t])(?=[ \t])/)) {
    if (line.length + word.length > limit && line.length > name.length + 1) {
      out += endLine(name, line);
      line = '';
    }
    line += word;
  }
  return out + endLine(name, line);
}

function endLine(name: string, line: string): string {
  if (octetsOf(line) > 998) throw new ReportError('line-too-long', 998, name);
  return `${line}\r\n`;
}
