import { formatDate } from '@dsnkit/delivery-status';

/** How a message came in, for its Received line. */
export interface Reception {
  readonly id: string;
  readonly atMs: number;
  /** The name the client gave with EHLO or HELO; '' if it gave none. */
  readonly clientName: string;
  readonly clientAddress: string;
  readonly hostname: string;
  /** `SMTP`, `ESMTP`, `LMTP`, `UTF8SMTP`… (RFC 3848). */
  readonly protocol: string;
  /** Named only when it is the one recipient: a Received line must not tell of others (RFC 5321 §7.2). */
  readonly soleRecipient?: string;
}

const ascii = new TextEncoder();

/** The Received field of RFC 5321 §4.4, with its line ends. */
export function formatReceived(reception: Reception): Uint8Array {
  const { id, atMs, clientName, clientAddress, hostname, protocol, soleRecipient } = reception;
  const literal = addressLiteral(clientAddress);
  const from = clientName === '' ? literal : `${clientName} (${literal})`;
  const forClause = soleRecipient === undefined ? '' : `\r\n\tfor <${soleRecipient}>`;
  return ascii.encode(
    `Received: from ${from}\r\n\tby ${hostname} with ${protocol} id ${id}${forClause};\r\n\t${formatDate(new Date(atMs))}\r\n`,
  );
}

/** `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3). */
export function addressLiteral(address: string): string {
  return address.includes(':') ? `[IPv6:${address}]` : `[${address}]`;
}

/**
 * Counts the Received fields of a message: the measure of a mail loop (RFC 5321 §6.3).
 *
 * @param header the start of the message; counting ends at the first empty line
 */
export function countReceived(header: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < header.length;) {
    if (header[at] === CR || header[at] === LF) break;
    if (isReceived(header, at)) count++;
    const end = header.indexOf(LF, at);
    if (end < 0) break;
    at = end + 1;
  }
  return count;
}

const CR = 13;
const LF = 10;
const RECEIVED = ascii.encode('received:');

function isReceived(octets: Uint8Array, at: number): boolean {
  return RECEIVED.every((octet, index) => ((octets[at + index] ?? 0) | 0x20) === (octet | 0x20));
}
