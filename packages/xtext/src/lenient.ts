/** One departure from the grammar that {@link decodeXtextLenient} read past. */
export interface XtextRepair {
  /** Zero-based index into the input. */
  readonly offset: number;
  /**
   * - `lower-case-hexchar`: `+2b` read as `+2B`
   * - `bad-hexchar`: `+` without two hex digits, taken as itself
   * - `bad-character`: SP, a control or `=`, taken as itself
   * - `not-ascii`: a character beyond U+007F, taken as its UTF-8 octets
   */
  readonly code: 'lower-case-hexchar' | 'bad-hexchar' | 'bad-character' | 'not-ascii';
}

/**
 * Decode what was meant to be xtext, and say what had to be repaired; no repairs means the input was in the grammar.
 * Of each code the first 100 repairs are listed, so that memory stays in proportion; `repairCount` counts them all.
 *
 * QUIRK: lower-case hex digits come from KumoMTA and are taken by Postfix; RFC 4954 §8 allows them in AUTH. Bare `+` and
 * raw UTF-8 come from clients that do not encode at all. RFC 3461 §4.
 *
 * @example
 * ```ts
 * decodeXtextLenient('a+2bb'); // { octets: <61 2B 62>, repairCount: 1, repairs: [{ offset: 1, code: 'lower-case-hexchar' }] }
 * ```
 */
export function decodeXtextLenient(text: string): {
  readonly octets: Uint8Array;
  readonly repairs: readonly XtextRepair[];
  readonly repairCount: number;
} {
  const octets = new Uint8Array(text.length * 3);
  const repairs: XtextRepair[] = [];
  const counts: Partial<Record<XtextRepair['code'], number>> = {};
  let repairCount = 0;
  let length = 0;
  const repair = (offset: number, code: XtextRepair['code']): void => {
    repairCount++;
    const count = (counts[code] = (counts[code] ?? 0) + 1);
    if (count <= LISTED_OF_EACH) repairs.push({ offset, code });
  };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const hex = code === PLUS ? text.slice(at + 1, at + 3) : '';
    if (HEX.test(hex)) {
      octets[length++] = Number.parseInt(hex, 16);
      if (hex !== hex.toUpperCase()) repair(at, 'lower-case-hexchar');
      at += 2;
    } else if (code < 0x80) {
      octets[length++] = code;
      if (code === PLUS) repair(at, 'bad-hexchar');
      else if (code <= 0x20 || code === 0x3d || code === 0x7f) repair(at, 'bad-character');
    } else {
      repair(at, 'not-ascii');
      const char = String.fromCodePoint(Number(text.codePointAt(at)));
      length += encoder.encodeInto(char, octets.subarray(length)).written;
      at += char.length - 1;
    }
  }
  return { octets: octets.slice(0, length), repairs, repairCount };
}

const PLUS = 0x2b;
const HEX = /^[0-9A-Fa-f]{2}$/;
const encoder: TextEncoder = new TextEncoder();

const LISTED_OF_EACH = 100;
