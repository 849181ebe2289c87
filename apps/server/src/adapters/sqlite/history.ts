import { Worker } from 'node:worker_threads';
import { resolve } from 'node:path';
import { StoreError } from '../../ports.ts';
import type { HistoryAsk } from './history-database.ts';
import { unusable } from './unusable.ts';
import type { HistoryEntry, HistoryPage, HistoryStore } from '../../ports.ts';

type Heard =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string };

interface Waiter {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Room for young objects: a third of it is what V8 calls a semi-space. */
const youngMb = 24;

/**
 * Opens the history in a file of its own, on which a thread of its own works: it may be lost without harm to the mail,
 * and is made when missing.
 *
 * @throws {StoreError} 'io'
 */
export async function openSqliteHistory(file: string): Promise<HistoryStore> {
  const name = import.meta.url.endsWith('.ts') ? './history-worker.ts' : './history-worker.js';
  const worker = new Worker(new URL(name, import.meta.url), {
    ...{ workerData: { file: resolve(file) }, name: 'history' },
    resourceLimits: { maxYoungGenerationSizeMb: youngMb },
  });
  const waiters = new Map<number, Waiter>();
  let lastId = 0;
  let broken: StoreError | undefined;
  const fail = (reason: string): StoreError => {
    broken ??= new StoreError('io', reason);
    for (const { reject } of waiters.values()) reject(broken);
    waiters.clear();
    return broken;
  };
  await new Promise<void>((ready, reject) => {
    worker.on('message', (heard: Heard) => {
      if (heard.kind === 'ready') {
        ready();
        return;
      }
      const waiter = waiters.get(heard.id);
      waiters.delete(heard.id);
      if (heard.kind === 'answer') waiter?.resolve(heard.value);
      else waiter?.reject(new StoreError('io', `The history failed: ${heard.message}`));
    });
    worker.on('error', (error: Error) => reject(fail(unusable('The history', file, error).message)));
    worker.on('exit', () => reject(fail('The history is closed')));
  });
  const ask = (asked: HistoryAsk): Promise<unknown> => {
    if (broken !== undefined) return Promise.reject(broken);
    const id = ++lastId;
    worker.postMessage({ id, ask: asked });
    return new Promise((done, reject) => waiters.set(id, { resolve: done, reject }));
  };
  return {
    search: async (query) => (await ask({ kind: 'search', query })) as HistoryPage,
    one: async (messageId) => (await ask({ kind: 'one', messageId })) as HistoryEntry | undefined,
    content: async (messageId) => (await ask({ kind: 'content', messageId })) as Uint8Array | undefined,
    position: async () => (await ask({ kind: 'position' })) as number,
    async record({ position, events, contents }) {
      await ask({ kind: 'record', position, events: JSON.stringify(events), contents });
      return true;
    },
    forget: async (limit) => (await ask({ kind: 'forget', limit })) as number,
    async close() {
      if (broken !== undefined) return;
      const ended = new Promise((done) => worker.once('exit', done));
      await ask({ kind: 'close' });
      await ended;
    },
  };
}
