import { rm } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openSqliteQueueStore } from '../../src/adapters/sqlite/queue-store.ts';
import { newDirectory } from './queue-directory.ts';
import { firstDone, lease, sample } from './queue-samples.ts';
import { queueStoreContract, reopenable } from './queue-store.ts';

queueStoreContract('the queue in SQLite', async () => {
  const directory = await newDirectory();
  const open = () => openSqliteQueueStore(directory, { inlineMaxOctets: 1_000 });
  return reopenable(open, () => rm(directory, { recursive: true }));
});

it('gives its thread in one message what is asked for in one turn of the event loop', async () => {
  const directory = await newDirectory();
  onTestFinished(() => rm(directory, { recursive: true }));
  const store = await openSqliteQueueStore(directory);
  onTestFinished(() => store.close());
  const held = lease();
  await store.accept([sample('m0')], held);
  const sent = vi.spyOn(Worker.prototype, 'postMessage');
  onTestFinished(() => sent.mockRestore());
  await Promise.all([
    store.settle(firstDone('m0', held)),
    ...['m1', 'm2', 'm3'].map((id) => store.accept([sample(id)])),
    store.release(['nothing']),
  ]);
  expect(sent).toHaveBeenCalledTimes(1);
  expect(await store.counts()).toEqual({ messages: 3, recipients: 3 });
});
