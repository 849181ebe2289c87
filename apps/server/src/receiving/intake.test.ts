import { describe, expect, it } from 'vitest';
import { openMemoryQueueStore } from '../adapters/memory/queue-store.ts';
import { StoreError } from '../ports.ts';
import { Intake } from './intake.ts';

describe('Intake', () => {
  it('RFC 5321 §4.2.5: a spool that can not be opened is told at the end of the content, however slowly that comes', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      const store = openMemoryQueueStore({ inlineMaxOctets: 4_096 });
      store.spool = () => Promise.reject(new StoreError('full', 'no room'));
      const intake = new Intake(store, () => new Uint8Array(100));
      for (let i = 0; i < 30; i++) intake.add(new Uint8Array(100));
      // The next piece comes in another turn: a rejection that nobody looks at ends the process before.
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).toEqual([]);
      await expect(intake.finish()).rejects.toThrow('no room');
      await expect(intake.discard()).rejects.toThrow('no room');
    } finally {
      process.off('unhandledRejection', note);
    }
  });
});
