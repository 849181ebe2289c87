import { readLimits, type ReceivedReply } from '@dsnkit/smtp';
import type { RemoteReply } from '../model.ts';
import type { Connection } from '../ports.ts';
import { addressLiteral } from '../routing/ip-address.ts';
import type { Target } from './mx.ts';

/** A host with which a session stands, and what it can do. */
export interface Hop {
  /** Its name as Remote-MTA shows it. */
  readonly mta: string;
  /** Its network address and port. */
  readonly address: string;
  /** From its last EHLO or LHLO; keywords in upper case. */
  readonly extensions: ReadonlyMap<string, string>;
  /** Under TLS with a certificate for a host whose name nobody could have forged (RFC 8689 §4.2.1). */
  readonly verifiedTls: boolean;
  /** The version of TLS that is spoken with it. */
  readonly tls?: string;
  /** We have logged in (RFC 4954 §4). */
  readonly authenticated: boolean;
  /** Most recipients, and most domains of recipients, that it takes in one transaction (RFC 9422 §3). */
  readonly rcptMax: number;
  readonly rcptDomainMax: number;
  /** Most transactions that it takes on one connection (RFC 9422 §3). */
  readonly mailMax: number;
}

/** Describes the host of a session that is ready. */
export function hopOf(
  target: Target,
  greeting: ReceivedReply,
  extensions: ReadonlyMap<string, string>,
  channel: Pick<Hop, 'verifiedTls' | 'authenticated' | 'tls'>,
): Hop {
  const limits = readLimits(extensions.get('LIMITS') ?? '');
  return {
    mta: remoteName(target, greeting),
    address: shownAddress(target),
    extensions,
    ...channel,
    rcptMax: limits.rcptMax ?? Infinity,
    rcptDomainMax: limits.rcptDomainMax ?? Infinity,
    mailMax: limits.mailMax ?? Infinity,
  };
}

/**
 * The name of a host for Remote-MTA: the one under which it was looked up; of a host that is known by its address only,
 * the one with which it greets (RFC 5321 §4.2), else its address literal.
 */
export function remoteName(target: Target, greeting?: ReceivedReply): string {
  if (target.host !== undefined) return target.host;
  const said = greeting === undefined ? '' : nameIn(greeting);
  return said.length <= 255 && /^(?:[A-Za-z0-9_-]+\.)+[A-Za-z][A-Za-z0-9-]*$/.test(said)
    ? said
    : addressLiteral(target.address);
}

/** The name with which a host greets, as it said it. RFC 5321 §4.2 */
export function nameIn(greeting: ReceivedReply): string {
  return greeting.lines[0]?.split(' ', 1)[0] ?? '';
}

/** A reply of this host, for outcomes. */
export function remoteReply(
  hop: Pick<Hop, 'mta' | 'address' | 'tls'>,
  reply: ReceivedReply,
  stage: RemoteReply['stage'],
): RemoteReply {
  const { code, status, lines, raw } = reply;
  return {
    mta: hop.mta,
    address: hop.address,
    reply: { code, lines, ...(status === undefined ? {} : { status }) },
    rawLines: raw,
    stage,
    ...(hop.tls === undefined ? {} : { tls: hop.tls }),
  };
}

/** Address and port of a host, as events and reasons name them. */
export function shownAddress({ address, port }: Target): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** What we call ourselves: a name only if it is fully qualified, else the address literal (RFC 5321 §4.1.4). */
export function clientName(hostname: string, connection: Connection): string {
  return hostname.includes('.') || connection.localAddress === '' ? hostname : addressLiteral(connection.localAddress);
}
