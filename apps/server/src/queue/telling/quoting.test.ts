import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../test/simulation/clock.ts';
import { StoreError, type Claim } from '../../ports.ts';
import { contentOf } from '../content.ts';
import { makeMaking } from './making.ts';
import { quote } from './quoting.ts';

const claim = (token: string): Claim => ({
  token,
  message: { id: token, reversePath: '', mailParameters: '', arrivedAtMs: 0, origin: 'smtp', sizeOctets: 1_000 },
  recipients: [],
  lastN: 0,
});

/** There is room for one report. */
function makeWorld() {
  const clock = new SimulatedClock(0);
  const [loaded, troubles]: [string[], unknown[]] = [[], []];
  const world = { isHeld: true };
  const parts = {
    clock,
    making: makeMaking(1),
    isHeld: () => world.isHeld,
    trouble: (error: unknown) => void troubles.push(error),
  };
  const ask = (name: string, load: () => Promise<void> = () => Promise.resolve()) => {
    const quoted = quote(parts, claim(name), async () => {
      await load();
      loaded.push(name);
      return contentOf([]);
    });
    return { ...quoted, first: quoted.content() };
  };
  return { clock, loaded, troubles, world, ask };
}

describe('quote', () => {
  it('does not load what a report quotes before there is room for it', async () => {
    const { clock, loaded, ask } = makeWorld();
    const [first, second] = [ask('first'), ask('second')];
    await first.first;
    await first.content();
    await clock.advance(10_000);
    expect(loaded).toEqual(['first', 'first']);
    first.leave();
    await second.first;
    expect(loaded).toEqual(['first', 'first', 'second']);
  });

  it('gives up the room while the content is away, and asks for both again', async () => {
    const { clock, loaded, troubles, ask } = makeWorld();
    let isAway = true;
    const away = new StoreError('away', 'The bucket is away');
    const waiting = ask('waiting', () => (isAway ? Promise.reject(away) : Promise.resolve()));
    const other = ask('other');
    await other.first;
    isAway = false;
    await clock.advance(10_000);
    expect(loaded).toEqual(['other']);
    other.leave();
    await waiting.first;
    expect(loaded).toEqual(['other', 'waiting']);
    expect(troubles).toEqual([away]);
  });

  it('does not wait for what is lost, nor for a claim that has passed on', async () => {
    const { world, ask } = makeWorld();
    await expect(ask('lost', () => Promise.reject(new StoreError('lost', 'gone'))).first).rejects.toThrow('gone');
    world.isHeld = false;
    await expect(ask('late', () => Promise.reject(new StoreError('away', 'later'))).first).rejects.toThrow('later');
    await ask('next').first;
  });
});
