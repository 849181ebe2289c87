import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Connections } from '../../src/adapters/postgres/connections.ts';
import { describePostgres } from '../support/postgres-suite.ts';

describePostgres('transactions that the database finds in conflict', (server) => {
  /** A table whose changes fail with a code as often as wanted: at once, or only at the commit as in CockroachDB. */
  async function conflicting(code: string, times: number, when: 'IMMEDIATE' | 'DEFERRED'): Promise<Connections> {
    const connections = new Connections({ url: await server.newDatabase(), max: 2, timeoutMs: 30_000 });
    onTestFinished(() => connections.close());
    await connections.run(async (client) => {
      await client.query('CREATE TABLE t (n int)');
      await client.query('CREATE SEQUENCE tries');
      await client.query(
        `CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF nextval('tries') <= ${times} THEN RAISE EXCEPTION 'in conflict' USING ERRCODE = '${code}'; END IF;
             RETURN NULL;
           END $$`,
      );
      await client.query(
        `CREATE CONSTRAINT TRIGGER c AFTER INSERT ON t DEFERRABLE INITIALLY ${when} FOR EACH ROW EXECUTE FUNCTION conflict()`,
      );
    });
    return connections;
  }

  const count = async (connections: Connections): Promise<unknown> =>
    (await connections.run((client) => client.query('SELECT count(*)::int AS n FROM t'))).rows[0];

  it.each([
    ['40001', 'IMMEDIATE'],
    ['40001', 'DEFERRED'],
    ['40P01', 'DEFERRED'],
  ] as const)('are made again from the start (%s, %s)', async (code, when) => {
    const connections = await conflicting(code, 5, when);
    let begun = 0;
    const result = await connections.transaction(async (client) => {
      begun++;
      await client.query('INSERT INTO t VALUES ($1)', [begun]);
      return begun;
    });
    expect(result).toBe(6);
    expect(await count(connections)).toEqual({ n: 1 });
    const single = await conflicting(code, 3, when);
    await single.statement((client) => client.query('INSERT INTO t VALUES (1)'));
    expect(await count(single)).toEqual({ n: 1 });
  });

  it('end as a store that is away, if that never ends', async () => {
    const connections = await conflicting('40001', 1_000, 'DEFERRED');
    const insert = connections.transaction((client) => client.query('INSERT INTO t VALUES (1)'));
    await expect(insert).rejects.toMatchObject({ name: 'StoreError', code: 'away' });
    expect(await count(connections)).toEqual({ n: 0 });
  });
});

/** A message of the server about how to log in: 10 SASL, 11 the next step of it. */
function authentication(kind: number, words: string): Buffer {
  const head = Buffer.from('R\0\0\0\0\0\0\0\0', 'latin1');
  head.writeUInt32BE(8 + words.length, 1);
  head.writeUInt32BE(kind, 5);
  return Buffer.concat([head, Buffer.from(words, 'latin1')]);
}

describePostgres('a transaction whose connection says nothing any more', (server) => {
  it('is given up when one statement had no answer in time', async () => {
    const url = new URL(await server.newDatabase());
    let isSilent = false;
    let asked = (): void => undefined;
    const heard = new Promise<void>((resolve) => (asked = resolve));
    const way = createServer((client) => {
      const database = connect(server.port, '127.0.0.1');
      for (const socket of [client, database]) socket.on('error', () => undefined);
      client.on('data', (octets: Buffer) => {
        isSilent ||= octets.includes('SELECT 1 AS silent');
        if (isSilent) asked();
        else database.write(octets);
      });
      database.on('data', (octets: Buffer) => client.write(octets));
      client.on('close', () => database.destroy());
    });
    onTestFinished(() => void way.close());
    way.listen(0, '127.0.0.1');
    await once(way, 'listening');
    [url.hostname, url.port] = ['127.0.0.1', String((way.address() as AddressInfo).port)];
    const timeoutMs = 3_600_000;
    const connections = new Connections({ url: url.href, max: 1, timeoutMs });
    await connections.run((client) => client.query('SELECT 1'));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const silent = connections.transaction((client) => client.query('SELECT 1 AS silent'));
    const failed = expect(silent).rejects.toMatchObject({ code: 'away' });
    await heard;
    vi.advanceTimersByTime(timeoutMs);
    await failed;
    vi.useRealTimers();
    await connections.close();
  });
});

describe('a login for which there is no password', () => {
  it('is told in one line, and its connection is ended: nothing waits for it', async () => {
    vi.stubEnv('PGPASSWORD', undefined);
    vi.stubEnv('PGPASSFILE', '/nonexistent');
    onTestFinished(() => void vi.unstubAllEnvs());
    const steps = [authentication(10, 'SCRAM-SHA-256\0\0'), authentication(11, 'r=x,s=AAAA,i=4096')];
    const database = createServer((socket) => socket.on('data', () => socket.write(steps.shift() ?? '')));
    onTestFinished(() => void database.close());
    database.listen(0, '127.0.0.1');
    await once(database, 'listening');
    const ended = once(database, 'connection').then(([socket]) => once(socket as Socket, 'close'));
    const { port } = database.address() as AddressInfo;
    const url = `postgres://dsnd@127.0.0.1:${port}/dsnd`;
    const connections = new Connections({ url, max: 1, timeoutMs: 600_000 });
    onTestFinished(() => connections.close());
    await expect(connections.run((client) => client.query('SELECT 1'))).rejects.toThrow(
      'The store failed: it asks for a password: PGPASSWORD or ~/.pgpass has none',
    );
    await ended;
  });
});
