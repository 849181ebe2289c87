import { describe, expect, it, onTestFinished } from 'vitest';
import type { SuppressionRecord, SuppressionStore } from '../../src/ports.ts';

export type OpenSuppression = () => Promise<{
  readonly store: SuppressionStore;
  readonly reopen?: () => Promise<SuppressionStore>;
}>;

const record = (address: string, values: Partial<SuppressionRecord> = {}): SuppressionRecord => ({
  ...{ address, reason: 'who?', status: '5.1.1', sinceMs: 1, failures: 1, listed: true, ...values },
});

/** What every place of the suppression list must do. */
export function suppressionContract(name: string, openSuppression: OpenSuppression): void {
  const open = async (...records: readonly SuppressionRecord[]) => {
    const { store, reopen } = await openSuppression();
    onTestFinished(() => store.close());
    if (records.length > 0) await store.change(records, []);
    return { store, reopen };
  };
  const all = async (store: SuppressionStore): Promise<readonly SuppressionRecord[]> =>
    [...(await store.all())].sort((a, b) => (a.address < b.address ? -1 : 1));

  describe(name, () => {
    it('begins empty, and keeps all that a record says', async () => {
      const { store } = await open();
      expect(await store.all()).toEqual([]);
      const counted = { address: 'jösé@ivory.edu', reason: '"\'; \0', sinceMs: 5, failures: 2, listed: false } as const;
      const full = record('a@x', { untilMs: 9, messageId: 'm', returned: true });
      await store.change([counted, full], []);
      expect(await all(store)).toEqual([full, counted]);
    });

    it('has the last record of each address, and none that was removed', async () => {
      const { store } = await open(record('b@x'), record('a@x'), record('c@x'));
      await store.change([record('b@x', { failures: 2 })], ['c@x', 'nobody@x']);
      expect(await all(store)).toEqual([record('a@x'), record('b@x', { failures: 2 })]);
    });

    it('removes what is put and removed in one change', async () => {
      const { store } = await open(record('a@x'));
      await store.change([record('a@x', { failures: 2 }), record('b@x')], ['a@x', 'b@x']);
      expect(await store.all()).toEqual([]);
    });

    it('changes nothing when there is nothing to change', async () => {
      const { store } = await open(record('a@x'));
      await store.change([], []);
      await store.forget([]);
      expect(await store.all()).toEqual([record('a@x')]);
    });

    it('forgets records that are as they were given, not those that were changed meanwhile', async () => {
      const { store } = await open(record('a@x'), record('b@x'), record('c@x'));
      const known = await all(store);
      await store.change([record('b@x', { failures: 2 }), record('c@x')], []);
      await store.forget([...known, record('nobody@x')]);
      expect(await all(store)).toEqual([record('b@x', { failures: 2 })]);
    });

    it('keeps all over an end, where it lasts', async () => {
      const { store, reopen } = await open(record('b@x'), record('a@x'));
      if (reopen === undefined) return;
      await store.change([record('b@x', { failures: 2 })], []);
      expect(await all(await reopen())).toEqual([record('a@x'), record('b@x', { failures: 2 })]);
    });
  });
}
