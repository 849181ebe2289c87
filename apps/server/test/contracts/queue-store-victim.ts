/**
 * A process that works on the queue in the directory given, and writes to the file given what it did, until it is killed.
 * It writes synchronously: what is in the file was true when the process died.
 */
import { openSync, writeSync } from 'node:fs';
import { openSqliteQueueStore } from '../../src/adapters/sqlite/queue-store.ts';
import type { QueueStore } from '../../src/ports.ts';
import { claim, deferred, done, lease, octets, sample } from './queue-samples.ts';

const [directory = '', file = '', round = ''] = process.argv.slice(2);
const log = openSync(file, 'a');
const say = (what: string, id: string) => writeSync(log, `${what} ${id}\n`);

/** Accepts numbered messages; settles some under the lease of their acceptance, leaves others to rest. */
async function produce(store: QueueStore, worker: number): Promise<void> {
  for (let count = 0; ; count++) {
    const id = `m${round}x${worker}x${count}`;
    const held = count % 2 === 0 ? lease(Number.MAX_SAFE_INTEGER) : undefined;
    const content = count % 16 === 5 ? await spooled(store, id) : [octets(`content of ${id}`)];
    await store.accept([sample(id, { content })], held);
    say('accepted', id);
    if (held === undefined) continue;
    if (count % 4 === 0) {
      await settle(id, () =>
        store.settle({
          messageId: id,
          token: held.token,
          updates: [{ n: 0, state: 'done' }],
          children: [],
          messages: [report(id)],
        }),
      );
    } else {
      const update = deferred(0, { dueAtMs: 1_000, attempts: 1 });
      await store.settle({ messageId: id, token: held.token, updates: [update], children: [], messages: [] });
      say('deferred', id);
    }
  }
}

/** Claims what rests, and settles every second one with a report. */
async function deliver(store: QueueStore): Promise<void> {
  for (;;) {
    const claims = await claim(store, { limit: 20 });
    await Promise.all(
      claims.map(async (claimed, index) => {
        const { id } = claimed.message;
        if (index % 2 === 0 && !id.startsWith('r'))
          await settle(id, () => store.settle(done(claimed, { messages: [report(id)] })));
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function settle(id: string, run: () => Promise<void>): Promise<void> {
  say('settling', id);
  await run();
  say('settled', id);
}

const report = (id: string) => sample(`r${id}`, { content: [octets(`content of r${id}`)] });

async function spooled(queue: QueueStore, id: string) {
  const spool = await queue.spool();
  await spool.write(octets(`content of ${id}`));
  return spool.finish();
}

const store = await openSqliteQueueStore(directory, { inlineMaxOctets: 1_000 });
say('opened', round);
await Promise.all([...Array.from({ length: 8 }, (_, worker) => produce(store, worker)), deliver(store)]);
