import { formatDate } from '@dsnkit/delivery-status';
import { splitHeader } from '@dsnkit/multipart-report';
import { addressLiteral } from '../routing/ip-address.ts';

/** How a message came in, for its Received line. */
export interface Reception {
  readonly id: string;
  readonly atMs: number;
  /** The name the client gave with EHLO or HELO; '' if it gave none. */
  readonly clientName: string;
  readonly clientAddress: string;
  /** The name of the address in the DNS, if it is known. */
  readonly clientHostName?: string;
  readonly hostname: string;
  /** See {@link protocolWord}. */
  readonly protocol: string;
  /** Version and cipher. */
  readonly tls?: string;
  /** What MT-PRIORITY said. */
  readonly priority?: number;
  /** Named only when it is the one recipient: a Received line must not tell of others (RFC 5321 §7.2). */
  readonly soleRecipient?: string;
}

const utf8 = new TextEncoder();

/**
 * The Received field of RFC 5321 §4.4, with its line ends; PRIORITY is the clause of RFC 6710 §7.
 *
 * @example
 * ```ts
 * formatReceived({ id: 'a1', atMs: 0, clientName: 'mail.example', clientAddress: '192.0.2.1', hostname: 'mx.example.org', protocol: 'ESMTP' })
 * // 'Received: from mail.example ([192.0.2.1])\r\n\tby mx.example.org with ESMTP id a1;\r\n\tThu, 1 Jan 1970 00:00:00 +0000\r\n'
 * ```
 */
export function formatReceived(reception: Reception): string {
  const { id, atMs, clientName, clientAddress, clientHostName, hostname, protocol, tls, priority, soleRecipient } =
    reception;
  const literal = addressLiteral(clientAddress);
  // Whatever else a client calls itself could be read as another part of the field.
  const tcp = isName(clientHostName) ? `${clientHostName} ${literal}` : literal;
  const from = isName(clientName) ? `${clientName} (${tcp})` : literal;
  const tlsComment = tls === undefined ? '' : ` (${tls})`;
  const priorityClause = priority === undefined ? '' : ` PRIORITY ${priority}`;
  const forClause = soleRecipient === undefined ? '' : `\r\n\tfor <${soleRecipient}>`;
  return (
    `Received: from ${from}\r\n\tby ${hostname} with ${protocol}${tlsComment} id ${id}${forClause}${priorityClause};` +
    `\r\n\t${formatDate(new Date(atMs))}\r\n`
  );
}

/**
 * The `with` word of a Received field: RFC 3848, RFC 6531 §4.3.
 *
 * @example
 * ```ts
 * protocolWord({ lmtp: false, extended: true, smtputf8: false, tls: true, authenticated: true }) // 'ESMTPSA'
 * ```
 */
export function protocolWord(of: {
  readonly lmtp: boolean;
  readonly extended: boolean;
  readonly smtputf8: boolean;
  readonly tls: boolean;
  readonly authenticated: boolean;
}): string {
  // After HELO there is one word only, TLS or not.
  if (!of.extended && !of.lmtp) return 'SMTP';
  const base = of.smtputf8 ? (of.lmtp ? 'UTF8LMTP' : 'UTF8SMTP') : of.lmtp ? 'LMTP' : 'ESMTP';
  return `${base}${of.tls ? 'S' : ''}${of.authenticated ? 'A' : ''}`;
}

function isName(text: string | undefined): text is string {
  return text !== undefined && /^[\w.:[\]-]+$/.test(text);
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

/**
 * How often a host has taken a message before, by its Received fields: for whom each time, in lower case, or '' where the field
 * does not say. With an alias or a list the same address again is a loop (RFC 5321 §6.3).
 *
 * @param header the start of the message
 */
export function visitsOf(header: Uint8Array, hostname: string): readonly string[] {
  const by = ` by ${hostname.toLowerCase()} with `;
  return splitHeader(header).headers.flatMap(({ name, value }) => {
    // Ours is short; a longer one is of somebody who wants us to search.
    if (name.toLowerCase() !== 'received' || value.length > MOST_RECEIVED) return [];
    const words = value.replaceAll(/\s+/g, ' ').toLowerCase();
    return words.includes(by) ? [/ for <([^>]*)>/.exec(words)?.[1] ?? ''] : [];
  });
}

const MOST_RECEIVED = 2000;

const CR = 13;
const LF = 10;
const RECEIVED = utf8.encode('received:');

function isReceived(octets: Uint8Array, at: number): boolean {
  return RECEIVED.every((octet, index) => ((octets[at + index] ?? 0) | 0x20) === (octet | 0x20));
}
