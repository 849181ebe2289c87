import type { Outgoing } from './client-transaction.ts';
import { Output } from './output.ts';

/** What a reply to come will be the reply to. */
export type Expected =
  | { readonly kind: 'greeting' | 'ehlo' | 'helo' | 'rset' | 'reset' | 'quit' | 'starttls' | 'auth' }
  | { readonly kind: 'mail' | 'data' | 'chunk' | 'discard'; readonly to: Outgoing }
  | { readonly kind: 'rcpt'; readonly to: Outgoing; readonly place: number }
  | { readonly kind: 'content'; readonly to: Outgoing; readonly place?: number; readonly last: boolean };

/** A command line without CRLF, and what its reply is for. */
export interface Command {
  readonly line: string;
  readonly expected: Expected;
}

const MINUTE = 60_000;

/** RFC 5321 §4.5.3.2, in milliseconds; what it does not name gets the five minutes of most. */
const TIMEOUTS: Partial<Readonly<Record<Expected['kind'], number>>> = {
  data: 2 * MINUTE,
  chunk: 3 * MINUTE,
  content: 10 * MINUTE,
  discard: 10 * MINUTE,
};

/**
 * Commands on their way out and the replies that are owed for them, in one order: each reply taken belongs to the
 * oldest command without one, so that none can be put down to a neighbour. RFC 2920 §3.1.
 */
export class Pipeline {
  readonly output: Output = new Output();
  /** Whether commands go out before the reply to the one before has come. */
  pipelining = false;
  #expected: Expected[] = [];
  /** How many of them were owed when octets last came. */
  #due = 0;
  #unsent: Command[] = [];

  /** No reply is owed. */
  get idle(): boolean {
    return this.#expected.length === 0;
  }

  /**
   * Whether another group may follow: after chunks only once it is known that none was refused, never behind a command
   * that ends its group. RFC 3030 §2, RFC 2920 §3.1.
   */
  get open(): boolean {
    const last = this.#expected.at(-1);
    if (last === undefined) return true;
    if (last.kind === 'starttls' || last.kind === 'auth') return false;
    return this.pipelining && !('to' in last && last.to.transaction.chunking === true);
  }

  /** What the next reply will be for. */
  get next(): Expected | undefined {
    return this.#expected[0];
  }

  /** Whether the next reply was owed when it came: none can answer a command that was not yet said. RFC 5321 §2.1 */
  get isDue(): boolean {
    return this.#due > 0;
  }

  get timeoutMs(): number | undefined {
    const next = this.#expected[0];
    return next === undefined ? undefined : (TIMEOUTS[next.kind] ?? 5 * MINUTE);
  }

  /** Octets have come: they can hold replies to what was said before. */
  heard(): void {
    this.#due = this.#expected.length;
  }

  /** Owe a reply for what the caller has written. */
  expect(expected: Expected): void {
    this.#expected.push(expected);
  }

  /** Write a line now. */
  say(line: string, expected: Expected): void {
    this.output.text(`${line}\r\n`);
    this.#expected.push(expected);
  }

  /** Write commands as soon as they may go out. */
  queue(commands: readonly Command[]): void {
    this.#unsent = [...commands];
    this.flush();
  }

  flush(): void {
    for (const { line, expected } of this.#unsent.splice(0, this.pipelining ? Infinity : this.idle ? 1 : 0)) {
      this.say(line, expected);
    }
  }

  /** The reply has come. */
  settle(): void {
    this.#expected.shift();
    this.#due--;
  }

  /** What has not been written won't be. */
  forget(): void {
    this.#unsent = [];
  }

  /** The connection is over: the transactions that were owed a reply, oldest first. */
  end(): Set<Outgoing> {
    const owed = new Set<Outgoing>();
    for (const expected of this.#expected) if ('to' in expected) owed.add(expected.to);
    this.#expected = [];
    this.#unsent = [];
    return owed;
  }
}
