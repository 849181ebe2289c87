import { StoreError, type ObjectStore } from '../../src/ports.ts';

/** A bucket in memory. */
export interface MemoryObjects extends ObjectStore {
  readonly objects: Map<string, { readonly octets: Uint8Array; putAtMs: number }>;
  /** Whether it can't be reached. */
  isAway: boolean;
}

/** Makes an empty one. */
export function memoryObjects(): MemoryObjects {
  const objects: MemoryObjects['objects'] = new Map();
  const answer = <T>(value: () => T): Promise<T> =>
    bucket.isAway ? Promise.reject(new StoreError('away', 'The bucket is away')) : Promise.resolve().then(value);
  const bucket: MemoryObjects = {
    objects,
    isAway: false,
    put: (name, octets) => answer(() => void objects.set(name, { octets: octets.slice(), putAtMs: Date.now() })),
    get: (name) => answer(() => objects.get(name)?.octets),
    remove: (name) => answer(() => void objects.delete(name)),
    list: (after) =>
      answer(() =>
        [...objects]
          .map(([name, { putAtMs }]) => ({ name, putAtMs }))
          .filter(({ name }) => name > after)
          .sort((a, b) => (a.name < b.name ? -1 : 1))
          .slice(0, 2),
      ),
  };
  return bucket;
}
