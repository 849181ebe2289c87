import { describe, onTestFinished } from 'vitest';
import type { QueueStore } from '../../src/ports.ts';
import { acceptingContract } from './queue-store-accepting.ts';
import { claimingContract } from './queue-store-claiming.ts';
import { journalContract } from './queue-store-journal.ts';
import { leaseContract } from './queue-store-leases.ts';
import { operationsContract } from './queue-store-operations.ts';
import { settlingContract } from './queue-store-settling.ts';

/** Opens an empty store for one test, with `inlineMaxOctets` 1000; `reopen` closes it and opens it again. */
export type OpenQueueStore = () => Promise<{
  readonly store: QueueStore;
  readonly reopen?: () => Promise<QueueStore>;
  readonly dispose: () => Promise<void>;
}>;

/** A store whose data `open` finds again, for one test. */
export async function reopenable(
  open: () => Promise<QueueStore>,
  cleanUp?: () => Promise<void>,
): ReturnType<OpenQueueStore> {
  let store = await open();
  return {
    store,
    reopen: async () => {
      await store.close();
      return (store = await open());
    },
    dispose: async () => {
      await store.close();
      await cleanUp?.();
    },
  };
}

/** An opened store that is closed when the test ends. */
export type OpenedQueueStore = Awaited<ReturnType<OpenQueueStore>>;

/** What every queue store must do: each sentence of the port's comments is a test. */
export function queueStoreContract(name: string, openStore: OpenQueueStore): void {
  const open = async (): Promise<OpenedQueueStore> => {
    const opened = await openStore();
    onTestFinished(opened.dispose);
    return opened;
  };
  describe(name, () => {
    describe('accepting', () => acceptingContract(open));
    describe('claiming', () => claimingContract(open));
    describe('leases', () => leaseContract(open));
    describe('journal', () => journalContract(open));
    describe('operations', () => operationsContract(open));
    describe('settling', () => settlingContract(open));
  });
}
