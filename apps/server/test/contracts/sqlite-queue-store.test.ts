import { rm } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openSqliteQueueStore } from '../../src/adapters/sqlite/queue-store.ts';
import { newDirectory } from './queue-directory.ts';
import { firstDone, lease, recipient, sample } from './queue-samples.ts';
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

it('looks at a part of a large queue in one search, so that mail is not kept waiting', async () => {
  const directory = await newDirectory();
  onTestFinished(() => rm(directory, { recursive: true }));
  const store = await openSqliteQueueStore(directory);
  onTestFinished(() => store.close());
  const many = Array.from({ length: 25_000 }, (_, n) => recipient(n));
  await store.accept([sample('large', { recipients: many })]);
  const small = Array.from({ length: 12_000 }, (_, n) => sample(`m${n}`));
  await store.accept(small);
  await store.accept([sample('last', { recipients: [recipient(0, { address: 'nobody@example.net' })] })]);
  const first = await store.search({ recipient: 'nobody@', limit: 9 });
  expect(first).toEqual({ messages: [], next: expect.any(String) as string });
  const second = await store.search({ recipient: 'nobody@', limit: 9, after: first.next ?? '' });
  expect(second).toEqual({ messages: [], next: expect.any(String) as string });
  const third = await store.search({ recipient: 'nobody@', limit: 9, after: second.next ?? '' });
  expect(third.messages.map(({ message }) => message.id)).toEqual(['last']);
  expect(third.next).toBeUndefined();
  const [large] = (await store.search({ recipient: 'user24999@', limit: 9, mostRecipients: 2 })).messages;
  expect(large).toMatchObject({ recipientCount: 25_000, recipients: [{ n: 24_999 }, { n: 0 }] });
});
