import type { Limits, ServerExtensions } from '@dsnkit/smtp';
import { inNetworks, type LimitsConfig, type ListenConfig } from '../config.ts';
import { isTrusted, type Client } from './client.ts';

/** Seconds of the longest hold that FUTURERELEASE can announce: nine digits. RFC 4865 §3 */
const MAX_SECONDS = 999_999_999;

/**
 * What a client is offered. Made for each EHLO, since what is known of the client changes: TLS, login, XCLIENT.
 *
 * - DSN is for whom the listener says; DELIVERBY goes with it, since BY has relays report without being asked to
 *   (RFC 2852 §4.1.4).
 * - FUTURERELEASE is for submission only (RFC 4865 §4.2).
 * - Whatever needs TLS is told by the session once TLS is there.
 */
export function offerTo(client: Client, listener: ListenConfig, limits: LimitsConfig, nowMs: number): ServerExtensions {
  const dsn = offersDsn(client, listener);
  // How far a hold may reach is told as a time of day.
  if (holdsFor(listener, limits)) return makeOffer(client, dsn, listener, limits, nowMs);
  const made = MADE.get(listener) ?? new Map<string, Made>();
  MADE.set(listener, made);
  const key = `${dsn} ${client.proxy} ${client.local}`;
  let known = made.get(key);
  if (known?.limits !== limits) {
    known = { limits, offer: makeOffer(client, dsn, listener, limits, nowMs) };
    made.set(key, known);
  }
  return known.offer;
}

/** Offers made so far, by all that they depend on. */
const MADE = new WeakMap<ListenConfig, Map<string, Made>>();

interface Made {
  readonly limits: LimitsConfig;
  readonly offer: ServerExtensions;
}

function holdsFor({ role, without }: ListenConfig, { maxHoldMs }: LimitsConfig): boolean {
  return role === 'submission' && maxHoldMs > 0 && !without.has('FUTURERELEASE');
}

function makeOffer(
  client: Client,
  dsn: boolean,
  listener: ListenConfig,
  limits: LimitsConfig,
  nowMs: number,
): ServerExtensions {
  const { without } = listener;
  const offers = (keyword: string): boolean => !without.has(keyword);
  return {
    ...offerOfAuth(listener),
    pipelining: offers('PIPELINING'),
    enhancedStatusCodes: offers('ENHANCEDSTATUSCODES'),
    eightBitMime: offers('8BITMIME'),
    smtputf8: offers('SMTPUTF8') && offers('8BITMIME'),
    size: limits.messageSizeOctets,
    chunking: offers('CHUNKING'),
    binaryMime: offers('BINARYMIME'),
    startTls: listener.tls === 'starttls',
    tlsFirst: listener.tlsRequired && !client.local,
    requireTls: offers('REQUIRETLS'),
    dsn,
    ...(dsn && offers('DELIVERBY') ? { deliverBy: Math.ceil(limits.leastDeliverByMs / 1000) } : {}),
    ...(offers('MT-PRIORITY') ? { mtPriority: '' } : {}),
    ...(holdsFor(listener, limits) ? { futureRelease: futureRelease(limits.maxHoldMs, nowMs) } : {}),
    ...(offers('LIMITS') ? { limits: limitsOf(listener, limits) } : {}),
    ...(client.proxy ? { xclient: XCLIENT } : {}),
  };
}

/** What a proxy may say of its client. */
const XCLIENT = ['NAME', 'ADDR', 'PORT', 'PROTO', 'HELO', 'LOGIN', 'DESTADDR', 'DESTPORT'];

/** SUCCESS from strangers is backscatter, and tells them of forwarding: on a relay DSN is for clients that are trusted. */
function offersDsn(client: Client, { dsn, role }: ListenConfig): boolean {
  if (dsn === 'nobody') return false;
  if (dsn === 'everyone') return true;
  if (dsn === 'trusted') return role !== 'relay' || isTrusted(client);
  if (inNetworks(dsn.networks, client.address)) return true;
  if (client.user === undefined) return false;
  return dsn.users === 'all' || dsn.users.has(client.user.name);
}

/** In the clear a password would be read by everyone on the way; SCRAM does not show it. */
function offerOfAuth({ auth, authInClear }: ListenConfig): ServerExtensions {
  if (auth.length === 0) return {};
  const shown = auth.filter((mechanism) => authInClear || mechanism === 'SCRAM-SHA-256');
  return { auth: shown, authInTls: auth.filter((mechanism) => !shown.includes(mechanism)) };
}

function futureRelease(maxHoldMs: number, nowMs: number): { maxInterval: number; maxDateTime: string } {
  const maxInterval = Math.min(MAX_SECONDS, Math.floor(maxHoldMs / 1000));
  const until = new Date(nowMs + maxInterval * 1000);
  return { maxInterval, maxDateTime: `${until.toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z` };
}

/** RFC 9422 §4: values have at most six digits; a larger one is as good as none. */
function limitsOf({ maxMessages }: ListenConfig, { maxRecipients }: LimitsConfig): Limits {
  const rcptMax = maxRecipients > 999_999 ? undefined : maxRecipients;
  return {
    ...(maxMessages === undefined ? {} : { mailMax: maxMessages }),
    ...(rcptMax === undefined ? {} : { rcptMax }),
  };
}
