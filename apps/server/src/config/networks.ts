/** A range of network addresses. IPv4 ranges stand under `::ffff:0:0/96`, where sockets show IPv4 clients too. */
export interface Network {
  /** 16 octets; those beyond the prefix are as written. */
  readonly octets: readonly number[];
  readonly prefixLength: number;
}

/**
 * Reads an address or a CIDR range, IPv4 or IPv6.
 *
 * @returns undefined if it isn't one
 * @example
 * ```ts
 * parseNetwork('192.0.2.0/24') // { octets: [0, …, 192, 0, 2, 0], prefixLength: 120 }
 * ```
 */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  const octets = parseAddress(slash === -1 ? text : text.slice(0, slash));
  if (octets === undefined) return undefined;
  if (slash === -1) return { octets, prefixLength: 128 };
  const digits = text.slice(slash + 1);
  const written = /^\d{1,3}$/.test(digits) ? Number(digits) : 129;
  const prefixLength = text.includes(':') ? written : written + 96;
  return prefixLength > 128 ? undefined : { octets, prefixLength };
}

/**
 * Whether only one of two sockets can listen, although their addresses differ: one takes what comes to any address.
 *
 * @example
 * ```ts
 * overlaps({ host: '0.0.0.0', port: 25 }, { host: '192.0.2.1', port: 25 }) // true
 * ```
 */
export function overlaps(one: SocketAddress, other: SocketAddress): boolean {
  return one.port === other.port && one.host !== other.host && (ANY.has(one.host) || ANY.has(other.host));
}

/** Where a socket listens. */
interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

const ANY: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/**
 * Whether an address, as a socket names its peer, lies in one of the networks. What is no address lies in none.
 *
 * @example
 * ```ts
 * inNetworks([parseNetwork('127.0.0.0/8')], '::ffff:127.0.0.1') // true
 * ```
 */
export function inNetworks(networks: readonly Network[], address: string): boolean {
  // The same address is asked about for several networks in a row.
  if (address !== asked.address) asked = { address, octets: parseAddress(address) };
  const { octets } = asked;
  return octets !== undefined && networks.some((network) => contains(network, octets));
}

let asked: { readonly address: string; readonly octets: readonly number[] | undefined } = {
  address: '',
  octets: undefined,
};

/**
 * A key under which a client is counted: its IPv4 address, or the /64 of its IPv6 address, which is one site.
 *
 * @example
 * ```ts
 * clientKey('2001:db8::1') === clientKey('2001:db8::2') // true
 * ```
 */
export function clientKey(address: string): string {
  // Sockets show IPv4 clients as such, or mapped.
  if (!address.includes(':')) return address;
  const octets = parseAddress(address);
  if (octets === undefined) return address;
  const isIpv4 = octets.slice(0, 10).every((octet) => octet === 0) && octets[10] === 255 && octets[11] === 255;
  return isIpv4 ? octets.slice(12).join('.') : octets.slice(0, 8).join(':');
}

function contains(network: Network, octets: readonly number[]): boolean {
  const whole = network.prefixLength >> 3;
  for (let i = 0; i < whole; i++) if (octets[i] !== network.octets[i]) return false;
  const rest = network.prefixLength & 7;
  return rest === 0 || ((octets[whole] ?? 0) ^ (network.octets[whole] ?? 0)) >> (8 - rest) === 0;
}

/** 16 octets of an IPv6 address or, mapped, of an IPv4 one. A zone (`%eth0`) is left aside. */
function parseAddress(text: string): readonly number[] | undefined {
  if (text.length > 80) return undefined;
  const zone = text.indexOf('%');
  const address = zone === -1 ? text : text.slice(0, zone);
  if (address.includes(':')) return parseIpv6(address);
  const octets = zone === -1 ? parseIpv4(address) : undefined;
  return octets === undefined ? undefined : [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...octets];
}

function parseIpv4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  // A leading zero is octal to some and decimal to others: refused.
  if (!parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return undefined;
  return parts.map(Number);
}

function parseIpv6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? groups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return [...head, ...Array<number>(missing).fill(0), ...tail];
}

/** Octets of `h:h:…`, where the last group may be dotted IPv4 if `mayEndDotted`. */
function groups(text: string, mayEndDotted: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const octets: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      const group = Number.parseInt(part, 16);
      octets.push(group >> 8, group & 255);
      continue;
    }
    const dotted = mayEndDotted && i === parts.length - 1 ? parseIpv4(part) : undefined;
    if (dotted === undefined) return undefined;
    octets.push(...dotted);
  }
  return octets;
}
