import { availableParallelism } from 'node:os';

/** How long the thread stays awake once it has read something. */
const awakeMs = 0.15;

/** Who has said nothing for so long is none of those who speak. Longer than a commit takes. */
const recentMs = 5;

/** What {@link Wakefulness} needs of an event loop. */
export interface Turns {
  /** Milliseconds since any moment, never going back. */
  nowMs(): number;
  /** Calls `run` once the events that are there have been handled; the loop does not sleep before. */
  nextTurn(run: () => void): void;
}

/**
 * Keeps the thread awake for a moment after each piece that it has read, as long as two sockets speak in turns and no third
 * does: one client, and the hop that gets its messages. The next line of either dialogue then comes sooner than a sleeping
 * thread is woken, some ten times for each message. Where more speak there is always something to do, and the others have
 * better use of the processor; where one speaks, the wait for the disk outweighs all others.
 */
export class Wakefulness {
  readonly #turns: Turns;
  #last = 0;
  #lastAtMs = -Infinity;
  #other = 0;
  #otherAtMs = -Infinity;
  #crowdedUntilMs = -Infinity;
  #awakeUntilMs = -Infinity;
  #looking = false;

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  /** @param speaker a number of the socket's own, 1 or more */
  heard(speaker: number): void {
    const nowMs = this.#turns.nowMs();
    if (speaker !== this.#last) {
      if (speaker !== this.#other && nowMs - this.#otherAtMs < recentMs) this.#crowdedUntilMs = nowMs + recentMs;
      this.#other = this.#last;
      this.#otherAtMs = this.#lastAtMs;
      this.#last = speaker;
    }
    this.#lastAtMs = nowMs;
    const two = nowMs - this.#otherAtMs < recentMs && nowMs >= this.#crowdedUntilMs;
    this.#awakeUntilMs = two ? nowMs + awakeMs : nowMs;
    if (this.#looking || !two) return;
    this.#looking = true;
    this.#turns.nextTurn(this.#look);
  }

  readonly #look = (): void => {
    this.#looking = this.#turns.nowMs() < this.#awakeUntilMs;
    if (this.#looking) this.#turns.nextTurn(this.#look);
  };
}

const threadWakefulness = new Wakefulness({ nowMs: () => performance.now(), nextTurn: setImmediate });

/** Tells that this thread has read from a socket. With a single processor it never stays awake: who is to speak next needs it. */
export const heardFrom: (speaker: number) => void =
  availableParallelism() > 1 ? (speaker) => threadWakefulness.heard(speaker) : () => undefined;
