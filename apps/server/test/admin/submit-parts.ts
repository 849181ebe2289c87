import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { NodeCrypto } from '../../src/adapters/node-crypto.ts';
import type { IdempotencyKeys } from '../../src/admin/idempotency.ts';
import type { SubmitParts } from '../../src/admin/submit.ts';
import { localModeConfig } from '../../src/config.ts';
import type { EventSink } from '../../src/ports.ts';
import { makeRouter } from '../../src/routing/router.ts';

/** What submitting works with, over a queue that only stores. `known` has the messages that were taken. */
export function submitParts(over: {
  readonly keys: IdempotencyKeys;
  readonly known: Set<string>;
  readonly events: EventSink;
}): SubmitParts {
  const config = localModeConfig('/nowhere');
  const store = openMemoryQueueStore();
  let count = 0;
  return {
    ...{ config: () => config, store, events: over.events, keys: over.keys },
    router: makeRouter(config),
    clock: { now: () => 0, after: () => ({ cancel: () => undefined }) },
    ids: { next: () => `id${++count}` },
    crypto: new NodeCrypto(),
    isKnown: (id) => Promise.resolve(over.known.has(id)),
    async accept(message, stored) {
      await store.accept([message]);
      over.known.add(message.message.id);
      stored?.();
    },
  };
}
