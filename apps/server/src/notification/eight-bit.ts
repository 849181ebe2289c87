/** Whether some octet is beyond ASCII. By index: to iterate over octets takes several times as long. */
export function hasEightBit(octets: Uint8Array): boolean {
  let bits = 0;
  let at = octets.length;
  while (at > 0) bits |= octets[--at] ?? 0;
  return bits > 127;
}
