import { describe, expect, it, vi } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { makeQueue } from '../../src/queue/queue.ts';
import { brief, claim, sample } from '../contracts/queue-samples.ts';
import { SimulatedClock } from '../simulation/clock.ts';
import { runScript } from './scripted.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

const ROUTE = '[[route]]\nmatch = "*"\nto = "smtp://hop.example:25"\n';
const ENVELOPE = ['MAIL FROM:<a@sender.example>', 'RCPT TO:<b@hop.example>'];

describe('stopping', () => {
  it('does not wait for a next hop that says nothing, and keeps the message', async () => {
    const world = new World();
    await runScript(world.host('hop.example'), 25, { extensions: [], silent: true });
    const server = await world.server('mx.example.org', ROUTE);
    await submit(world, 'mx.example.org', ENVELOPE);
    const beganMs = world.clock.now();
    await world.clock.during(server.stop());
    expect(world.clock.now() - beganMs).toBeLessThanOrEqual(11_000);
    expect(await server.store.counts()).toEqual({ messages: 1, recipients: 1 });
  });

  it('leaves no timer behind: a process that ends by itself, as after a start that came to nothing, ends at once', async () => {
    const world = new World();
    const server = await world.server('mx.example.org', ROUTE);
    await world.clock.during(server.stop());
    expect(world.clock.nextTimerAtMs()).toBeUndefined();
  });

  it('lets a delivery under way come to its end', async () => {
    const world = new World();
    const hop = await runScript(world.host('hop.example'), 25, { extensions: [] });
    const server = await world.server('mx.example.org', ROUTE);
    await submit(world, 'mx.example.org', ENVELOPE);
    await world.clock.during(server.stop());
    expect(hop.contents).toHaveLength(1);
    expect(await server.store.counts()).toEqual({ messages: 0, recipients: 0 });
  });

  it('delivers nothing that is claimed meanwhile: it would have no store to be settled in', async () => {
    const clock = new SimulatedClock();
    const store = openMemoryQueueStore();
    await store.accept([sample('m1')]);
    const asked = Promise.withResolvers<undefined>();
    const answered = Promise.withResolvers<undefined>();
    const claimed = store.claim.bind(store);
    vi.spyOn(store, 'claim').mockImplementationOnce(async (request) => {
      const claims = await claimed(request);
      asked.resolve(undefined);
      await answered.promise;
      return claims;
    });
    const delivered: string[] = [];
    const troubles: unknown[] = [];
    const queue = makeQueue(
      {
        ...{ store, clock, ids: { next: () => 't1' }, paused: new Set<string>() },
        work: ({ message: { id } }) => Promise.resolve(void delivered.push(id)),
        afterReplies: queueMicrotask,
        trouble: (error) => troubles.push(error),
      },
      { inFlight: 100, perDestination: 20, leaseMs: 3_600_000 },
    );
    queue.start();
    await clock.during(asked.promise);
    let isStopped = false;
    const stopping = queue.stop().then(() => (isStopped = true));
    await clock.advance(1_000);
    expect(isStopped).toBe(false);
    answered.resolve(undefined);
    await stopping;
    expect([delivered, troubles]).toEqual([[], []]);
    expect(brief(await claim(store, { nowMs: clock.now() }))).toEqual(['m1:0']);
  });
});
