/**
 * How fast the durable queue is: `node --conditions=source bench/queue-store.ts [--seconds 3] [--deferred 1000000] [--journal]`
 *
 * Every cycle is durable: `accept` and `settle` wait for the disk. "relayed" goes on under the lease of the acceptance,
 * and is settled a little later while the producer goes on, as the relay does while it keeps up; "held" is the same, but
 * the producer waits for the settlement; "claimed" rests between acceptance and a claim; "deferred" is put off once.
 * With `--journal` every event is written to the journal, too, and read from there, as for a history or a webhook.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
// eslint-disable-next-line house/stay-inside -- the queue is a part of the server that no package exports
import { openSqliteQueueStore } from '../apps/server/src/adapters/sqlite/queue-store.ts';
// eslint-disable-next-line house/stay-inside -- as above
import type { MailEvent } from '../apps/server/src/model.ts';
// eslint-disable-next-line house/stay-inside -- as above
import type { Claim, NewMessage, QueueStore, Settlement } from '../apps/server/src/ports.ts';

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    modes: { type: 'string', default: 'relayed,held,claimed,deferred' },
    producers: { type: 'string', default: '1,10,50,200' },
    seconds: { type: 'string', default: '3' },
    deferred: { type: 'string', default: '1000000' },
    octets: { type: 'string', default: '1024' },
    directory: { type: 'string', default: join(import.meta.dirname, '../node_modules/.cache') },
    journal: { type: 'boolean', default: false },
    fsyncs: { type: 'boolean', default: true },
    'only-fsyncs': { type: 'boolean', default: false },
  },
});
const seconds = Number(options.seconds);
const content = [Buffer.alloc(Number(options.octets), 'Abcdefg hijklmn.\r\n')];
mkdirSync(options.directory, { recursive: true });
const root = mkdtempSync(join(resolve(options.directory), 'queue-bench-'));

type Mode = 'relayed' | 'held' | 'claimed' | 'deferred';
let made = 0;

async function throughput(): Promise<void> {
  const rows: object[] = [];
  for (const mode of options.modes.split(',') as Mode[]) {
    for (const producers of options.producers.split(',').map(Number)) {
      await withStore(async (store) => {
        await measure(store, mode, producers, 0.5);
        rows.push(await measure(store, mode, producers, seconds));
      });
    }
  }
  console.log(`Empty queue, ${content[0]?.length ?? 0} octets of content, ${seconds} s each; latency of accept, in ms`);
  console.table(rows);
}

/** One line of the table: so many producers going round for so long. */
async function measure(store: QueueStore, mode: Mode, producers: number, forSeconds: number): Promise<object> {
  const latencies: number[] = [];
  const end = performance.now() + forSeconds * 1_000;
  const cpu = process.cpuUsage();
  const started = performance.now();
  const claimer = mode === 'held' || mode === 'relayed' ? undefined : new Claimer(store);
  const relayed = new Set<Promise<void>>();
  await Promise.all(
    Array.from({ length: producers }, async () => {
      while (performance.now() < end) {
        const message = newMessage(`smtp://hop-${made % 20}:25`);
        const { id } = message.message;
        const begun = performance.now();
        const told = acceptedEvents(message);
        if (claimer === undefined) await store.accept([message], { token: id, untilMs: Date.now() + 60_000 }, told);
        else await store.accept([message], undefined, told);
        latencies.push(performance.now() - begun);
        if (mode === 'relayed') {
          const relay = deliveredSoon().then(() => store.settle(done(id, id)));
          relayed.add(relay);
          void relay.then(() => relayed.delete(relay));
          if (relayed.size > 1_000) await Promise.race(relayed);
        } else if (claimer === undefined) {
          await store.settle(done(id, id));
        } else await claimer.whenSettled(id, mode);
      }
    }),
  );
  await Promise.all(relayed);
  const elapsed = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  latencies.sort((a, b) => a - b);
  const at = (share: number) => Number((latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(2));
  return {
    mode,
    producers,
    'cycles/s': Math.round(latencies.length / elapsed),
    p50: at(0.5),
    p99: at(0.99),
    max: at(0.9999999),
    'CPU µs/cycle': Math.round((user + system) / latencies.length),
  };
}

/** Stands for an attempt over the network. */
function deliveredSoon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

/** Claims what rests, and settles it: the part of the delivery engine. */
class Claimer {
  readonly #store: QueueStore;
  readonly #waiting = new Map<string, { readonly mode: Mode; readonly resolve: () => void }>();
  #running = false;
  #again = false;

  constructor(store: QueueStore) {
    this.#store = store;
  }

  whenSettled(id: string, mode: Mode): Promise<void> {
    return new Promise((settled) => {
      this.#waiting.set(id, { mode, resolve: settled });
      this.#wake();
    });
  }

  /** Looks once more after every change, but never twice at a time. */
  #wake(): void {
    this.#again = this.#running;
    if (this.#running) return;
    this.#running = true;
    void claim(this.#store, 200).then((claims) => {
      for (const claimed of claims) void this.#settle(claimed);
      this.#running = false;
      if (this.#again) this.#wake();
    });
  }

  async #settle({ message: { id }, token, recipients }: Claim): Promise<void> {
    await this.#store.content(id);
    const waiting = this.#waiting.get(id);
    if (waiting?.mode === 'deferred' && recipients[0]?.attempts === 0) {
      await this.#store.settle({ ...done(id, token), updates: [pending(Date.now())] });
      this.#wake();
      return;
    }
    await this.#store.settle(done(id, token));
    this.#waiting.delete(id);
    waiting?.resolve();
  }
}

