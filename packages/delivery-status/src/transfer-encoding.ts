import { IssueList } from './issues.ts';
import { decodeBase64, decodeUtf8, decodeQuotedPrintable, isBase64 } from './octets.ts';
import type { Issue } from './types.ts';

/** The body of a delivery status as text, and what had to be undone. */
export interface DecodedBody {
  readonly text: string;
  readonly issues: readonly Issue[];
}

/**
 * Undo a transfer encoding that the body of a message/delivery-status should not have: the one that its part declares, or
 * base64 that nobody declared, of the whole body or of all that follows the first groups. Decoded octets are read as UTF-8.
 *
 * RFC 3464 §2.1: "7bit" MUST be used. RFC 2045 §6.7, RFC 2045 §6.8. Issues are lines of the encoded body.
 *
 * @param body The body as it stands in the message.
 * @param encoding The value of Content-Transfer-Encoding, if there is one.
 * @example decodeStatusBody('UmVwb3J0aW5nLU1UQTogZG5zOyBteA0K', 'base64').text // 'Reporting-MTA: dns; mx\r\n'
 */
export function decodeStatusBody(body: string, encoding?: string): DecodedBody {
  const declared = encoding?.trim().toLowerCase();
  if (declared === 'quoted-printable') return decoded('', decodeUtf8(decodeQuotedPrintable(body)));
  if (declared === 'base64' && !FIELD.test(body)) return decoded('', decodeUtf8(decodeBase64(body)));
  // QUIRK: Office 365 was seen to send plain first groups and the rest in base64 (jstedfast/MimeKit 250).
  const start = findBase64(body);
  const rest = start < 0 ? '' : decodeUtf8(decodeBase64(body.slice(start)));
  return FIELD.test(rest) ? decoded(body.slice(0, start), rest) : { text: body, issues: [] };
}

/** A line that starts a field. */
const FIELD = /^[!-9;-~]{1,100}[ \t]{0,100}:/m;

function decoded(before: string, rest: string): DecodedBody {
  const issues = new IssueList();
  issues.add('encoded-body', before.split(/\r\n|[\r\n]/).length);
  return { text: before + rest, issues: issues.items };
}

/**
 * Where a run of base64 lines starts that reaches to the end of the body; -1 if there is none worth the name. Looked for from
 * the end, so that a body in plain text costs nothing.
 */
function findBase64(body: string): number {
  let at = body.length;
  while (at > 0 && (isLineEnd(body.charCodeAt(at - 1)) || isBase64(body.charCodeAt(at - 1)))) at--;
  // The run may have begun in the middle of a line that starts otherwise.
  while (at > 0 && at < body.length && !isLineEnd(body.charCodeAt(at - 1))) at++;
  while (at < body.length && isLineEnd(body.charCodeAt(at))) at++;
  return body.length - at < MINIMUM ? -1 : at;
}

/** A shorter run of letters is as well a word that someone left in the body. */
const MINIMUM = 24;

function isLineEnd(code: number): boolean {
  return code === 0x0a || code === 0x0d;
}
