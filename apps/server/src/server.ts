import type { Config, ListenConfig } from './config.ts';
import { makeTransports } from './delivery/index.ts';
import type {
  Clock,
  Connection,
  EventSink,
  HttpClient,
  IdSource,
  Mailboxes,
  Network,
  NetworkListener,
  NewMessage,
  Programs,
  QueueStore,
  Resolver,
} from './ports.ts';
import { expandRecipient } from './queue/expand.ts';
import { makeQueue } from './queue/queue.ts';
import { makeReporter } from './queue/report.ts';
import { makeWorker } from './queue/work.ts';
import { receive, type Receiving } from './receiving/receive.ts';
import { makeRouter } from './routing/router.ts';

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
  readonly events: EventSink;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Told of what went wrong beside the mail itself. */
  readonly trouble: (error: unknown) => void;
}

/** A server in service. */
export interface RunningServer {
  /** Where it listens; ports that were 0 are told. */
  readonly listening: readonly Listening[];
  /** Finishes what is in flight, then stops: nothing is lost, what is not delivered waits in the store. */
  stop(): Promise<void>;
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
  const { store, clock, ids, events, trouble } = adapters;
  const { hostname } = config;
  const router = makeRouter(config);
  const transports = makeTransports(adapters, {
    hostname,
    maxConnections: config.delivery.maxPerDestination,
  });
  const postmaster = `postmaster@${hostname}`;
  const expansion = { store, ids, router, now: () => clock.now(), postmaster };
  const work = makeWorker({
    store,
    clock,
    events,
    router,
    retry: config.retry,
    returnedMaxOctets: config.report.returnedMaxOctets,
    transportFor: (destination) => transports.transportFor(destination),
    expand: (claim, recipient, nextN, content) => expandRecipient(expansion, claim, recipient, nextN, content),
    report: makeReporter({ hostname, ids, router, now: () => clock.now() }),
    jitter: adapters.random,
    expect: (atMs) => queue.expect(atMs),
    trouble,
  });
  const { maxAttempts, maxPerDestination } = config.delivery;
  const queue = makeQueue(
    { store, clock, ids, work, trouble },
    { inFlight: maxAttempts, perDestination: maxPerDestination * PIPELINED, leaseMs: LEASE_MS },
  );
  const receiving = {
    hostname,
    limits: config.limits,
    store,
    clock,
    ids,
    events,
    router,
    accept: (message: NewMessage, stored: () => void) => queue.accept(message, stored),
  };
  const sessions = new Set<Receiving>();
  const listeners: NetworkListener[] = [];
  const listening: Listening[] = [];
  for (const listen of config.listen) {
    const accept = admit(listen, sessions, (connection, closed) => receive(connection, listen, receiving, closed));
    const listener = await adapters.network.listen(listen, accept);
    listeners.push(listener);
    listening.push({ host: listener.host, port: listener.port, role: listen.role });
  }
  queue.start();
  return {
    listening,
    async stop() {
      await Promise.all(listeners.map((listener) => listener.close()));
      for (const session of [...sessions]) session.shutdown();
      await queue.stop();
      await transports.close();
    },
  };
}

/** Messages in hand for each connection to a destination: enough to keep it busy. */
const PIPELINED = 10;

/** Counts the connections of one listener; beyond the limit a client is told to come back later. */
function admit(
  listen: ListenConfig,
  sessions: Set<Receiving>,
  serve: (connection: Connection, closed: () => void) => Receiving,
): (connection: Connection) => void {
  let open = 0;
  return (connection) => {
    if (open >= listen.maxConnections) {
      connection.attach({ data: () => undefined, closed: () => undefined });
      connection.write(TOO_MANY);
      connection.end();
      return;
    }
    open++;
    const session = serve(connection, () => {
      open--;
      sessions.delete(session);
    });
    sessions.add(session);
  };
}

const TOO_MANY = new TextEncoder().encode('421 4.3.2 Too many connections, come back later\r\n');
