import type { Config, ListenConfig } from './config.ts';
import type { DanePorts } from './delivery/index.ts';
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
import type { ReportFiles } from './queue/report.ts';
import { openListener, type Listener } from './receiving/listener.ts';
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
  /** A resolver that validates (RFC 7672); absent: DANE is off. */
  readonly dane?: DanePorts;
  readonly events: EventSink;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Who may log in; needed if the configuration has `[users]`. */
  readonly users?: Users;
  readonly crypto?: Crypto;
  /** Told of logins and of refusals. */
  readonly notice?: (notice: Notice) => void;
  /** Told of what went wrong beside the mail itself. */
  readonly trouble: (error: unknown) => void;
  /** What the files hold that `[report]` names. */
  readonly reportFiles?: ReportFiles;
  /** Where the history lies; needed if the configuration has `[history]`. The caller's to close. */
  readonly history?: HistoryStore;
  /** Where the suppression list lies; needed if the configuration has `[suppression]`. The caller's to close. */
  readonly suppression?: SuppressionStore;
}

/** A server in service. */
export interface RunningServer {
  /** Where it listens; ports that were 0 are told. */
  readonly listening: readonly Listening[];
  readonly control: QueueControl;
  /** Live events. */
  readonly bus: EventBus;
  /** Absent: none is kept. */
  readonly history?: History;
  readonly webhooks: Webhooks;
  /** Absent: no list is kept. */
  readonly suppression?: SuppressionList;
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
  /** The reply to a recipient whose address is on the suppression list, of which it tells. Absent: there is no list. */
  readonly suppressed?: Shared['suppressed'];
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
  const { store, clock, ids, trouble } = adapters;
  const pauses = makePauses(await store.paused());
  const events: EventSink = {
    emit(event) {
      current.observe(event);
      operating.sink.emit(event);
      adapters.events.emit(event);
    },
  };
  const operating = await makeOperating(config, { ...adapters, events });
  const accept: Intake['accept'] = (...accepted) => queue.accept(...accepted);
  const { suppression, history } = operating;
  const tellsHeader = history !== undefined;
  const shared: Shared = {
    events,
    pauses,
    accept,
    tellsHeader,
    expect: (atMs) => queue.expect(atMs),
    isHeld: (token) => queue.isHeld(token),
    ...refusing(operating),
  };
  let current = makeGeneration(config, adapters, shared);
  const queue = makeQueue(
    { store, clock, ids, work: (claim, content) => current.work(claim, content), trouble, paused: pauses.keys },
    {
      get inFlight() {
        return current.config.delivery.maxAttempts;
      },
      get perDestination() {
        return current.config.delivery.maxPerDestination * PIPELINED;
      },
      leaseMs: config.delivery.leaseMs ?? (store.cluster === undefined ? LEASE_ALONE_MS : LEASE_SHARED_MS),
    },
  );
  const fail: Generation['fail'] = (...failing) => current.fail(...failing);
  const control = makeQueueControl({ store, clock, ids, events, queue, pauses, fail });
  let listeners = await openListeners(adapters.network, current, new Map());
  queue.start();
  store.cluster?.watch(() => {
    // Other nodes pause and resume, too.
    store.paused().then((stored) => pauses.replace(stored, clock.now()), trouble);
    queue.expect(clock.now());
    operating.refresh();
  });
  return {
    intake: { config: () => current.config, router: routerOf(() => current), accept, events, ...refusing(operating) },
    get listening() {
      return [...listeners.values()].map(({ host, port, role }) => ({ host, port, role }));
    },
    control,
    bus: operating.bus,
    webhooks: operating.webhooks,
    ...(history === undefined ? {} : { history }),
    ...(suppression === undefined ? {} : { suppression }),
    async reload(next, nextAdapters) {
      const made = makeGeneration(next, nextAdapters, shared);
      const before = listeners;
      listeners = await openListeners(nextAdapters.network, made, before);
      const retired = current;
      current = made;
      for (const [key, listener] of before) if (!listeners.has(key)) void listener.close().catch(trouble);
      void retired.retire().catch(trouble);
    },
    async stop() {
      await Promise.all([...listeners.values()].map((listener) => listener.close()));
      // A next hop that says nothing must not keep the server up: what is not settled by then is tried again next time.
      await Promise.race([
        queue.stop().then(() => current.retire()),
        new Promise<void>((resolve) => clock.after(STOP_GRACE_MS, resolve)),
      ]);
      await operating.stop();
    },
  };
}

/**
 * The listeners of a generation: those that are open already go on under the new rules, connections and all. When one
 * can't be opened, none is changed.
 */
async function openListeners(
  network: Network,
  generation: Generation,
  open: ReadonlyMap<string, Listener>,
): Promise<ReadonlyMap<string, Listener>> {
  const listeners = new Map<string, Listener>();
  const fresh: Listener[] = [];
  const kept: (() => void)[] = [];
  try {
    for (const config of generation.config.listen) {
      const parts = generation.receivingOn(config);
      let key = `${config.host} ${config.port}`;
      while (listeners.has(key)) key += ' again';
      const known = open.get(key);
      const listener = known ?? (await openListener(network, parts));
      if (known === undefined) fresh.push(listener);
      else kept.push(() => known.update(parts));
      listeners.set(key, listener);
    }
  } catch (error) {
    await Promise.all(fresh.map((listener) => listener.close()));
    throw error;
  }
  for (const update of kept) update();
  return listeners;
}

function refusing({ refuse }: Operating): Pick<Shared, 'suppressed'> {
  return refuse === undefined ? {} : { suppressed: refuse };
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
