/**
 * What stays of rows that are gone, in PostgreSQL: `npm run bench -- cluster-bloat`, or with options
 * `node --conditions=source apps/server/bench/cluster-bloat.ts [--seconds 240] [--every 30] [--deferred 300000] [--lanes 60] [--alter SQL]`
 *
 * Messages come, are claimed and settled, as fast as one node goes; every fifth is deferred once. Beside them lies a crowd that
 * is deferred for long. Printed now and then: messages so far, the size of the tables of the queue and of their indexes, rows
 * that are dead, and how often autovacuum came. The settings of autovacuum are those of PostgreSQL, and of the schema;
 * `--alter` changes these before it begins, as `ALTER TABLE dsnkit_recipient SET (autovacuum_vacuum_scale_factor = 0.02)`.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { openPostgresQueueStore } from '../src/adapters/postgres/queue-store.ts';
import type { NewMessage, QueueStore } from '../src/ports.ts';
import { postgresMissing, startPostgres } from '../test/postgres/postgres.ts';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '240' },
    every: { type: 'string', default: '30' },
    deferred: { type: 'string', default: '300000' },
    lanes: { type: 'string', default: '60' },
    alter: { type: 'string', multiple: true, default: [] },
  },
});
/** Not to be compressed. */
const BODY = new TextEncoder().encode(`Subject: x\r\n\r\n${randomBytes(2_000).toString('base64')}\r\n`);
const TABLES = ['message', 'body', 'recipient'] as const;

async function main(): Promise<void> {
  const missing = postgresMissing();
  if (missing !== undefined) {
    console.log(`Nothing to measure with: ${missing}`);
    return;
  }
  const server = await startPostgres({ durable: true, settings: { shared_buffers: '256MB', max_wal_size: '2GB' } });
  try {
    const url = await server.newDatabase();
    const store = await openPostgresQueueStore(url, { node: 'n1' });
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    try {
      for (const statement of options.alter) await admin.query(statement);
      await fill(admin);
      console.log(
        `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}; ${options.deferred} deferred; ${options.alter.join('; ')}`,
      );
      await churn(store, admin);
    } finally {
      await admin.end();
      await store.close();
    }
  } finally {
    await server.dispose();
  }
}

/** A crowd that is deferred for a day. */
async function fill(admin: pg.Client): Promise<void> {
  const count = Number(options.deferred);
  const envelope = JSON.stringify(newMessage('x').message);
  await admin.query(
    `INSERT INTO dsnkit_message (id, last_n, envelope, arrived_at, body)
     SELECT 'd' || i, 0, $1, $2, 'd' || i FROM generate_series(1, $3::int) AS i`,
    [envelope, Date.now(), count],
  );
  await admin.query(
    `INSERT INTO dsnkit_body (id, part, octets, stored_at) SELECT 'd' || i, 0, $1, $2 FROM generate_series(1, $3::int) AS i`,
    [BODY, Date.now(), count],
  );
  await admin.query(
    `INSERT INTO dsnkit_recipient (message, n, seq, destination, ready_at, due_at, retry_at, address, parameters, attempts, delay_reported)
     SELECT id, 0, seq, 'smtp://hop-' || (seq % 1000), $1::bigint + seq, $1::bigint + seq, $1::bigint + seq, 'user@example.com', '', 3, false
     FROM dsnkit_message`,
    [Date.now() + 86_400_000],
  );
  await admin.query('VACUUM ANALYZE');
}

async function churn(store: QueueStore, admin: pg.Client): Promise<void> {
  let messages = 0;
  const begunMs = performance.now();
  const untilMs = begunMs + Number(options.seconds) * 1_000;
  const lane = async (): Promise<void> => {
    while (performance.now() < untilMs) await one(store, messages++ % 5 === 0);
  };
  const lanes = Promise.all(Array.from({ length: Number(options.lanes) }, lane));
  console.log(
    '| s | messages | ' + TABLES.map((name) => `${name}: MB | indexes | dead rows | vacuums`).join(' | ') + ' |',
  );
  console.log(`| ${Array.from({ length: 2 + TABLES.length * 4 }, () => '---:').join(' | ')} |`);
  await print(admin, 0, 0);
  for (let at = Number(options.every); at <= Number(options.seconds); at += Number(options.every)) {
    await new Promise((resolve) => setTimeout(resolve, begunMs + at * 1_000 - performance.now()));
    await print(admin, at, messages);
  }
  await lanes;
}

async function print(admin: pg.Client, seconds: number, messages: number): Promise<void> {
  const cells = [];
  for (const name of TABLES) {
    const { rows } = await admin.query<{ heap: number; indexes: number; dead: number; vacuums: number }>(
      `SELECT pg_table_size(relid)::float8 / 1e6 AS heap, pg_indexes_size(relid)::float8 / 1e6 AS indexes,
         n_dead_tup::float8 AS dead, autovacuum_count::float8 AS vacuums
       FROM pg_stat_user_tables WHERE relname = $1`,
      [`dsnkit_${name}`],
    );
    const { heap = 0, indexes = 0, dead = 0, vacuums = 0 } = rows[0] ?? {};
    cells.push(heap.toFixed(0), indexes.toFixed(0), dead.toFixed(0), vacuums.toFixed(0));
  }
  console.log(`| ${[seconds, messages, ...cells].join(' | ')} |`);
}

/** A message comes and goes; or is deferred first, as an attempt that failed does, and claimed again. */
async function one(store: QueueStore, isDeferred: boolean): Promise<void> {
  const id = randomUUID();
  const token = randomUUID();
  await store.accept([newMessage(id)], { token, untilMs: Date.now() + 60_000 });
  const rest = { messageId: id, children: [], messages: [] };
  if (isDeferred) {
    const atMs = Date.now() + 3_600_000;
    const later = { attempts: 1, dueAtMs: atMs, retryAtMs: atMs, delayReported: false, destination: 'smtp://hop' };
    await store.settle({ ...rest, token, updates: [{ n: 0, state: 'pending', ...later }] });
    const again = { messageId: id, token, nowMs: Date.now(), leaseUntilMs: Date.now() + 60_000 };
    await store.claimMessage(again);
  }
  await store.settle({ ...rest, token, updates: [{ n: 0, state: 'done' }] });
}

function newMessage(id: string): NewMessage {
  const nowMs = Date.now();
  return {
    message: {
      ...{ id, reversePath: 'sender@example.org', mailParameters: '', arrivedAtMs: nowMs, origin: 'smtp' },
      sizeOctets: BODY.length,
    },
    recipients: [
      {
        ...{ n: 0, address: 'user@example.com', parameters: 'NOTIFY=FAILURE', destination: 'smtp://hop', attempts: 0 },
        ...{ dueAtMs: nowMs, retryAtMs: nowMs, delayReported: false },
      },
    ],
    content: [BODY],
  };
}

await main();
