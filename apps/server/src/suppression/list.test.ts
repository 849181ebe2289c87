import { expect, it } from 'vitest';
import { openMemorySuppression } from '../adapters/memory/suppression.ts';
import type { SuppressionChanges, SuppressionRecord } from '../ports.ts';
import { makeSuppressing } from './list.ts';

const record = (address: string): SuppressionRecord => ({
  ...{ address, reason: 'who?', status: '5.1.1', sinceMs: 1, failures: 1, listed: true },
});

it('takes over what others changed, and the whole list where nobody knows any more what went', async () => {
  const stored = openMemorySuppression();
  await stored.change([record('a@x'), record('b@x')], []);
  let changes: SuppressionChanges = { put: [record('c@x')], removed: ['a@x'] };
  const list = await makeSuppressing({
    rules: () => ({ statuses: [], failures: 1 }),
    store: Object.assign(stored, { changes: () => Promise.resolve(changes) }),
    journal: { note: () => Promise.resolve() },
    events: { emit: () => undefined },
    clock: { now: () => 1, after: () => ({ cancel: () => undefined }) },
  });
  const known = (): readonly boolean[] => ['a@x', 'b@x', 'c@x', 'd@x'].map((each) => list.find(each) !== undefined);
  await list.refresh();
  expect(known()).toEqual([false, true, true, false]);
  changes = { put: [record('d@x')], removed: [], isWhole: true };
  await list.refresh();
  expect(known()).toEqual([false, false, false, true]);
  changes = { put: [], removed: [], isWhole: true };
  await list.refresh();
  expect(known()).toEqual([false, false, false, false]);
});
