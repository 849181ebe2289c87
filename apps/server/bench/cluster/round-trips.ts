import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a database that counts how often it says that it is ready for the next question. */
export interface CountingWay {
  readonly port: number;
  /** Answers so far: each is a round trip that somebody waited for. */
  readonly roundTrips: number;
  close(): void;
}

/** Listens on a port of 127.0.0.1 and passes all on to a PostgreSQL on another. */
export async function countRoundTrips(databasePort: number): Promise<CountingWay> {
  let roundTrips = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const database = connect(databasePort, '127.0.0.1');
    const count = readyCounter(() => roundTrips++);
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
    }
    client.on('close', () => database.destroy());
    database.on('close', () => client.destroy());
    database.on('data', count);
    client.pipe(database);
    database.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get roundTrips() {
      return roundTrips;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Reads messages of the PostgreSQL protocol: an octet that names the kind, and the length of what follows, itself included. */
function readyCounter(isReady: () => void): (octets: Buffer) => void {
  let skip = 0;
  let head = Buffer.alloc(0);
  return (octets) => {
    let at = 0;
    while (at < octets.length) {
      if (skip > 0) {
        const passed = Math.min(skip, octets.length - at);
        skip -= passed;
        at += passed;
        continue;
      }
      const more = octets.subarray(at, at + HEAD_OCTETS - head.length);
      head = Buffer.concat([head, more]);
      at += more.length;
      if (head.length < HEAD_OCTETS) return;
      if (head[0] === READY_FOR_QUERY) isReady();
      skip = head.readUInt32BE(1) - 4;
      head = Buffer.alloc(0);
    }
  };
}

const HEAD_OCTETS = 5;
const READY_FOR_QUERY = 'Z'.charCodeAt(0);
