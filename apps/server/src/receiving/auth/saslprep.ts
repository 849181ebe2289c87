/**
 * Prepares a name or a password so that equal ones are written equally: SASLprep, RFC 4013 §2.
 *
 * Characters that Unicode has assigned since version 3.2 are taken too.
 *
 * @returns undefined for a text with characters that must not stand in it
 * @example
 * ```ts
 * saslPrep('I\u00ADX') // 'IX'
 * ```
 */
export function saslPrep(text: string): string | undefined {
  if (!/[^\x20-\x7e]/.test(text)) return text;
  const mapped = text.replace(OTHER_SPACES, ' ').replace(MAPPED_TO_NOTHING, '').normalize('NFKC');
  if (PROHIBITED.test(mapped) || !isOneDirection(mapped)) return undefined;
  return mapped;
}

/** RFC 3454 tables C.1.2 and B.1. */
const OTHER_SPACES = /[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/g;
const MAPPED_TO_NOTHING = /[\u00AD\u034F\u1806\u180B-\u180D\u200C\u200D\u2060\uFE00-\uFE0F\uFEFF]/g;

/**
 * RFC 4013 §2.3: tables C.1.2 to C.9 of RFC 3454, and what is not assigned. Control characters, private use,
 * non-characters, surrogates, what is no plain text, changes of display, tags.
 */
const PROHIBITED =
  /[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000\p{Cc}\u06DD\u070F\u180E\u200C-\u200F\u2028-\u202E\u2060-\u2063\u206A-\u206F\uFEFF\uFFF9-\uFFFD\u{1D173}-\u{1D17A}\p{Co}\p{Cn}\p{Cs}\u2FF0-\u2FFB\u0340\u0341\u{E0001}\u{E0020}-\u{E007F}]/u;

/** RFC 3454 table D.1: characters written from right to left. */
const RIGHT_TO_LEFT =
  /[\u05BE\u05C0\u05C3\u05D0-\u05EA\u05F0-\u05F4\u061B\u061F\u0621-\u063A\u0640-\u064A\u066D-\u066F\u0671-\u06D5\u06DD\u06E5\u06E6\u06FA-\u06FE\u0700-\u070D\u0710\u0712-\u072C\u0780-\u07A5\u07B1\u200F\uFB1D\uFB1F-\uFB28\uFB2A-\uFB36\uFB38-\uFB3C\uFB3E\uFB40\uFB41\uFB43\uFB44\uFB46-\uFBB1\uFBD3-\uFD3D\uFD50-\uFD8F\uFD92-\uFDC7\uFDF0-\uFDFC\uFE70-\uFE74\uFE76-\uFEFC]/u;

/** RFC 3454 §6: a text with any of those has no letters of the other direction, and begins and ends with one. */
function isOneDirection(text: string): boolean {
  if (!RIGHT_TO_LEFT.test(text)) return true;
  const characters = Array.from(text);
  const [first = '', last = ''] = [characters[0], characters.at(-1)];
  if (!RIGHT_TO_LEFT.test(first) || !RIGHT_TO_LEFT.test(last)) return false;
  return characters.every((character) => RIGHT_TO_LEFT.test(character) || !/\p{L}/u.test(character));
}
