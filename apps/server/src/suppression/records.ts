import type { SuppressionRecord } from '../ports.ts';

/** Every record there is, in memory, by its address. */
export class Records {
  readonly #byAddress: Map<string, SuppressionRecord>;
  #sorted: readonly string[] | undefined;
  #walk: Iterator<SuppressionRecord>;

  constructor(records: readonly SuppressionRecord[]) {
    this.#byAddress = new Map(records.map((record) => [record.address, record]));
    this.#walk = this.#byAddress.values();
  }

  get(address: string): SuppressionRecord | undefined {
    return this.#byAddress.get(address);
  }

  change(put: readonly SuppressionRecord[], removed: readonly string[]): void {
    for (const record of put) this.#byAddress.set(record.address, record);
    for (const address of removed) this.#byAddress.delete(address);
    this.#sorted = undefined;
  }

  clear(): void {
    this.#byAddress.clear();
    this.#sorted = undefined;
  }

  /** Removes a record unless another has taken its place. */
  forget(record: SuppressionRecord): void {
    if (this.#byAddress.get(record.address) === record) this.#byAddress.delete(record.address);
  }

  /** Addresses in order; some may have been forgotten since. */
  addresses(): readonly string[] {
    return (this.#sorted ??= [...this.#byAddress.keys()].sort());
  }

  /** Goes on where it was left and begins anew at the end: some records that are over, from a look at so many. */
  someOver(
    isOver: (record: SuppressionRecord) => boolean,
    { lookAt, most }: { readonly lookAt: number; readonly most: number },
  ): readonly SuppressionRecord[] {
    const over: SuppressionRecord[] = [];
    for (let looked = 0; looked < lookAt && over.length < most; looked++) {
      const next = this.#walk.next();
      if (next.done === true) {
        this.#walk = this.#byAddress.values();
        break;
      }
      if (isOver(next.value)) over.push(next.value);
    }
    return over;
  }
}
