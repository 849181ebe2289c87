import { formatParameters, type EsmtpParameter, type MailParameters, type Path } from '@dsnkit/esmtp-parameters';
import type { MailEvent, Reply } from '@dsnkit/smtp';
import type { Config, LimitsConfig, ListenConfig } from '../config.ts';
import { canonicalAddress, canonicalDomain, hasLineEnd, splitAddress } from '../routing/address.ts';
import { isTrusted, type Client } from './client.ts';

/** What judging a MAIL command needs to know. */
export interface MailRules {
  readonly listener: Pick<ListenConfig, 'role'>;
  readonly limits: Pick<LimitsConfig, 'maxHoldMs' | 'leastDeliverByMs'>;
  /** Domains of this site by {@link namedDomains}: they need no dot. */
  readonly named: ReadonlySet<string>;
}

/** What becomes of a MAIL command. */
export type MailVerdict =
  | { readonly kind: 'refuse'; readonly reply: Reply }
  | {
      readonly kind: 'take';
      /** To be kept, as received but for a priority that the client may not give. */
      readonly parameters: string;
      /** What MT-PRIORITY comes to. */
      readonly priority?: number;
      /** No attempt before then. RFC 4865 §4.2 */
      readonly holdUntilMs?: number;
      /** Instead of the standard reply. */
      readonly reply?: Reply;
    };

/** Judges a MAIL command that the session has found to be right in itself. */
export function judgeMail(event: MailEvent, client: Client, rules: MailRules, nowMs: number): MailVerdict {
  const isSubmission = rules.listener.role === 'submission';
  const refusal =
    (isSubmission ? submitterRefusal(event.path, client, rules.named) : undefined) ?? userRefusal(event.path, client);
  if (refusal !== undefined) return { kind: 'refuse', reply: refusal };
  if (hasLineEnd(event.path.address)) return { kind: 'refuse', reply: UNPRINTABLE };
  const { parameters, typed } = event;
  if (parameters.length === 0) return PLAIN;
  const untimely = timeRefusal(typed, rules.limits, nowMs);
  if (untimely !== undefined) return { kind: 'refuse', reply: untimely };
  const holdUntilMs = holdUntil(typed, nowMs);
  const hold = holdUntilMs === undefined ? {} : { holdUntilMs };
  const { mtPriority: priority } = typed;
  if (priority === undefined) return { kind: 'take', parameters: formatParameters(parameters), ...hold };
  // RFC 6710 §4.1: none above the normal one for a client that nobody vouches for.
  if (priority <= 0 || isTrusted(client)) {
    return { kind: 'take', parameters: formatParameters(parameters), priority, ...hold };
  }
  const lowered = formatParameters(parameters.map(normalPriority));
  return { kind: 'take', parameters: lowered, priority: 0, reply: LOWERED, ...hold };
}

const PLAIN: MailVerdict = { kind: 'take', parameters: '' };

/** RFC 6710 §4.1: the text begins with the new priority. */
const LOWERED: Reply = {
  code: 250,
  status: '2.3.6',
  lines: ['0 is the priority of this message: log in for a higher one'],
};

const AUTH_FIRST: Reply = { code: 530, status: '5.7.0', lines: ['Authentication required'] };
const NOT_YOURS: Reply = { code: 550, status: '5.7.1', lines: ['You may not send from this address'] };
const UNPRINTABLE: Reply = { code: 553, status: '5.1.7', lines: ['Control character in the address'] };
const UNQUALIFIED: Reply = { code: 554, status: '5.1.8', lines: ['The domain of the sender is not fully qualified'] };

/** RFC 6409 §4.3, §4.2. The null reverse-path is nobody's, and no reason to refuse (RFC 6409 §3.2). */
function submitterRefusal(path: Path, client: Client, named: ReadonlySet<string>): Reply | undefined {
  if (!isTrusted(client)) return AUTH_FIRST;
  if (path.kind === 'null') return undefined;
  return isQualified(path.domain, named) ? undefined : UNQUALIFIED;
}

/** Who has logged in may send anywhere, with any listener, but from their own addresses only: RFC 6409 §6.1. */
function userRefusal(path: Path, { user }: Client): Reply | undefined {
  const senders = user?.senders;
  if (senders === undefined || path.kind === 'null') return undefined;
  const address = canonicalAddress(path.address);
  return senders.has(address) || senders.has(`@${splitAddress(address).domain}`) ? undefined : NOT_YOURS;
}

/** Whether a domain can be found from anywhere: it has a dot, is an address literal, or is one of this site. */
export function isQualified(domain: string, named: ReadonlySet<string>): boolean {
  return domain.includes('.') || domain.startsWith('[') || isNamed(domain, named);
}

/** Whether the configuration names the domain. */
export function isNamed(domain: string, named: ReadonlySet<string>): boolean {
  return named.has(canonicalDomain(domain));
}

/** The domains that the configuration names, this host included. */
export function namedDomains({ hostname, routes, aliases, lists }: Config): ReadonlySet<string> {
  const named = new Set([canonicalDomain(hostname)]);
  for (const { match } of routes) {
    if (match.kind === 'domain') named.add(match.domain);
    else if (match.kind === 'address') named.add(splitAddress(match.address).domain);
  }
  for (const { address } of [...aliases, ...lists]) named.add(canonicalDomain(splitAddress(address).domain));
  return named;
}

function timeRefusal(mail: MailParameters, limits: MailRules['limits'], nowMs: number): Reply | undefined {
  const { by } = mail;
  const leastSeconds = Math.ceil(limits.leastDeliverByMs / 1000);
  // RFC 2852 §3: 55z, and §4: 555 where this server can't.
  if (by?.mode === 'R' && by.seconds < leastSeconds) {
    return { code: 555, status: '5.5.4', lines: [`BY=…;R takes ${leastSeconds} seconds or more here`] };
  }
  const releaseMs = holdUntil(mail, nowMs);
  if (releaseMs === undefined) return undefined;
  if (releaseMs > nowMs + limits.maxHoldMs) return TOO_LONG_A_HOLD;
  return by !== undefined && releaseMs > nowMs + by.seconds * 1000 ? HELD_TOO_LATE : undefined;
}

/** RFC 4865 §4.2(7), §4.2(8) and §5.2.2. */
const TOO_LONG_A_HOLD: Reply = { code: 501, status: '5.5.4', lines: ['A message is not held for that long here'] };
const HELD_TOO_LATE: Reply = { code: 501, status: '5.5.4', lines: ['It would be held longer than BY allows'] };

function holdUntil({ holdFor, holdUntil: until }: MailParameters, nowMs: number): number | undefined {
  if (holdFor !== undefined) return nowMs + holdFor * 1000;
  return until?.getTime();
}

function normalPriority(parameter: EsmtpParameter): EsmtpParameter {
  return parameter.keyword.toUpperCase() === 'MT-PRIORITY' ? { keyword: parameter.keyword, value: '0' } : parameter;
}
