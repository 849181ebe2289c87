import type { Config, ListenConfig } from './config.ts';
import { makeTransports, type StsPolicies } from './delivery/index.ts';
import type { Content, MailEvent } from './model.ts';
import type { Claim, EventSink } from './ports.ts';
import type { ControlParts } from './queue/control.ts';
import { expandRecipient } from './queue/expand.ts';
import type { Pauses } from './queue/pauses.ts';
import type { Queue } from './queue/queue.ts';
import { withReturnPaths } from './queue/returned.ts';
import { makeTelling, returnPathsOf } from './queue/telling/telling.ts';
import { makeWaitingWork, type WaitingWork } from './queue/waiting-work.ts';
import type { WorkParts } from './queue/work-parts.ts';
import { makeFailing, makeWorker } from './queue/work.ts';
import { makeLogins, type Logins } from './receiving/auth/login.ts';
import { namedDomains } from './receiving/mail-rules.ts';
import type { ReceivingParts } from './receiving/parts.ts';
import { withoutTag } from './routing/address.ts';
import { makeRouter, type Router } from './routing/router.ts';
import type { Adapters } from './server.ts';

/** What outlives a configuration. */
export interface Shared {
  readonly events: EventSink;
  readonly pauses: Pauses;
  readonly accept: Queue['accept'];
  readonly suppressed: NonNullable<ReceivingParts['suppressed']>;
  readonly expect: (atMs: number) => void;
  /** Whether the claim under a token is still ours. */
  readonly isHeld: (token: string) => boolean;
  readonly putOff: (token: string) => void;
  readonly clients: Queue['clients'];
  /** What is known of the MTA-STS policies of other domains; undefined if they are not looked at. RFC 8461 §5.1 */
  readonly policiesOf: (adapters: Adapters) => StsPolicies | undefined;
}

/** All that a configuration decides. When another one comes, what is in hand is still worked off by this one. */
export interface Generation {
  readonly config: Config;
  readonly router: Router;
  readonly work: (claim: Claim, content: Content | undefined) => Promise<void>;
  readonly fail: ControlParts['fail'];
  readonly waiting: WaitingWork;
  receivingOn(listener: ListenConfig): ReceivingParts;
  /** Events of any generation pass here. */
  observe(event: MailEvent): void;
  /** Resolves when what is in hand is settled and its connections are closed. */
  retire(): Promise<void>;
}

/**
 * Makes the rooms that a configuration decides.
 *
 * @throws {Error} where it can't be, such as for a language without texts
 */
export function makeGeneration(config: Config, adapters: Adapters, shared: Shared): Generation {
  const {
    clock,
    store: { cluster },
  } = adapters;
  const { hostname } = config;
  const { events } = shared;
  const paths = returnPathsOf(config, adapters.reportFiles?.returnPathKey, adapters.crypto);
  const router = withReturnPaths(makeRouter(config), paths);
  const policies = shared.policiesOf(adapters);
  const ports = {
    ...adapters,
    ...(cluster === undefined ? {} : { cluster }),
    ...(policies === undefined ? {} : { policies }),
  };
  const transports = makeTransports(ports, {
    hostname,
    maxConnections: config.delivery.maxPerDestination,
    ...(config.delivery.ratePerMinute === undefined ? {} : { ratePerMinute: config.delivery.ratePerMinute }),
    downMs: Math.min(DOWN_MS, Math.min(...config.retry.delaysMs) / 2),
    routes: config.routes,
    mailboxOf: (address) => withoutTag(address, config.recipientDelimiter),
  });
  const { store, ids, trouble } = adapters;
  const { expect, pauses, isHeld, putOff, clients } = shared;
  const expansion = { store, ids, router, now: () => clock.now(), postmaster: `postmaster@${hostname}` };
  const telling = makeTelling({
    ...{ hostname, report: config.report, store, clock, ids, events, router, paths, trouble },
    ...(adapters.reportFiles === undefined ? {} : { files: adapters.reportFiles }),
    ...{ expect, clients },
  });
  const working: WorkParts = {
    ...{ store, clock, events, router, retry: config.retry, expect, isHeld, putOff, trouble },
    ...telling,
    transportFor: (destination) => transports.transportFor(destination),
    expand: (claim, recipient, nextN, content) => expandRecipient(expansion, claim, recipient, nextN, content),
    jitter: adapters.random,
    isPaused: (destination) => pauses.has(destination),
    resumedAtMs: (destination) => pauses.resumedAtMs(destination),
  };
  const receiving = receivingParts(config, adapters, shared, router);
  const hands = countHands(makeWorker(working));
  return {
    config,
    router,
    work: hands.work,
    fail: makeFailing(working),
    waiting: makeWaitingWork(working),
    receivingOn: (listener) => ({ ...receiving, listener }),
    observe: (event) => telling.returned.observe(event),
    async retire() {
      await hands.empty();
      await transports.close();
    },
  };
}

function receivingParts(
  config: Config,
  adapters: Adapters,
  { events, accept, suppressed }: Shared,
  router: Router,
): Omit<ReceivingParts, 'listener'> {
  const { store, clock, ids, resolver, trouble } = adapters;
  return {
    hostname: config.hostname,
    limits: config.limits,
    named: namedDomains(config),
    notice: adapters.notice ?? (() => undefined),
    ...(config.tls === undefined ? {} : { identity: config.tls }),
    ...loginsOf(config, adapters),
    tellsHeader: config.history !== undefined,
    ...{ store, clock, ids, resolver, trouble, events, router, accept, suppressed },
  };
}

/** Work that tells when none of it is in hand any more. */
function countHands(work: Generation['work']): { readonly work: Generation['work']; empty(): Promise<void> } {
  let inHand = 0;
  let waiting: (() => void)[] = [];
  return {
    async work(claim, content) {
      inHand++;
      try {
        await work(claim, content);
      } finally {
        inHand--;
        if (inHand === 0) for (const resolve of waiting.splice(0)) resolve();
      }
    },
    async empty() {
      if (inHand > 0) await new Promise<void>((resolve) => void (waiting = [...waiting, resolve]));
    },
  };
}

/** For how long a destination that is down is left alone, if the retries are not closer to each other. */
const DOWN_MS = 60_000;

function loginsOf(config: Config, { users, crypto, clock, loginKey }: Adapters): { readonly logins?: Logins } {
  if (config.users === undefined) return {};
  if (users === undefined || crypto === undefined) throw new TypeError('[users] needs users and crypto');
  const { maxFailures } = config.users;
  return { logins: makeLogins({ users, crypto, clock, maxFailures, ...(loginKey && { key: loginKey }) }) };
}