/** How the queue does beside very many deferred messages over 10 000 destinations. */
async function crowd(deferred: number): Promise<void> {
  if (deferred === 0) return;
  await withStore(async (store, directory) => {
    const started = performance.now();
    const future = Date.now() + 3_600_000;
    let left = deferred;
    const fill = async () => {
      while (left > 0) {
        const size = Math.min(100, left);
        left -= size;
        await store.accept(
          Array.from({ length: size }, () => newMessage(`smtp://mx.domain-${made % 10_000}.example:25`, future)),
        );
      }
    };
    await Promise.all([fill(), fill(), fill(), fill()]);
    const filled = (performance.now() - started) / 1_000;
    await store.close();
    const size = statSync(join(directory, 'queue.db')).size;
    console.log(
      `\n${deferred} deferred messages over 10 000 destinations: filled at ${Math.round(deferred / filled)}/s, ` +
        `${Math.round(size / 1_048_576)} MiB on disk`,
    );
    const opening = performance.now();
    const reopened = await openSqliteQueueStore(directory);
    console.log(`opened in ${Math.round(performance.now() - opening)} ms, RSS ${megabytes()} MiB`);
    await beside(reopened, future);
    await reopened.close();
  });
}

async function beside(store: QueueStore, future: number): Promise<void> {
  const rows = [];
  for (const mode of ['held', 'claimed'] as const) {
    for (const producers of [1, 50]) rows.push(await measure(store, mode, producers, seconds));
  }
  console.table(rows);
  const timed = async (what: string, times: number, run: () => Promise<unknown>) => {
    const begun = performance.now();
    for (let time = 0; time < times; time++) await run();
    console.log(`${what}: ${((performance.now() - begun) / times).toFixed(2)} ms`);
  };
  await timed('claim that finds nothing', 100, () => claim(store, 100));
  await timed('nextDueAtMs', 100, () => store.nextDueAtMs());
  const nowMs = future;
  await timed('claim of 100, one per destination', 50, () => claim(store, 100, { nowMs, perDestination: 1 }));
  const except = Array.from({ length: 5_000 }, (_, index) => `smtp://mx.domain-${index}.example:25`);
  await timed('claim of 100, with 5 000 destinations excepted', 50, () => claim(store, 100, { nowMs, except }));
  await timed('nextDueAtMs with 10 000 claims held', 50, () => store.nextDueAtMs());
  console.log(`RSS ${megabytes()} MiB`);
}

/** Counts the syncs of a short run, if strace is there to count them. */
function fsyncs(): void {
  const log = join(root, 'strace');
  const self = [...process.execArgv, process.argv[1] ?? '', '--only-fsyncs', '--directory', options.directory];
  const run = spawnSync('strace', ['-f', '-e', 'trace=fsync,fdatasync', '-o', log, process.execPath, ...self], {
    encoding: 'utf8',
  });
  if (run.status !== 0) console.log('\nsyncs not counted: strace is not there, or may not trace');
  else {
    const count = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line.includes('sync(')).length;
    console.log(
      `\n${run.stdout.trim()}: ${count} fsync calls (counted by strace; the count of the commits, opening and checkpoints)`,
    );
  }
}

async function countedRun(): Promise<void> {
  await withStore(async (store) => {
    for (let time = 0; time < 200; time++) {
      const message = newMessage('smtp://hop:25');
      const { id } = message.message;
      await store.accept([message], { token: id, untilMs: Date.now() + 60_000 });
      await store.settle(done(id, id));
    }
  });
  console.log('200 messages, one at a time, accepted and settled: 400 commits');
}

