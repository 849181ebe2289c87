/** Four decimal octets, as in `192.0.2.1`. */
export function isIpv4(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((octet) => Number(octet) <= 255);
}

/** An IPv6 address in any of its spellings, without brackets and zone. */
export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (text.length > 45 || halves.length > 2) return false;
  let groups = 0;
  const parts = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  for (const [index, part] of parts.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups++;
    else if (index === parts.length - 1 && text.endsWith(part) && isIpv4(part)) groups += 2;
    else return false;
  }
  return halves.length === 2 ? groups < 8 : groups === 8;
}

/**
 * The IP address in a domain that is an address literal; undefined if it is none (RFC 5321 §4.1.3).
 *
 * @example addressOfLiteral('[IPv6:2001:db8::1]') // '2001:db8::1'
 */
export function addressOfLiteral(domain: string): string | undefined {
  if (!domain.startsWith('[') || !domain.endsWith(']')) return undefined;
  const inner = domain.slice(1, -1);
  if (isIpv4(inner)) return inner;
  if (!/^ipv6:/i.test(inner)) return undefined;
  const address = inner.slice('IPv6:'.length).toLowerCase();
  return isIpv6(address) ? address : undefined;
}

/** The address literal of an IP address, as HELO, Remote-MTA and trace lines write it (RFC 5321 §4.1.3). */
export function addressLiteral(address: string): string {
  return address.includes(':') ? `[IPv6:${address}]` : `[${address}]`;
}
