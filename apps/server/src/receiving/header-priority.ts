/** What may stand around the value are spaces and comments; all of it fits on one line. */
const FIELD = /^(?:[ \t]|\([^()]*\))*(-?[1-9]|0)(?:[ \t]|\([^()]*\))*$/;

const NAME = 'mt-priority:';
const CR = 13;
const LF = 10;

/**
 * The priority that a message carries in its header, where mail programs put it that can't say MT-PRIORITY.
 *
 *     priority-header-field = "MT-Priority:" [CFWS] priority-value [CFWS] CRLF
 *
 * RFC 6758 §3.1, step 4a, and §4: only if there is one such field, and it is right. A folded one is not read.
 *
 * @param header the start of the message; reading ends at the first empty line
 * @example
 * ```ts
 * headerPriority(new TextEncoder().encode('MT-Priority: 4 (ultra)\r\n\r\n')) // 4
 * ```
 */
export function headerPriority(header: Uint8Array): number | undefined {
  let value: string | undefined;
  for (let at = 0; at < header.length;) {
    const first = header[at];
    if (first === CR || first === LF) break;
    const end = header.indexOf(LF, at);
    if (end < 0) break;
    if (first !== undefined && (first | 0x20) === 0x6d && isNamed(header, at)) {
      if (value !== undefined) return undefined;
      value = new TextDecoder().decode(header.subarray(at + NAME.length, Math.min(end, at + 200))).replace(/\r$/, '');
    }
    at = end + 1;
  }
  const digits = FIELD.exec(value ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function isNamed(octets: Uint8Array, at: number): boolean {
  for (let i = 0; i < NAME.length; i++) {
    const octet = octets[at + i] ?? 0;
    const lower = octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
    if (lower !== NAME.charCodeAt(i)) return false;
  }
  return true;
}
