import type { Reply } from '@dsnkit/smtp';
import type { AcceptFrom, AliasConfig, Config, ListConfig, RouteConfig } from '../config/model.ts';
import { canonicalAddress, canonicalDomain, canonicalLocalPart, splitAddress, withoutTag } from './address.ts';
import { aliasAt, catchAllAddress, isWholeDomain, makeAliasTable, type Target } from './alias-table.ts';
import { destinationKey, type NextHopTemplate } from './next-hop.ts';
import { makeRouteTable } from './route-table.ts';

/** What an address means here. */
export type Resolution =
  | { readonly kind: 'alias'; readonly alias: AliasConfig; readonly destination: typeof expandDestination }
  | { readonly kind: 'list'; readonly list: ListConfig; readonly destination: typeof expandDestination }
  | MailboxResolution;

/** Where an address leads that stands for no other. */
export type MailboxResolution =
  | {
      readonly kind: 'hop';
      readonly nextHop: NextHopTemplate;
      readonly destination: string;
      /** Who may send there; aliases and lists are open to everyone. */
      readonly acceptFrom: AcceptFrom;
      /** Messages go on under return paths of our own. */
      readonly verp?: boolean;
    }
  /** Nobody may send there: the reply for RCPT, or the reason of a failure later on. */
  | { readonly kind: 'refuse'; readonly reply: Refusal };

/** A permanent refusal. */
export interface Refusal extends Reply {
  readonly status: `5.${number}.${number}`;
}

/**
 * The destination key of recipients that are no mailbox but stand for others, or whose way has to be looked up once
 * more: they are not attempted but expanded (see `expand`).
 */
export const expandDestination = 'expand:';

/** What of the configuration tells where addresses lead. */
export type RouterConfig = Pick<
  Config,
  'hostname' | 'store' | 'routes' | 'aliases' | 'lists' | 'report' | 'recipientDelimiter'
>;

/** Says where addresses lead. Pure over the configuration: no DNS, no disk. */
export interface Router {
  /**
   * Resolves a forward-path without angle brackets and source route; `Postmaster` without a domain is ours.
   * The percent hack and bang paths are not interpreted: `a%b@c` is a mailbox at c.
   */
  resolve(address: string): Resolution;
  /** Resolves past aliases and lists: to the mailbox of that very address. */
  resolveMailbox(address: string): MailboxResolution;
  /** The addresses to which an alias leads in the end, each once. */
  targets(alias: AliasConfig): readonly Target[];
}

/**
 * Makes the router of a configuration.
 *
 * Aliases and lists come first (also for an address with a tag, if a `recipient-delimiter` is set), then postmaster and MAILER-DAEMON of this host, then the routes, in their order.
 *
 * @example
 * ```ts
 * makeRouter(localModeConfig('/tmp')).resolve('550@simulator.test')
 * // { kind: 'hop', nextHop: { kind: 'simulator' }, destination: 'simulator:', acceptFrom: 'anyone' }
 * ```
 */
