import { formatReply, type Reply } from '@dsnkit/smtp';
import type { ListenConfig } from '../config.ts';
import type { Connection, Network } from '../ports.ts';
import { makeAdmission, type Attendance } from './admission.ts';
import { newClient } from './client.ts';
import { Notices } from './notices.ts';
import type { ReceivingParts } from './parts.ts';
import { receive, type Receiving } from './receive.ts';

/** A listener in service. */
export interface Listener {
  readonly host: string;
  /** The port that was taken, if any would do. */
  readonly port: number;
  readonly role: ListenConfig['role'];
  /** New connections are served by these parts; those that are open go on as they began. */
  update(parts: ReceivingParts): void;
  /** Makes room for a listener whose address lies over this one's: takes no new connections. False where that makes none. */
  withdraw(): Promise<boolean>;
  /** Listens again where it did. */
  resume(): Promise<void>;
  /** Takes no new connections, and says 421 on those that are open as soon as no message is being stored. */
  close(): Promise<void>;
}

/** How long a client that was turned away may take to read why. */
const LINGER_MS = 5_000;
/** How many of them a listener waits for at once; the others are told, and closed without a look at what they do. */
const MAX_LINGERING = 100;

/** Takes connections within the limits of a listener; beyond them a client is told to come back later. */
export async function openListener(network: Network, parts: ReceivingParts): Promise<Listener> {
  const { listener: config, identity } = parts;
  const attendance: Attendance = { open: 0, visits: new Map() };
  let current = { parts, admission: makeAdmission(config, parts.clock, attendance) };
  const sessions = new Set<Receiving>();
  const lingering = new Set<Connection>();
  const usesTls = config.tls !== 'off' && identity !== undefined;
  const at = { host: config.host, port: config.port, ...(usesTls ? { tls: identity } : {}) };
  const accept = (connection: Connection): void => {
    const { parts: now, admission } = current;
    const address = connection.remoteAddress;
    const refusal = admission.enter(address);
    if (refusal !== undefined) {
      turnAway(connection, refusal, now, lingering);
      return;
    }
    const session = receive(connection, now, () => {
      admission.leave(address);
      sessions.delete(session);
    });
    sessions.add(session);
  };
  let listener = await network.listen(at, accept);
  const { host, port } = listener;
  return {
    ...{ host, port },
    get role() {
      return current.parts.listener.role;
    },
    update(next) {
      current = { parts: next, admission: makeAdmission(next.listener, next.clock, attendance) };
    },
    async withdraw() {
      if (listener.isShared === true) return false;
      await listener.close();
      return true;
    },
    async resume() {
      listener = await network.listen({ ...at, host, port }, accept);
    },
    async close() {
      await listener.close();
      for (const session of [...sessions]) session.shutdown();
    },
  };
}

function turnAway(
  connection: Connection,
  refusal: Reply,
  { listener, clock, notice }: ReceivingParts,
  lingering: Set<Connection>,
): void {
  new Notices(notice).refused(newClient(connection.remoteAddress, listener), 'connection', refusal);
  const timer = clock.after(LINGER_MS, () => connection.destroy());
  connection.attach({
    data: () => undefined,
    closed: () => {
      timer.cancel();
      lingering.delete(connection);
    },
  });
  // Where TLS comes first there are no words for those who are not let in.
  if (listener.tls === 'implicit') {
    connection.destroy();
    return;
  }
  connection.write(new TextEncoder().encode(formatReply(refusal)));
  if (lingering.size >= MAX_LINGERING) {
    connection.finish();
    return;
  }
  lingering.add(connection);
  connection.end();
}
