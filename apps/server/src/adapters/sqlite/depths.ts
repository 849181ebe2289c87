import { isNote } from '../../queue/telling/notes.ts';

/** How many recipients have rows, by destination. Changes belong to the transaction under way: {@link rollback} takes them back. */
export class Depths {
  readonly #counts = new Map<string, number>();
  #changes: [destination: string, by: number][] = [];

  /** What lies in the store when it is opened. */
  begin(destination: string, count: number): void {
    if (!isNote(destination)) this.#counts.set(destination, count);
  }

  change(destination: string, by: number): void {
    // Each note has a destination of its own.
    if (isNote(destination)) return;
    this.#apply(destination, by);
    this.#changes.push([destination, by]);
  }

  /** The destinations with most recipients. */
  deepest(limit: number): readonly (readonly [destination: string, count: number])[] {
    return [...this.#counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, limit);
  }

  commit(): void {
    if (this.#changes.length > 0) this.#changes = [];
  }

  rollback(): void {
    for (const [destination, by] of this.#changes) this.#apply(destination, -by);
    this.#changes = [];
  }

  #apply(destination: string, by: number): void {
    const count = (this.#counts.get(destination) ?? 0) + by;
    if (count === 0) this.#counts.delete(destination);
    else this.#counts.set(destination, count);
  }
}
