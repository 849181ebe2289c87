const CR = 13;
const LF = 10;

/** The octets with CRLF at the end of every line, whatever ended them, and at their own end. RFC 5321 §2.3.8 */
export function canonicalLines(octets: Uint8Array): Uint8Array {
  const surplus = countAlone(octets);
  const endsInLine = octets.length === 0 || endsLine(octets.at(-1));
  if (surplus === 0 && endsInLine) return octets;
  const out = new Uint8Array(octets.length + surplus + (endsInLine ? 0 : 2));
  let at = 0;
  for (let i = 0; i < octets.length; i++) {
    const octet = octets[i] ?? 0;
    if (octet === LF && octets[i - 1] !== CR) out[at++] = CR;
    out[at++] = octet;
    if (octet === CR && octets[i + 1] !== LF) out[at++] = LF;
  }
  if (!endsInLine) out.set([CR, LF], at);
  return out;
}

function endsLine(octet: number | undefined): boolean {
  return octet === LF || octet === CR;
}

/** CR and LF that are not together. */
function countAlone(octets: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < octets.length; i++) {
    if (octets[i] === LF && octets[i - 1] !== CR) count++;
    else if (octets[i] === CR && octets[i + 1] !== LF) count++;
  }
  return count;
}
