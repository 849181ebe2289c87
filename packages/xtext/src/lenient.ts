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
 *
 * QUIRK: lower-case hex digits come from KumoMTA and are taken by Postfix; RFC 4954 §8 allows them in AUTH. Bare `+` and
 * raw UTF-8 come from clients that do not encode at all. RFC 3461 §4.
 *
 * @example
 * ```ts
 * decodeXtextLenient('a+2bb'); // { octets: <61 2B 62>, repairs: [{ offset: 1, code: 'lower-case-hexchar' }] }
 * ```
 */
export function decodeXtextLenient(text: string): {
  readonly octets: Uint8Array;
  readonly repairs: readonly XtextRepair[];
} {
  const input = new TextEncoder().encode(text);
  const octets = new Uint8Array(input.length);
  const repairs: XtextRepair[] = [];
  let length = 0;
  let offset = 0;
  for (let at = 0; at < input.length; at++) {
    const octet = input[at] ?? 0;
    octets[length++] = octet;
    if (octet === 0x2b) {
      const hex = String.fromCharCode(input[at + 1] ?? 0, input[at + 2] ?? 0);
      if (/^[0-9A-Fa-f]{2}$/.test(hex)) {
        octets[length - 1] = Number.parseInt(hex, 16);
        if (/[a-f]/.test(hex)) repairs.push({ offset, code: 'lower-case-hexchar' });
        at += 2;
        offset += 2;
      } else repairs.push({ offset, code: 'bad-hexchar' });
    } else if (octet >= 0xc0) repairs.push({ offset, code: 'not-ascii' });
    else if (octet <= 0x20 || octet === 0x3d || octet === 0x7f) repairs.push({ offset, code: 'bad-character' });
    // A UTF-16 index: continuation octets add nothing, a four-octet sequence stands for two units.
    if (octet < 0x80 || octet >= 0xc0) offset += octet >= 0xf0 ? 2 : 1;
  }
  return { octets: octets.slice(0, length), repairs };
}
