import type { Clock } from '../ports.ts';
import { isAhead } from './ahead.ts';
import type { Target } from './mx.ts';
import type { Trouble } from './outcomes.ts';

/** What {@link Apart} is to know. */
export interface ApartOptions {
  /** Connections at a time; may change. */
  readonly most: () => number;
  /** For how long a host that failed is left alone; 0: not at all. */
  readonly downMs: number;
  readonly clock: Clock;
}

/**
 * The limits of connections that one attempt has to itself, since the host of the pool put it off: however many messages a
 * first exchanger puts off, the next one is not called for each of them at once, nor for each of them in vain.
 */
export class Apart {
  readonly #options: ApartOptions;
  readonly #waiting: (() => void)[] = [];
  readonly #down = new Map<string, { readonly trouble: Trouble; readonly untilMs: number }>();
  #open = 0;

  constructor(options: ApartOptions) {
    this.#options = options;
  }

  /** Does work that takes one connection when there is room for it: who came first goes first. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#open >= this.#options.most()) await new Promise<void>((begin) => this.#waiting.push(begin));
    else this.#open++;
    try {
      return await work();
    } finally {
      // Whoever waits takes over the place.
      const begin = this.#open > this.#options.most() ? undefined : this.#waiting.shift();
      if (begin === undefined) this.#open--;
      else begin();
    }
  }

  /** Why a host is left alone; undefined if it is not. */
  troubleOf(target: Target): Trouble | undefined {
    const { clock, downMs } = this.#options;
    const down = this.#down.get(keyOf(target));
    if (down === undefined) return undefined;
    if (isAhead(down.untilMs, downMs, clock.now())) return down.trouble;
    this.#down.delete(keyOf(target));
    return undefined;
  }

  /** A host was not ready, or has broken off. */
  failed(target: Target, trouble: Trouble): void {
    const { clock, downMs } = this.#options;
    if (downMs > 0) this.#down.set(keyOf(target), { trouble, untilMs: clock.now() + downMs });
  }
}

function keyOf({ address, port }: Target): string {
  return `${address} ${port}`;
}