async function withStore(run: (store: QueueStore, directory: string) => Promise<void>): Promise<void> {
  const directory = join(root, `store-${++made}`);
  const store = await openSqliteQueueStore(directory);
  const follower = options.journal ? await follow(store) : undefined;
  await run(store, directory);
  await follower?.stop();
  await store.close();
  rmSync(directory, { recursive: true, force: true });
}

/** Reads the journal as a history does. */
async function follow(store: QueueStore): Promise<{ stop(): Promise<void> }> {
  await store.journal.follow(['bench']);
  let stopped = false;
  const run = async (): Promise<void> => {
    for (let position: number | undefined; ;) {
      const entries = await store.journal.read({
        ...{ reader: 'bench', limit: 256, contents: true },
        ...(position === undefined ? {} : { after: position }),
      });
      position = entries.at(-1)?.position ?? position;
      if (entries.length > 0 && position !== undefined) await store.journal.pass('bench', position);
      else if (stopped) return;
      else await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const running = run();
  return {
    stop() {
      stopped = true;
      return running;
    },
  };
}

function acceptedEvents({ message, recipients }: NewMessage): readonly MailEvent[] {
  const { id, arrivedAtMs, reversePath, sizeOctets, origin } = message;
  const addresses = recipients.map(({ address }) => address);
  const seen = { client: '127.0.0.1', envelopeId: 'QQ', recipients: addresses, reversePath, sizeOctets, origin };
  return [{ kind: 'accepted', messageId: id, atMs: arrivedAtMs, ...seen }];
}

function settledEvents(messageId: string): readonly MailEvent[] {
  const destination = 'smtp://hop-1:25';
  const recipient = 'someone-1@domain.example';
  const common = { messageId, atMs: Date.now(), destination };
  return [
    { kind: 'attempted', ...common, recipients: [recipient], durationMs: 1 },
    {
      ...{ kind: 'relayed', ...common, recipient, status: '2.0.0', delayMs: 2 },
      remote: {
        ...{ mta: 'hop-1', address: '192.0.2.1:25', rawLines: ['250 2.0.0 Ok: queued as 4F'], stage: 'content' },
        reply: { code: 250, status: '2.0.0', lines: ['Ok: queued as 4F'] },
      },
    },
  ];
}

function newMessage(destination: string, dueAtMs = Date.now()): NewMessage {
  const id = (++made).toString(36).toUpperCase().padStart(14, '0');
  return {
    message: {
      id,
      reversePath: 'sender@example.org',
      mailParameters: `RET=HDRS ENVID=QQ${made}`,
      arrivedAtMs: dueAtMs,
      origin: 'smtp',
      client: { name: 'client.example.org', address: '127.0.0.1' },
      sizeOctets: content[0]?.length ?? 0,
    },
    recipients: [
      {
        n: 0,
        address: `someone-${made}@domain.example`,
        parameters: 'NOTIFY=SUCCESS,FAILURE',
        destination,
        attempts: 0,
        dueAtMs,
        retryAtMs: dueAtMs,
        delayReported: false,
      },
    ],
    content,
  };
}

function done(messageId: string, token: string): Settlement {
  const events = options.journal ? settledEvents(messageId) : [];
  return { messageId, token, updates: [{ n: 0, state: 'done' }], children: [], messages: [], events };
}

function pending(dueAtMs: number): Settlement['updates'][number] {
  const lastFailure = { status: '4.4.1' as const, reason: 'No answer from the host', atMs: dueAtMs };
  const destination = 'smtp://hop:25';
  return {
    n: 0,
    state: 'pending',
    destination,
    attempts: 1,
    dueAtMs,
    retryAtMs: dueAtMs,
    delayReported: false,
    lastFailure,
  };
}

let tokens = 0;
function claim(
  store: QueueStore,
  limit: number,
  asked: Partial<Parameters<QueueStore['claim']>[0]> = {},
): Promise<readonly Claim[]> {
  const nowMs = asked.nowMs ?? Date.now();
  const token = () => `claim-${++tokens}`;
  return store.claim({ limit, perDestination: 100, except: [], leaseUntilMs: nowMs + 60_000, token, ...asked, nowMs });
}

function megabytes(): number {
  return Math.round(process.memoryUsage.rss() / 1_048_576);
}

try {
  if (options['only-fsyncs']) await countedRun();
  else {
    await throughput();
    if (options.fsyncs) fsyncs();
    await crowd(Number(options.deferred));
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
