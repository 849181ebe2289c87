/**
 * Where large contents rest beside the store: objects under names of letters, digits, hyphens, dots and slashes, in a bucket
 * that several servers may share. An object is never changed, only put and removed.
 *
 * All calls reject with a StoreError: `away` while it can't be reached or is not well, `io` when it refuses.
 */
export interface ObjectStore {
  /** Resolves when it is kept as safely as it ever will be. */
  put(name: string, octets: Uint8Array): Promise<void>;
  /** Undefined: it is not there. */
  get(name: string): Promise<Uint8Array | undefined>;
  /** One that is not there is removed already. */
  remove(name: string): Promise<void>;
  /** At most 1000 objects whose names come behind `after`, in the order of their names; none: that is all. */
  list(after: string): Promise<readonly { readonly name: string; readonly putAtMs: number }[]>;
}
