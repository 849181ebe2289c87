/** One departure from the grammar that {@link decodeXtextLenient} read past. */
export interface XtextRepair {
  /** Zero-based index into the input. */
  readonly offset: number;
  /**
   * - `lower-case-hexchar`: `+2b` read as `+2B`
   * - `bad-hexchar`: `+` without two hex digits, taken as itself
   * - `bad-character`: SP, a control or `=`, taken as itself
   * - `not-ascii`: a character beyond U+007E, taken as its UTF-8 octets
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
  const repairs = new Repairs();
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const hex = code === PLUS ? text.slice(at + 1, at + 3) : '';
    if (HEX.test(hex)) {
      octets[length++] = Number.parseInt(hex, 16);
      if (hex !== hex.toUpperCase()) repairs.add(at, 'lower-case-hexchar');
      at += 2;
    } else if (code < 0x80) {
      octets[length++] = code;
      if (code === PLUS) repairs.add(at, 'bad-hexchar');
      else if (code <= 0x20 || code === 0x3d || code === 0x7f) repairs.add(at, 'bad-character');
    } else {
      repairs.add(at, 'not-ascii');
      const char = String.fromCodePoint(Number(text.codePointAt(at)));
      length += encoder.encodeInto(char, octets.subarray(length)).written;
      at += char.length - 1;
    }
  }
  return { octets: octets.slice(0, length), repairs: repairs.listed, repairCount: repairs.count };
}

const PLUS = 0x2b;
const HEX = /^[0-9A-Fa-f]{2}$/;
const encoder: TextEncoder = new TextEncoder();

class Repairs {
  readonly listed: XtextRepair[] = [];
  count = 0;
  readonly #byCode = new Map<XtextRepair['code'], number>();

  add(offset: number, code: XtextRepair['code']): void {
    this.count++;
    const known = this.#byCode.get(code) ?? 0;
    if (known === LISTED_OF_EACH) return;
    this.#byCode.set(code, known + 1);
    this.listed.push({ offset, code });
  }
}

const LISTED_OF_EACH = 100;
