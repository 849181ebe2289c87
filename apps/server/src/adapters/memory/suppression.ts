import type { SuppressionRecord, SuppressionStore } from '../../ports.ts';

/** Opens a suppression list that lives in memory: for tests. */
export function openMemorySuppression(): SuppressionStore {
  const records = new Map<string, SuppressionRecord>();
  return {
    all: () => Promise.resolve([...records.values()]),
    change(put, remove) {
      for (const record of put) records.set(record.address, record);
      for (const address of remove) records.delete(address);
      return Promise.resolve();
    },
    forget(gone) {
      for (const record of gone)
        if (JSON.stringify(records.get(record.address)) === JSON.stringify(record)) records.delete(record.address);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
