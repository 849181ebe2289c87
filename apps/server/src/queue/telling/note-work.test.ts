import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../test/simulation/clock.ts';
import { claim, octets, sample } from '../../../test/contracts/queue-samples.ts';
import { openMemoryQueueStore } from '../../adapters/memory/queue-store.ts';
import type { NewMessage } from '../../ports.ts';
import { noteMessage } from './notes.ts';
import { makeNoteWork } from './note-work.ts';

const HOUR = 3_600_000;

function world() {
  const clock = new SimulatedClock(0);
  const store = openMemoryQueueStore();
  const told: number[][] = [];
  const expected: number[] = [];
  const troubles: unknown[] = [];
  const trouble = { digest: false };
  const workOff = makeNoteWork({
    ...{ store, clock, digestEveryMs: HOUR },
    events: { emit: () => undefined },
    reporter: { release: () => expect.unreachable() },
    postmaster: {
      digest(failures) {
        if (trouble.digest) return Promise.reject(new Error('no digest'));
        told.push(failures.map(({ atMs }) => atMs));
        return Promise.resolve(sample(`digest${told.length}`));
      },
    },
    making: { enter: () => expect.unreachable() },
    expect: (atMs) => void expected.push(atMs),
    trouble: (error) => void troubles.push(error),
  });
  /** All notes that are due are told. */
  const work = async (): Promise<void> => {
    const claims = await claim(store, { nowMs: clock.now(), leaseUntilMs: clock.now() + HOUR });
    const notes = claims.filter(({ recipients }) => recipients[0]?.destination.startsWith('note:'));
    await clock.during(Promise.all(notes.map((each) => workOff('digest', each))));
  };
  return { clock, store, told, troubles, trouble, expected, work };
}

const note = (id: string, dueAtMs: number, ...atMs: readonly number[]): NewMessage =>
  noteMessage(
    { kind: 'digest', id, value: atMs.map((each) => ({ atMs: each })), octets: new Uint8Array(), dueAtMs },
    0,
  );

describe('makeNoteWork', () => {
  it('a note that can not be read keeps no other back: the operator hears of it, and it rests for an hour', async () => {
    const { clock, store, told, troubles, work } = world();
    await store.accept([note('good', HOUR, 1), { ...note('bad', HOUR, 1), content: [octets('no note\n')] }]);
    await clock.advance(HOUR);
    await work();
    expect(told).toEqual([[1]]);
    expect(troubles).toHaveLength(1);
    expect(await store.find('good')).toBeUndefined();
    const dueAtMs = (await store.find('bad'))?.recipients[0]?.dueAtMs ?? 0;
    expect([dueAtMs >= 2 * HOUR, dueAtMs <= 2 * HOUR + 60_000]).toEqual([true, true]);
  });

  it('no digest tells of nothing', async () => {
    const { clock, store, told, troubles, work } = world();
    await store.accept([{ ...note('bad', HOUR, 1), content: [octets('no note\n')] }]);
    await clock.advance(HOUR);
    await work();
    expect(told).toEqual([]);
    expect(troubles).toHaveLength(1);
  });

  it('the digest is due at once; notes of one that could not be made are looked at again five seconds later', async () => {
    const { clock, store, told, troubles, trouble, expected, work } = world();
    await store.accept([note('first', HOUR, 1)]);
    await clock.advance(HOUR);
    trouble.digest = true;
    await work();
    expect(troubles).toHaveLength(1);
    const nowMs = clock.now();
    expect(expected).toEqual([nowMs + 5_000]);
    trouble.digest = false;
    // Their claims were given back.
    await work();
    expect(told).toEqual([[1]]);
    expect(expected.slice(1)).toEqual([clock.now(), clock.now() + 5_000]);
    expect(await store.find('first')).toBeUndefined();
  });

  it('what comes after the digest of a span is told by the next, and by nothing before', async () => {
    const { clock, store, told, troubles, work } = world();
    await store.accept([note('first', HOUR, 1)]);
    await clock.advance(HOUR);
    await work();
    await store.accept([note('second', HOUR, 5, 2), note('third', HOUR, 3)]);
    await work();
    expect(told).toEqual([[1]]);
    expect((await store.find('second'))?.recipients).toMatchObject([{ dueAtMs: 2 * HOUR, retryAtMs: 2 * HOUR }]);
    await clock.advance(HOUR);
    await work();
    // In the order in which they came about.
    expect(told).toEqual([[1], [2, 3, 5]]);
    expect(troubles).toEqual([]);
  });
});
