import { describe, expect, it } from 'vitest';
import { recipient, sample } from '../../test/contracts/queue-samples.ts';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import { openMemoryQueueStore } from '../adapters/memory/queue-store.ts';
import { StoreError, type Claim, type QueueStore } from '../ports.ts';
import { makeQueue, type Queue } from './queue.ts';

/** A queue whose work never ends, over a store of which something goes another way. */
function world(changes: Partial<QueueStore>): {
  readonly clock: SimulatedClock;
  readonly queue: Queue;
  readonly claims: readonly Claim[];
} {
  const clock = new SimulatedClock();
  const store: QueueStore = new Proxy(openMemoryQueueStore(), {
    get(target, name): unknown {
      const value: unknown = Reflect.get(changes, name) ?? Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const claims: Claim[] = [];
  let last = 0;
  const parts = {
    ...{ store, clock, ids: { next: () => `id${++last}` }, paused: new Set<string>() },
    work: (claim: Claim) => (claims.push(claim), new Promise<void>(() => undefined)),
    afterReplies: (run: () => void) => run(),
    trouble: () => undefined,
  };
  const queue = makeQueue(parts, { inFlight: 10, perDestination: 10, leaseMs: 60_000 });
  queue.start();
  return { clock, queue, claims };
}

const message = sample('m1', { recipients: [recipient(0, { dueAtMs: 0, retryAtMs: 0 })] });

describe('makeQueue', () => {
  it('RFC 5321 §6.1: a claim that another node has taken over is held no longer, though its time is not over', async () => {
    const taken = new Set<string>();
    const renew: QueueStore['renew'] = (tokens) => Promise.resolve(tokens.filter((token) => taken.has(token)));
    const { clock, queue, claims } = world({ renew });
    await queue.accept(message);
    const token = claims[0]?.token ?? '';
    await clock.advance(50_000);
    expect(queue.isHeld(token)).toBe(true);
    taken.add(token);
    await clock.advance(20_000);
    expect(queue.isHeld(token)).toBe(false);
  });

  it('has nothing in hand of what could not be stored', async () => {
    const accept: QueueStore['accept'] = () => Promise.reject(new StoreError('full', 'no space'));
    const { queue, claims } = world({ accept });
    await expect(queue.accept(message)).rejects.toThrow(StoreError);
    expect([queue.inHand(), claims]).toEqual([0, []]);
  });
});
