import { expect, it } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { makeQueue, type Queue } from '../../src/queue/queue.ts';
import type { QueueStore } from '../../src/ports.ts';
import { recipient, sample } from '../contracts/queue-samples.ts';
import { SimulatedClock } from '../simulation/clock.ts';

const LIMITS = { inFlight: 100, perDestination: 20, leaseMs: 3_600_000 };

interface Scene {
  readonly clock: SimulatedClock;
  readonly store: QueueStore;
  readonly queue: Queue;
  /** Destinations of the messages that were worked off. */
  readonly done: string[];
  /** The silent ones say something at last. */
  readonly speak: () => void;
  readonly accept: (destination: string, id: string) => Promise<void>;
}

/** A queue whose destinations named `silent` keep what they are given; those named `down` put everything off for an hour. */
function scene(): Scene {
  const clock = new SimulatedClock();
  const store = openMemoryQueueStore();
  const done: string[] = [];
  let speak: () => void = () => undefined;
  const spoken = new Promise<void>((resolve) => (speak = resolve));
  let last = 0;
  const queue = makeQueue(
    {
      ...{ store, clock, ids: { next: () => `t${++last}` }, paused: new Set<string>() },
      afterReplies: queueMicrotask,
      async work({ token, message, recipients: [first] }) {
        const destination = first?.destination ?? '';
        if (destination.startsWith('silent')) await spoken;
        if (first !== undefined && destination.startsWith('down')) {
          const later = { ...first, state: 'pending' as const, dueAtMs: clock.now() + 3_600_000 };
          await store.settle({ messageId: message.id, token, updates: [later], children: [], messages: [] });
          queue.putOff(token);
          done.push(destination);
          return;
        }
        await store.settle({
          ...{ messageId: message.id, token, updates: [{ n: 0, state: 'done' as const }], children: [], messages: [] },
        });
        done.push(destination);
      },
      trouble(error) {
        throw error;
      },
    },
    LIMITS,
  );
  const accept = (destination: string, id: string): Promise<void> =>
    clock.during(queue.accept(sample(id, { recipients: [recipient(0, { destination, dueAtMs: 0 })] })));
  return { clock, store, queue, done, speak, accept };
}

it('many destinations that say nothing leave room for one that does, whatever waits for them', async () => {
  const { clock, queue, accept, done } = scene();
  queue.start();
  for (let n = 0; n < 300; n++) await accept(`silent-${n % 10}`, `s${n}`);
  expect(queue.inHand()).toBeLessThan(LIMITS.inFlight);
  for (let n = 0; n < 30; n++) await accept('live', `l${n}`);
  await clock.advance(1_000);
  expect(done).toHaveLength(30);
  expect(queue.inHand('silent-0')).toBeGreaterThan(3);
});

it('what rests in the store is claimed with the same fairness, and all of it in the end', async () => {
  const { clock, store, queue, speak, done } = scene();
  const add = (destination: string, n: number): Promise<void> =>
    store.accept([sample(`${destination}-${n}`, { recipients: [recipient(0, { destination, dueAtMs: n })] })]);
  for (let n = 0; n < 300; n++) await add(`silent-${n % 10}`, n);
  for (let n = 0; n < 30; n++) await add('live', 1_000 + n);
  queue.start();
  await clock.advance(5_000);
  expect(done).toHaveLength(30);
  speak();
  await clock.advance(5_000);
  expect(done).toHaveLength(330);
  expect(queue.inHand()).toBe(0);
});

it('a destination that puts off very much does so a share at a time, and others do not wait for it', async () => {
  const { clock, store, queue, done } = scene();
  const add = (destination: string, n: number): Promise<void> =>
    store.accept([sample(`${destination}-${n}`, { recipients: [recipient(0, { destination, dueAtMs: n })] })]);
  for (let n = 0; n < 200; n++) await add('down', n);
  for (let n = 0; n < 100; n++) await add('live', 1_000 + n);
  const count = (destination: string): number => done.filter((each) => each === destination).length;
  await clock.advance(5_000);
  queue.start();
  await clock.advance(50);
  expect(count('live')).toBe(100);
  expect(count('down')).toBe(LIMITS.perDestination);
  await clock.advance(10_000);
  expect(count('down')).toBe(200);
  expect(queue.inHand()).toBe(0);
  expect(queue.inHand('down')).toBe(0);
});
