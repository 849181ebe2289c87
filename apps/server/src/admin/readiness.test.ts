import { expect, it } from 'vitest';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import { LeaseLostError, StoreError } from '../ports.ts';
import { makeReadiness } from './readiness.ts';

const full = new StoreError('full', 'no room');
const ok = (): Promise<void> => Promise.resolve();
const fails = (): Promise<void> => Promise.reject(full);
const untried = (): Promise<void> => Promise.reject(new Error('nobody needs to try'));

function start(): { readonly clock: SimulatedClock; readonly readiness: ReturnType<typeof makeReadiness> } {
  const clock = new SimulatedClock();
  return { clock, readiness: makeReadiness(clock) };
}

it('where nothing was committed of late, one is tried, and the answer holds for some seconds', async () => {
  const { clock, readiness } = start();
  expect(await readiness.trouble(fails)).toBe('no room');
  expect(await readiness.trouble(ok)).toBeUndefined();
  expect(await readiness.trouble(untried)).toBeUndefined();
  await clock.advance(5_000);
  expect(await readiness.trouble(fails)).toBe('no room');
  readiness.committed();
  expect(await readiness.trouble(untried)).toBeUndefined();
});

it('one failed commit is enough only where another one fails as well', async () => {
  const { clock, readiness } = start();
  readiness.committed();
  await clock.advance(1);
  readiness.failed(full);
  expect(await readiness.trouble(fails)).toBe('no room');
  await clock.advance(1);
  expect(await readiness.trouble(ok)).toBeUndefined();
  expect(await readiness.trouble(untried)).toBeUndefined();
});

it('failures in a row count whatever is tried beside them, until a commit succeeds or they are old', async () => {
  const { clock, readiness } = start();
  for (let n = 0; n < 3; n++) readiness.failed(full);
  expect(await readiness.trouble(ok)).toBe('no room');
  readiness.committed();
  expect(await readiness.trouble(ok)).toBeUndefined();
  for (let n = 0; n < 3; n++) readiness.failed(full);
  await clock.advance(30_000);
  expect(await readiness.trouble(ok)).toBeUndefined();
});

it('what is no fault of the store does not count', async () => {
  const { clock, readiness } = start();
  readiness.committed();
  await clock.advance(1);
  for (let n = 0; n < 9; n++) readiness.failed(new LeaseLostError('too late'));
  expect(await readiness.trouble(untried)).toBeUndefined();
});

it('a store that does not answer takes no mail; who asks meanwhile waits for the same answer', async () => {
  const { clock, readiness } = start();
  let tried = 0;
  let finish = (): void => undefined;
  const hangs = (): Promise<void> => {
    tried += 1;
    return new Promise((done) => (finish = done));
  };
  const [first, second] = [readiness.trouble(hangs), readiness.trouble(hangs)];
  await clock.advance(10_000);
  expect(await Promise.all([first, second])).toEqual([
    'The store has not answered for 10 seconds',
    'The store has not answered for 10 seconds',
  ]);
  const third = readiness.trouble(hangs);
  await clock.advance(9_000);
  finish();
  expect(await third).toBeUndefined();
  expect(tried).toBe(2);
});
