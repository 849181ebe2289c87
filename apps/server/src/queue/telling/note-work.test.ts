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
  const told: number[] = [];
  const troubles: unknown[] = [];
  const workOff = makeNoteWork({
    ...{ store, clock, digestEveryMs: HOUR },
    events: { emit: () => undefined },
    reporter: { release: () => expect.unreachable() },
    postmaster: {
      digest(failures) {
        told.push(failures.length);
        return Promise.resolve(sample(`digest${told.length}`));
      },
    },
    making: { enter: () => expect.unreachable() },
    expect: () => undefined,
    trouble: (error) => void troubles.push(error),
  });
  /** All notes that are due are told. */
  const work = async (): Promise<void> => {
    const claims = await claim(store, { nowMs: clock.now(), leaseUntilMs: clock.now() + HOUR });
    const notes = claims.filter(({ recipients }) => recipients[0]?.destination.startsWith('note:'));
    await clock.during(Promise.all(notes.map((each) => workOff('digest', each))));
  };
  return { clock, store, told, troubles, work };
}

const note = (id: string, dueAtMs: number): NewMessage =>
  noteMessage({ kind: 'digest', id, value: [{ atMs: 1 }], octets: new Uint8Array(), dueAtMs }, 0);

describe('makeNoteWork', () => {
  it('a note that can not be read keeps no other back: the operator hears of it, and it rests for an hour', async () => {
    const { clock, store, told, troubles, work } = world();
    await store.accept([note('good', HOUR), { ...note('bad', HOUR), content: [octets('no note\n')] }]);
    await clock.advance(HOUR);
    await work();
    expect(told).toEqual([1]);
    expect(troubles).toHaveLength(1);
    expect(await store.find('good')).toBeUndefined();
    const dueAtMs = (await store.find('bad'))?.recipients[0]?.dueAtMs ?? 0;
    expect([dueAtMs >= 2 * HOUR, dueAtMs <= 2 * HOUR + 60_000]).toEqual([true, true]);
  });

  it('what comes after the digest of a span is told by the next, and by nothing before', async () => {
    const { clock, store, told, troubles, work } = world();
    await store.accept([note('first', HOUR)]);
    await clock.advance(HOUR);
    await work();
    await store.accept([note('second', HOUR), note('third', HOUR)]);
    await work();
    expect(told).toEqual([1]);
    expect((await store.find('second'))?.recipients).toMatchObject([{ dueAtMs: 2 * HOUR, retryAtMs: 2 * HOUR }]);
    await clock.advance(HOUR);
    await work();
    expect(told).toEqual([1, 2]);
    expect(troubles).toEqual([]);
  });
});
