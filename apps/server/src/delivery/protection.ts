import type { ReceivedReply } from '@dsnkit/smtp';
import { TlsError, type TlsPeer, type TlsState } from '../ports.ts';
import type { Trouble } from './outcomes.ts';

/**
 * How much TLS there has to be.
 *
 * - `off`: none.
 * - `opportunistic`: if the host offers it, with any certificate; else, or if no handshake comes about, in the clear.
 * - `required`: with any certificate: nobody can listen in who does not also take part.
 * - `verified`: with a certificate that leads to a trusted root and names the host, or is the one of its TLSA records.
 */
export type TlsLevel = 'off' | 'opportunistic' | 'required' | 'verified';

/** What the channel to a host has to be before mail, or a password, goes over it. */
export interface Protection {
  readonly level: TlsLevel;
  /** TLS begins with the first octet (RFC 8314 §3.3). */
  readonly implicit?: boolean;
  /** The name of the host comes from a source that nobody could have forged: our configuration, MTA-STS, or DNSSEC. */
  readonly named: boolean;
  /** Who demands it, for people: `the MTA-STS policy of ivory.edu`. Absent: our configuration. */
  readonly by?: string;
  /** How the host is known instead of by a trusted root; absent: by that. */
  readonly dane?: DaneCheck;
}

/** What the TLSA records of a host demand of it. RFC 7672 §2.2 */
export interface DaneCheck {
  /** The name under which the records stand, which is said to the host (SNI). RFC 7672 §8.1 */
  readonly base: string;
  /** Under DANE-TA the certificate has to be for one of them. RFC 7672 §3.2.2 */
  readonly names: readonly string[];
  /** Why what the host showed is not what the records say; undefined if it is. */
  problem(peer: TlsPeer): string | undefined;
}

/** Who we are for a host that wants to know. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** What is known while a connection is made ready. */
export interface Opening {
  readonly mta: string;
  readonly extensions: ReadonlyMap<string, string>;
  readonly protection: Protection;
  readonly credentials: Credentials | undefined;
  /** TLS is up. */
  readonly secured: boolean;
  /** STARTTLS was refused. */
  readonly refused: boolean;
  readonly authenticated: boolean;
}

/**
 * What is to be done next before mail can go, by the last EHLO: begin TLS, log in, nothing more; or why this host is of
 * no use. A policy that is not met is worth another attempt: hosts and policies get repaired (RFC 8461 §5).
 *
 * @example nextStep(opening) // 'starttls'
 */
export function nextStep(opening: Opening): 'starttls' | 'ready' | Credentials | Trouble {
  const { mta, extensions, protection, credentials, secured, refused, authenticated } = opening;
  const { level, by = 'the configuration of this server' } = protection;
  if (!secured && level !== 'off' && extensions.has('STARTTLS') && !refused) return 'starttls';
  if (!secured && (level === 'required' || level === 'verified')) {
    return { status: '4.7.4', reason: `${mta} ${refused ? 'refused' : 'does not offer'} TLS, which ${by} demands` };
  }
  if (credentials === undefined || authenticated) return 'ready';
  // RFC 4954 §9: a password in the clear is everyone's.
  if (!secured) return { status: '4.7.11', reason: `${mta} offers no TLS, without which this server does not log in` };
  const mechanisms = extensions.get('AUTH')?.toUpperCase().split(' ') ?? [];
  return mechanisms.includes('PLAIN') ? credentials : { status: '4.7.0', reason: `${mta} does not offer AUTH PLAIN` };
}

/** Why the certificate that a host showed is not good enough. */
export function distrust(protection: Protection, state: Pick<TlsState, 'peer'>, name: string): Trouble | undefined {
  const { level, by } = protection;
  const problem = identityProblem(protection, state);
  if (problem === undefined || level !== 'verified') return undefined;
  const because = by === undefined ? '' : `, which ${by} demands`;
  return { status: '4.7.5', reason: oneLine(`${name} did not prove who it is${because}: ${problem}`) };
}

/** Whether the host proved who it is, and nobody could have forged the name by which we know it (RFC 8689 §4.2.1). */
export function isProven(protection: Protection, state: TlsState | undefined): boolean {
  return protection.named && state !== undefined && identityProblem(protection, state) === undefined;
}

function identityProblem({ dane }: Protection, { peer }: Pick<TlsState, 'peer'>): string | undefined {
  if (peer === undefined) return 'it showed no certificate';
  if (dane !== undefined) return dane.problem(peer);
  return peer.verified ? undefined : (peer.problem ?? 'its certificate is not good');
}

/** No handshake came about. */
export function noHandshake(error: unknown, name: string): Trouble {
  const problem = error instanceof TlsError ? error.message : 'the handshake failed';
  return { status: '4.7.5', reason: oneLine(`no TLS with ${name} came about: ${problem}`) };
}

/** What AUTH PLAIN says: no authorization identity, then user and password. RFC 4616 §2 */
export function plainResponse({ user, password }: Credentials): Uint8Array {
  return new TextEncoder().encode(`\0${user}\0${password}`);
}

/**
 * A reply without what we said of ourselves: hosts repeat commands that they don't know, and who is told of the reply must not
 * learn the password of this server.
 */
export function withoutSecrets(reply: ReceivedReply, credentials: Credentials | undefined): ReceivedReply {
  if (credentials === undefined) return reply;
  const password = new TextEncoder().encode(credentials.password);
  const secrets = [base64(plainResponse(credentials)), base64(password), credentials.password].filter(
    ({ length }) => length >= LEAST_SECRET,
  );
  const hide = (line: string): string => secrets.reduce((text, secret) => text.replaceAll(secret, '***'), line);
  return { ...reply, lines: reply.lines.map(hide), raw: reply.raw.map(hide) };
}

/** Shorter ones are part of many words. */
const LEAST_SECRET = 4;

function base64(octets: Uint8Array): string {
  return btoa(String.fromCharCode(...octets));
}

/** What others say is for people only: one line, not too long. */
function oneLine(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 300);
}
