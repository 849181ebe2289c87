import type { PausedDestination } from '../ports.ts';
import { writeMarks } from '../routing/mark.ts';

/** Destinations that operators want left alone. */
export interface Pauses {
  /** The keys under which recipients wait that are left alone. */
  readonly keys: ReadonlySet<string>;
  has(destination: string): boolean;
  sinceMs(destination: string): number | undefined;
  all(): readonly PausedDestination[];
  add(destination: string, sinceMs: number): void;
  remove(destination: string, atMs: number): void;
  /** Takes over what the store remembers now. */
  replace(stored: readonly PausedDestination[], atMs: number): void;
  /** When its last pause ended, as far as this process knows. */
  resumedAtMs(destination: string): number | undefined;
}

/** Makes the pauses, as the store remembers them. */
export function makePauses(stored: readonly PausedDestination[]): Pauses {
  const since = new Map<string, number>();
  const resumed = new Map<string, number>();
  const keys = new Set<string>();
  const keysOf = (destination: string): readonly string[] => [
    destination,
    writeMarks({ held: false, moved: true, destination }),
  ];
  const add = (destination: string, sinceMs: number): void => {
    if (since.has(destination)) return;
    since.set(destination, sinceMs);
    for (const key of keysOf(destination)) keys.add(key);
  };
  const remove = (destination: string, atMs: number): void => {
    since.delete(destination);
    resumed.set(destination, atMs);
    for (const key of keysOf(destination)) keys.delete(key);
  };
  for (const { destination, sinceMs } of stored) add(destination, sinceMs);
  return {
    keys,
    add,
    remove,
    replace(now, atMs) {
      const named = new Set(now.map(({ destination }) => destination));
      for (const destination of [...since.keys()]) if (!named.has(destination)) remove(destination, atMs);
      for (const { destination, sinceMs } of now) add(destination, sinceMs);
    },
    has: (destination) => since.has(destination),
    sinceMs: (destination) => since.get(destination),
    all: () => [...since].map(([destination, sinceMs]) => ({ destination, sinceMs })),
    resumedAtMs: (destination) => resumed.get(destination),
  };
}
