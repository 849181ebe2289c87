import type { Config, ListenConfig } from './config.ts';
import { StsPolicies, type DanePorts } from './delivery/index.ts';
import { makeGeneration, type Generation, type Shared } from './generation.ts';
import type {
  Clock,
  Crypto,
  EventBus,
  EventSink,
  History,
  HistoryStore,
  HttpClient,
  HttpGetter,
  IdSource,
  Mailboxes,
  Network,
  Notice,
  PolicyStore,
  Programs,
  QueueControl,
  QueueStore,
  Resolver,
  SuppressionList,
  SuppressionStore,
  Users,
  Webhooks,
} from './ports.ts';
import { makeOperating, type Operating } from './operating.ts';
import { makeQueueControl } from './queue/control.ts';
import { makePauses } from './queue/pauses.ts';
import { makeQueue, type Queue } from './queue/queue.ts';
import type { ReportFiles } from './queue/telling/report.ts';
import { startWaitingRounds } from './queue/waiting-rounds.ts';
import { openListeners } from './receiving/listeners.ts';
import type { Router } from './routing/router.ts';

/** The outside world, as the server sees it. */
export interface Adapters {
  readonly store: QueueStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly network: Network;
  readonly resolver: Resolver;
  readonly mailboxes: Mailboxes;
  readonly http: HttpClient;
  readonly programs: Programs;
  /** Where MTA-STS policies are fetched (RFC 8461); absent: they are not looked at. */
  readonly web?: HttpGetter;
  /** Keeps those policies over a restart; absent: they go with the process. */
  readonly policyStore?: PolicyStore;
  /** A resolver that validates (RFC 7672); absent: DANE is off. */
  readonly dane?: DanePorts;
  readonly events: EventSink;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Who may log in; needed if the configuration has `[users]`. */
  readonly users?: Users;
  /** Stays over restarts, for what logins say of users who do not exist. */
  readonly loginKey?: Uint8Array;
  readonly crypto?: Crypto;
  /** Told of logins and of refusals. */
  readonly notice?: (notice: Notice) => void;
  /** Told of what went wrong beside the mail itself. */
  readonly trouble: (error: unknown) => void;
  /** What the files hold that `[report]` names. */
  readonly reportFiles?: ReportFiles;
  /** Opens the history, which is closed again when it is not wanted any more; needed if a configuration has `[history]`. */
  readonly openHistory?: () => Promise<HistoryStore>;
  /** Opens the suppression list, which is closed as the history is; needed if a configuration has `[suppression]`. */
  readonly openSuppression?: () => Promise<SuppressionStore>;
}

/** A server in service. */
export interface RunningServer {
  /** Where it listens; ports that were 0 are told. */
  readonly listening: readonly Listening[];
  readonly control: QueueControl;
  /** Live events. */
  readonly bus: EventBus;
  /** Undefined: none is kept now. */
  readonly history: History | undefined;
  readonly webhooks: Webhooks;
  /** Undefined: no list is kept now. */
  readonly suppression: SuppressionList | undefined;
  /** The way in for mail that comes by no session. */
  readonly intake: Intake;
  /**
   * Goes on by another configuration: connections and what is in flight are not disturbed. The store must be the same.
   * Rejects where it can't, and then goes on as before.
   */
  reload(config: Config, adapters: Adapters): Promise<void>;
  /** Finishes what is in flight, then stops: nothing is lost, what is not delivered waits in the store. */
  stop(): Promise<void>;
}

/** Where mail goes that is handed over without SMTP. */
export interface Intake {
  /** In force now. */
  readonly config: () => Config;
  readonly router: Router;
  /** Resolves when a power cut can't lose the message; `stored` is called just before anything else happens to it. */
  readonly accept: Queue['accept'];
  /** The reply to a recipient whose address is on the suppression list, of which it tells. */
  readonly suppressed: Shared['suppressed'];
  /** Takes the event that tells of it. */
  readonly events: EventSink;
}

/** One socket that takes mail. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  readonly role: ListenConfig['role'];
}

/**
 * Puts the rooms together over the ports, starts to deliver what waits and to listen. The store stays the caller's to
 * close.
 */
export async function startServer(config: Config, adapters: Adapters): Promise<RunningServer> {
  const told: EventSink = {
    emit(event) {
      operating.sink.emit(event);
      adapters.events.emit(event);
    },
  };
  const operating = await makeOperating(config, { ...adapters, events: told });
  try {
    return await serve(config, adapters, { operating, told });
  } catch (error) {
    await operating.stop();
    throw error;
  }
}

