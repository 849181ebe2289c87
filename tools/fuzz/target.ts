/** One reader under fire. It may throw `own` errors; anything else, and whatever `check` finds, is a fault. */
export interface Target {
  readonly name: string;
  /** Share of the inputs: slow readers get fewer. */
  readonly share: number;
  readonly own: readonly (new (...args: never[]) => Error)[];
  readonly seeds: readonly Uint8Array[];
  readonly tokens: readonly string[];
  readonly run: (octets: Uint8Array) => void;
  /** What else has to hold; not asked where only time counts. */
  readonly check?: (octets: Uint8Array) => void;
  /** Text that is as bad for this reader as text can be, `octets` long. */
  readonly hostile: readonly ((octets: number) => Uint8Array)[];
}

/** What is wanted does not hold. */
export class Fault extends Error {}

/** Runs what may throw `own` errors; undefined if it did. */
export function tolerate<T>(own: Target['own'], run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof Fault || !own.some((each) => error instanceof each)) throw error;
    return undefined;
  }
}

/** @throws {Fault} unless it holds */
export function hold(holds: boolean, what: string): void {
  if (!holds) throw new Fault(`does not hold: ${what}`);
}

/** @throws {Fault} where two values, octets among them, differ */
export function same(actual: unknown, expected: unknown): void {
  const equal =
    actual instanceof Uint8Array && expected instanceof Uint8Array
      ? Buffer.compare(actual, expected) === 0
      : actual === expected;
  if (!equal) throw new Fault('read and written again, it is not the same');
}
