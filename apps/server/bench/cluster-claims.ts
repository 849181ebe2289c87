/**
 * Claims beside a crowd in PostgreSQL: `npm run bench -- cluster-claims`, or with options
 * `node --conditions=source apps/server/bench/cluster-claims.ts [--deferred 1000000] [--destinations 10000] [--dead 100000] [--explain]`
 *
 * The queue holds very many recipients that are not due, and one destination that is left out (dead, paused or at its limit)
 * with very many that are. Printed: how long a claim takes that finds nothing, one that finds work behind the destination that
 * is left out, and accepting, claiming and settling beside all of them.
 */
import { randomUUID } from 'node:crypto';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { openPostgresQueueStore } from '../src/adapters/postgres/queue-store.ts';
import type { Claim, NewMessage, QueueStore } from '../src/ports.ts';
import { postgresMissing, startPostgres } from '../test/postgres/postgres.ts';

const { values: options } = parseArgs({
  options: {
    deferred: { type: 'string', default: '1000000' },
    destinations: { type: 'string', default: '10000' },
    dead: { type: 'string', default: '100000' },
    explain: { type: 'boolean', default: false },
  },
});
const DEAD = 'smtp://dead.example';
const ROUNDS = 20;

async function main(): Promise<void> {
  const missing = postgresMissing();
  if (missing !== undefined) {
    console.log(`Nothing to measure with: ${missing}`);
    return;
  }
  const server = await startPostgres({ durable: true, settings: { shared_buffers: '512MB', max_wal_size: '4GB' } });
  try {
    const url = await server.newDatabase();
    const store = await openPostgresQueueStore(url, { node: 'n1' });
    try {
      await fill(url);
      await measure(store);
      if (options.explain) await explain(url);
    } finally {
      await store.close();
    }
  } finally {
    await server.dispose();
  }
}

async function fill(url: string): Promise<void> {
  const begun = performance.now();
  const nowMs = Date.now();
  await query(
    url,
    `INSERT INTO dsnkit_message (id, last_n, envelope, arrived_at, body)
     SELECT 'd' || i, 0, $1, $2, 'b' || i FROM generate_series(1, $3::int) AS i`,
    [JSON.stringify(newMessage('x', 'd').message), nowMs, Number(options.deferred) + Number(options.dead)],
  );
  // Every one of the crowd is deferred for some time within a day; the dead destination's have been due for an hour.
  await query(
    url,
    `INSERT INTO dsnkit_recipient (message, n, seq, destination, ready_at, due_at, retry_at, address, parameters, attempts, delay_reported)
     SELECT id, 0, seq, CASE WHEN at > 0 THEN 'smtp://hop-' || (seq % $1::int) || '.example:25' ELSE $2 END, ready, ready, ready,
       'user@example.com', 'NOTIFY=FAILURE', 3, false
     FROM (
       SELECT id, seq, at, $3::bigint + CASE WHEN at > 0 THEN 600000 + seq * 7919 % 86400000 ELSE seq - 3600000 END AS ready
       FROM (SELECT id, seq, seq - $4::int AS at FROM dsnkit_message) m
     ) r`,
    [Number(options.destinations), DEAD, nowMs, Number(options.dead)],
  );
  await query(url, 'VACUUM ANALYZE', []);
  console.log(
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}; ${options.deferred} deferred to ${options.destinations} destinations, ` +
      `${options.dead} due to one that is left out (made in ${((performance.now() - begun) / 1000).toFixed(0)} s)`,
  );
}

async function measure(store: QueueStore): Promise<void> {
  const rows: Record<string, string>[] = [];
  const row = (what: string, times: readonly number[]): void => {
    const sorted = times.toSorted((a, b) => a - b);
    rows.push({ what, 'median ms': at(sorted, 0.5), 'worst ms': at(sorted, 1) });
  };
  for (const count of [1, 1, 100])
    row(
      `a transaction that stores ${count}`,
      await timed(() => store.accept(Array.from({ length: count }, () => newMessage(randomUUID(), DEAD))), 100),
    );
  row('a claim that finds nothing', await timed(() => claim(store)));
  row('when is the next due?', await timed(() => store.nextDueAtMs([DEAD])));
  const empty: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await store.accept(
      Array.from({ length: 20 }, (_, index) => newMessage(randomUUID(), `smtp://live-${index}.example`)),
    );
    let begun = performance.now();
    const claims = await claim(store);
    empty.push(performance.now() - begun);
    if (claims.length !== 20) throw new Error(`claimed ${claims.length} of 20`);
    begun = performance.now();
    await Promise.all(claims.map((one) => store.settle(done(one))));
    whole.push(performance.now() - begun);
  }
  row('a claim of 20 behind the one that is left out', empty);
  row('settling these 20', whole);
  const held: Claim[] = [];
  row(
    'a claim that the dead destination fills',
    await timed(async () => {
      held.push(...(await claim(store, [])));
    }, 5),
  );
  await store.release(held.map(({ token }) => token));
  console.table(rows);
}

function at(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
}

async function timed(work: () => Promise<unknown>, rounds = ROUNDS): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    await work();
    times.push(performance.now() - begun);
  }
  return times;
}

function claim(store: QueueStore, except: readonly string[] = [DEAD]): Promise<readonly Claim[]> {
  const nowMs = Date.now();
  return store.claim({
    nowMs,
    limit: 100,
    perDestination: 20,
    except,
    leaseUntilMs: nowMs + 60_000,
    token: randomUUID,
  });
}

function done({ message, token, recipients }: Claim): Parameters<QueueStore['settle']>[0] {
  const updates = recipients.map(({ n }) => ({ n, state: 'done' as const }));
  return { messageId: message.id, token, updates, children: [], messages: [] };
}

function newMessage(id: string, destination: string): NewMessage {
  const dueAtMs = Date.now();
  return {
    message: {
      id,
      reversePath: 'a@b.example',
      mailParameters: '',
      arrivedAtMs: dueAtMs,
      origin: 'smtp',
      sizeOctets: 1024,
    },
    recipients: [
      {
        ...{ n: 0, address: 'user@example.com', parameters: '', destination, attempts: 0, dueAtMs, retryAtMs: dueAtMs },
        delayReported: false,
      },
    ],
    content: [Buffer.alloc(1024, 'x')],
  };
}

/** The plan of the statement that finds what is due. */
async function explain(url: string): Promise<void> {
  const rows = await query(
    url,
    `EXPLAIN (ANALYZE, BUFFERS) SELECT r.* FROM dsnkit_recipient r
     WHERE r.ready_at <= ${Date.now()} AND r.destination <> ALL('{${DEAD}}'::text[])
     ORDER BY r.ready_at, r.seq LIMIT 500 FOR UPDATE SKIP LOCKED`,
    [],
  );
  for (const line of rows) console.log(Object.values(line).join(' '));
}

async function query(url: string, text: string, values: unknown[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}

await main();