async function serve(
  config: Config,
  adapters: Adapters,
  { operating, told }: { readonly operating: Operating; readonly told: EventSink },
): Promise<RunningServer> {
  const { store, clock, ids, trouble } = adapters;
  const policies = keepPolicies();
  const pauses = makePauses(await store.paused());
  const events: EventSink = {
    emit(event) {
      current.observe(event);
      told.emit(event);
    },
  };
  const accept: Intake['accept'] = (...accepted) => queue.accept(...accepted);
  const shared: Shared = {
    events,
    pauses,
    accept,
    suppressed: operating.refuse,
    expect: (atMs) => queue.expect(atMs),
    isHeld: (token) => queue.isHeld(token),
    putOff: (token) => queue.putOff(token),
    clients: () => queue.clients(),
    policiesOf: (from) => policies.of(from),
  };
  let current = makeGeneration(config, adapters, shared);
  const leaseOf = ({ config: { delivery } }: Generation): number =>
    delivery.leaseMs ?? (store.cluster === undefined ? LEASE_ALONE_MS : LEASE_SHARED_MS);
  const queue = makeQueue(
    {
      ...{ store, clock, ids, trouble, paused: pauses.keys },
      work: (claim, content) => current.work(claim, content),
      afterReplies: (run) => adapters.network.afterWrites(run),
    },
    {
      get inFlight() {
        return current.config.delivery.maxAttempts;
      },
      get perDestination() {
        const { maxPerDestination, ratePerMinute = Infinity } = current.config.delivery;
        return Math.min(maxPerDestination * PIPELINED, ratePerMinute * RATED_MINUTES);
      },
      get leaseMs() {
        return leaseOf(current);
      },
    },
  );
  const fail: Generation['fail'] = (...failing) => current.fail(...failing);
  const control = makeQueueControl({ store, clock, ids, events, queue, pauses, fail });
  const opened = await openListeners(adapters, current, new Map());
  let { listeners } = opened;
  queue.start();
  const endRounds = startWaitingRounds({
    ...{ store, clock, ids, pauses, queue, trouble },
    work: {
      isDue: (...each) => current.waiting.isDue(...each),
      run: (...claimed) => current.waiting.run(...claimed),
    },
  });
  store.cluster?.watch(() => {
    // Other nodes pause and resume, too.
    store.paused().then((stored) => pauses.replace(stored, clock.now()), trouble);
    queue.expect(clock.now());
    operating.refresh();
  });
  return {
    intake: {
      ...{ config: () => current.config, router: routerOf(() => current) },
      ...{ accept, events, suppressed: operating.refuse },
    },
    get listening() {
      return [...listeners.values()].map(({ host, port, role }) => ({ host, port, role }));
    },
    control,
    bus: operating.bus,
    webhooks: operating.webhooks,
    get history() {
      return operating.history;
    },
    get suppression() {
      return operating.suppression;
    },
    async reload(next, nextAdapters) {
      const made = makeGeneration(next, nextAdapters, shared);
      const before = listeners;
      const opening = await openListeners(nextAdapters, made, before);
      try {
        await operating.reload(next);
      } catch (error) {
        await opening.cancel();
        throw error;
      }
      const retired = current;
      opening.apply();
      ({ listeners } = opening);
      current = made;
      if (leaseOf(made) !== leaseOf(retired)) queue.renewAnew();
      for (const [key, listener] of before) if (!listeners.has(key)) void listener.close().catch(trouble);
      void retired.retire().catch(trouble);
    },
    async stop() {
      await Promise.all([...listeners.values()].map((listener) => listener.close()));
      // A next hop that says nothing must not keep the server up: what is not settled by then is tried again next time.
      await new Promise<void>((resolve, reject) => {
        const grace = clock.after(STOP_GRACE_MS, resolve);
        Promise.all([queue.stop(), endRounds()])
          .then(() => current.retire())
          // A process that ends by itself would wait for it.
          .finally(() => grace.cancel())
          .then(resolve, reject);
      });
      await policies.stop();
      await operating.stop();
    },
  };
}

/** Policies stay in force until their time is over, whatever configuration comes meanwhile. RFC 8461 §5.1 */
function keepPolicies(): { readonly of: Shared['policiesOf']; readonly stop: () => Promise<void> } {
  let kept: StsPolicies | undefined;
  return {
    of({ web, clock, resolver, policyStore: store, trouble }) {
      if (web === undefined) return undefined;
      return (kept ??= new StsPolicies({ clock, resolver, web, ...(store && { kept: { store, trouble } }) }));
    },
    stop: async () => kept?.stop(),
  };
}

/** A router that always is the one of now. */
function routerOf(generation: () => Generation): Router {
  return {
    resolve: (address) => generation().router.resolve(address),
    resolveMailbox: (address) => generation().router.resolveMailbox(address),
    targets: (alias) => generation().router.targets(alias),
  };
}

/** How long attempts under way may take to come to an end when the server stops. */
const STOP_GRACE_MS = 10_000;

/** How long a claim holds; claims in hand are renewed long before. */
const LEASE_ALONE_MS = 600_000;
const LEASE_SHARED_MS = 60_000;

/** Messages in hand for each connection to a destination: enough to keep it busy. */
const PIPELINED = 10;

/** What a rate lets go in this time is enough, too: the rest waits in the store, where operators reach it and what is urgent goes first. */
const RATED_MINUTES = 5;
