import { IssueList } from './issues.ts';
import { decodeBase64, decodeCharset, decodeQuotedPrintable } from './octets.ts';
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
  if (declared === 'quoted-printable') return decoded('', toText(decodeQuotedPrintable(body)), 1);
  if (declared === 'base64' && findBase64(body) === 0) return decoded('', toText(decodeBase64(body)), 1);
  // QUIRK: Office 365 was seen to send plain first groups and the rest in base64 (jstedfast/MimeKit 250).
  const start = findBase64(body);
  if (start < 0) return { text: body, issues: [] };
  const text = toText(decodeBase64(body.slice(start)));
  if (!/^[!-9;-~]+[ \t]*:/m.test(text)) return { text: body, issues: [] };
  return decoded(body.slice(0, start), text, body.slice(0, start).split(/\r\n|[\r\n]/).length);
}

function decoded(before: string, text: string, line: number): DecodedBody {
  const issues = new IssueList();
  issues.add('encoded-body', line);
  return { text: before + text, issues: issues.items };
}

function toText(octets: Uint8Array): string {
  return decodeCharset(octets, 'utf-8') ?? '';
}

/** Where a run of base64 lines starts that reaches to the end of the body; -1 if there is none worth the name. */
function findBase64(body: string): number {
  let start = -1;
  let at = 0;
  for (const line of body.split(/(?<=\n|\r(?!\n))/)) {
    const text = line.trim();
    if (/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
      if (start < 0) start = at;
    } else if (text !== '') start = -1;
    at += line.length;
  }
  return start < 0 || body.length - start < MINIMUM ? -1 : start;
}

/** A shorter run of letters is as well a word that someone left in the body. */
const MINIMUM = 24;
