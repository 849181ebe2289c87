import type { Config, ListenConfig } from './config.ts';
import { makeTransports, type DanePorts } from './delivery/index.ts';
import type {
  Clock,
  Crypto,
  EventBus,
  EventSink,
  History,
  HistoryWriter,
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
  Users,
} from './ports.ts';
import { makeOperating } from './operating.ts';
import { expandRecipient } from './queue/expand.ts';
import { makeQueueControl } from './queue/control.ts';
import { makePauses } from './queue/pauses.ts';
import { makeQueue, type Queue } from './queue/queue.ts';
import type { ReportFiles } from './queue/report.ts';
import { withReturnPaths } from './queue/returned.ts';
import { makeTelling, returnPathsOf } from './queue/telling.ts';
import { makeFailing, makeWorker, type WorkParts } from './queue/work.ts';
import { makeLogins, type Logins } from './receiving/auth/login.ts';
import { namedDomains } from './receiving/mail-rules.ts';
import { openListener, type Listener } from './receiving/listener.ts';
import { withoutTag } from './routing/address.ts';
import { makeRouter, type Router } from './routing/router.ts';

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
  readonly history?: History & HistoryWriter;
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
  /** The way in for mail that comes by no session. */
  readonly intake: Intake;
  /** Finishes what is in flight, then stops: nothing is lost, what is not delivered waits in the store. */
  stop(): Promise<void>;
}

/** Where mail goes that is handed over without SMTP. */
export interface Intake {
  readonly router: Router;
  /** Resolves when a power cut can't lose the message; `stored` is called just before anything else happens to it. */
  readonly accept: Queue['accept'];
  /** Takes the event that tells of it. */
  readonly events: EventSink;
}

/** One socket that takes mail. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  readonly role: ListenConfig['role'];
}

/** How long a claim holds; claims in hand are renewed long before. */
const LEASE_MS = 600_000;

/**
 * Puts the rooms together over the ports, starts to deliver what waits and to listen. The store stays the caller's to
 * close.
 */
export async function startServer(config: Config, adapters: Adapters): Promise<RunningServer> {
  const { store, clock, ids, trouble } = adapters;
  const { hostname } = config;
  const paths = returnPathsOf(config, adapters.reportFiles?.returnPathKey, adapters.crypto);
  const router = withReturnPaths(makeRouter(config), paths);
  const transports = makeTransports(adapters, {
    hostname,
    maxConnections: config.delivery.maxPerDestination,
    ...(config.delivery.ratePerMinute === undefined ? {} : { ratePerMinute: config.delivery.ratePerMinute }),
    downMs: Math.min(DOWN_MS, Math.min(...config.retry.delaysMs) / 2),
    routes: config.routes,
    mailboxOf: (address) => withoutTag(address, config.recipientDelimiter),
  });
  const postmaster = `postmaster@${hostname}`;
  const expansion = { store, ids, router, now: () => clock.now(), postmaster };
  const telling = makeTelling({
    ...{ hostname, report: config.report, store, clock, ids, events: adapters.events, router, paths, trouble },
    ...(adapters.reportFiles === undefined ? {} : { files: adapters.reportFiles }),
    expect: (atMs) => queue.expect(atMs),
  });
  const operating = await makeOperating(config, adapters);
  const events: EventSink = {
    emit(event) {
      telling.returned.observe(event);
      operating.sink.emit(event);
      adapters.events.emit(event);
    },
  };
  const pauses = makePauses(await store.paused());
  const working: WorkParts = {
    store,
    clock,
    events,
    router,
    retry: config.retry,
    ...telling,
    transportFor: (destination) => transports.transportFor(destination),
    expand: (claim, recipient, nextN, content) => expandRecipient(expansion, claim, recipient, nextN, content),
    jitter: adapters.random,
    expect: (atMs) => queue.expect(atMs),
    resumedAtMs: (destination) => pauses.resumedAtMs(destination),
    trouble,
  };
  const { maxAttempts, maxPerDestination } = config.delivery;
  const queue = makeQueue(
    { store, clock, ids, work: makeWorker(working), trouble, paused: pauses.keys },
    { inFlight: maxAttempts, perDestination: maxPerDestination * PIPELINED, leaseMs: LEASE_MS },
  );
  const control = makeQueueControl({ store, clock, ids, events, queue, pauses, fail: makeFailing(working) });
  const accept: Intake['accept'] = (...accepted) => queue.accept(...accepted);
  const receiving = {
    hostname,
    limits: config.limits,
    named: namedDomains(config),
    resolver: adapters.resolver,
    notice: adapters.notice ?? (() => undefined),
    trouble,
    ...(config.tls === undefined ? {} : { identity: config.tls }),
    ...loginsOf(config, adapters),
    store,
    clock,
    ids,
    events,
    router,
    tellsHeader: operating.history !== undefined,
    accept,
  };
  const listeners: Listener[] = [];
  for (const listener of config.listen)
    listeners.push(await openListener(adapters.network, { ...receiving, listener }));
  queue.start();
  return {
    intake: { router, accept, events },
    listening: listeners.map(({ host, port, role }) => ({ host, port, role })),
    control,
    bus: operating.bus,
    ...(operating.history === undefined ? {} : { history: operating.history }),
    async stop() {
      await Promise.all(listeners.map((listener) => listener.close()));
      // A next hop that says nothing must not keep the server up: what is not settled by then is tried again next time.
      await Promise.race([
        queue.stop().then(() => transports.close()),
        new Promise<void>((resolve) => clock.after(STOP_GRACE_MS, resolve)),
      ]);
      await operating.stop();
    },
  };
}

/** How long attempts under way may take to come to an end when the server stops. */
const STOP_GRACE_MS = 10_000;

/** For how long a destination that is down is left alone, if the retries are not closer to each other. */
const DOWN_MS = 60_000;

/** Messages in hand for each connection to a destination: enough to keep it busy. */
const PIPELINED = 10;

function loginsOf(config: Config, { users, crypto, clock }: Adapters): { readonly logins?: Logins } {
  if (config.users === undefined) return {};
  if (users === undefined || crypto === undefined) throw new TypeError('[users] needs users and crypto');
  return { logins: makeLogins({ users, crypto, clock, maxFailures: config.users.maxFailures }) };
}