export function makeRouter(config: RouterConfig): Router {
  const { hostname } = config;
  const routes = makeRouteTable(config.routes);
  const home = canonicalDomain(hostname);
  const table = makeAliasTable([...postmasterAliases(config), ...config.aliases], config.lists, {
    isTaken: (address) => resolveMailbox(address).kind === 'hop',
    untagged: (address) => withoutTag(address, config.recipientDelimiter),
  });

  const known = new Map<string, Resolution>();

  function resolve(received: string): Resolution {
    let resolution = known.get(received);
    if (resolution !== undefined) return resolution;
    resolution = resolveAnew(received);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(received, resolution);
    return resolution;
  }

  function resolveAnew(received: string): Resolution {
    const address = received.includes('@') ? received : `${received}@${hostname}`;
    const named = namedBy(address) ?? namedBy(withoutTag(address, config.recipientDelimiter));
    if (named !== undefined) return named;
    const mailbox = resolveMailbox(address);
    if (mailbox.kind === 'hop') return mailbox;
    const caught = aliasOf(catchAllAddress(splitAddress(address).domain));
    return caught?.kind === 'alias' ? caughtBy(caught.alias, address) : (caught ?? mailbox);
  }

  /** A domain that stands for another refuses whom that one refuses, so that no bounce is owed. */
  function caughtBy(catchAll: AliasConfig, address: string): Resolution {
    const alias = aliasAt(catchAll, address);
    const there = alias.to.filter((_, at) => isWholeDomain(catchAll.to[at] ?? '')).map((target) => resolve(target));
    const refused = there.find(({ kind }) => kind === 'refuse');
    return refused ?? { kind: 'alias', alias, destination: expandDestination };
  }

  /** RFC 5321 §4.1.2: `*` is a local-part like any other, in mail. */
  function namedBy(address: string): Resolution | undefined {
    return isWholeDomain(canonicalAddress(address)) ? undefined : aliasOf(address);
  }

  function aliasOf(address: string): Resolution | undefined {
    if (table.loops(address)) return refuse('5.4.6', 'The address is forwarded in a circle here');
    const entry = table.find(address);
    return entry === undefined ? undefined : { ...entry, destination: expandDestination };
  }

  function resolveMailbox(address: string): MailboxResolution {
    const localPart = canonicalLocalPart(splitAddress(address).localPart);
    const route = routes.find(address);
    if (postmasterNames.includes(localPart) && canonicalDomain(splitAddress(address).domain) === home) {
      return forPostmaster(route, address, localPart);
    }
    if (route === undefined) return refuse('5.1.2', 'No route leads to this domain');
    const base = canonicalLocalPart(splitAddress(withoutTag(address, config.recipientDelimiter)).localPart);
    if (exists(route, localPart) || exists(route, base)) return hop(route.to, address, route.acceptFrom, route.verp);
    return localPart === 'postmaster' ? keepForPostmaster() : refuse('5.1.1', 'There is no such mailbox here');
  }

  /** RFC 5321 §4.5.1: mail to the postmaster is taken from everyone, whatever the routes say. */
  function forPostmaster(route: RouteConfig | undefined, address: string, localPart: string): MailboxResolution {
    const isMeant = route !== undefined && (route.match.kind !== 'all' || route.acceptFrom === 'anyone');
    return isMeant && exists(route, localPart) ? hop(route.to, address, 'anyone') : keepForPostmaster();
  }

  /** Beside the queue lies a mailbox for what the operator has not given a place. */
  function keepForPostmaster(): MailboxResolution {
    return hop({ kind: 'maildir', directory: `${config.store.directory}/postmaster` }, '', 'anyone');
  }

  return { resolve, resolveMailbox, targets: (alias) => table.targets(alias) };
}

/** Addresses of which it is known where they lead: each is asked about at RCPT and again at each attempt. */
const MOST_KNOWN = 2_000;

/** Reports come from MAILER-DAEMON; whoever answers to it means the postmaster. */
const postmasterNames = ['postmaster', 'mailer-daemon'];

/** `[report] postmaster` as aliases, which those of the operator come before. */
function postmasterAliases({ hostname, report }: RouterConfig): readonly AliasConfig[] {
  const to = report.postmaster;
  if (to === undefined) return [];
  const addresses = postmasterNames.map((name) => `${name}@${hostname}`);
  return addresses
    .filter((address) => canonicalAddress(address) !== canonicalAddress(to))
    .map((address) => ({ address, to: [to], confidential: false }));
}

function exists({ recipients }: RouteConfig, localPart: string): boolean {
  return recipients?.has(localPart) ?? true;
}

function hop(nextHop: NextHopTemplate, address: string, acceptFrom: AcceptFrom, verp = false): MailboxResolution {
  const known = { kind: 'hop', nextHop, destination: destinationKey(nextHop, address), acceptFrom } as const;
  return verp ? { ...known, verp } : known;
}

function refuse(status: Refusal['status'], line: string): MailboxResolution {
  return { kind: 'refuse', reply: { code: 550, status, lines: [line] } };
}
