import type { ReceivedReply } from '@dsnkit/smtp';
import { openSession, type Session } from '../send/open.ts';
import type { SessionOptions } from '../send/options.ts';
import { DialogueError, type Trace } from '../wire/dialogue.ts';
import type { Check, CheckResult, Verdict } from './card.ts';

/**
 * The server said 421, puts off what it took before, or closes one connection after the other: it wants to be left alone.
 * RFC 5321 §3.8, §4.2.1.
 */
export class Stopped extends Error {}

/** Not now, says the server: of itself, or of how often it was asked. RFC 5321 §4.2.1. */
export function isPutOff({ code }: ReceivedReply): boolean {
  return code >= 400 && code < 500;
}

/** @throws {Stopped} as such a reply tells nothing about how the server keeps to the standards */
export function throwIfPutOff(reply: ReceivedReply): void {
  if (isPutOff(reply)) throw new Stopped(reply.raw.join(' '));
}

/** Servers count errors and lose patience: Exim after three, Postfix after ten. */
const ERRORS_PER_CONNECTION = 2;
const DROPS = 3;
const BETWEEN_CONNECTIONS_MS = 50;

/** Speaks with the server in one connection at a time, and keeps what was said for the check at hand. */
export class Prober {
  readonly #options: SessionOptions;
  readonly #verbose: Trace;
  #session: Session | undefined;
  #errors = 0;
  #drops = 0;
  #lines: string[] = [];
  /** 2yz, 4yz and 5yz replies without an enhanced status code. */
  readonly bareReplies: string[] = [];

  constructor(options: SessionOptions, verbose: Trace) {
    this.#options = options;
    this.#verbose = verbose;
  }

  /** A session with room for errors; opened when there is none. */
  async session(): Promise<Session> {
    if (this.#session !== undefined && this.#errors < ERRORS_PER_CONNECTION) return this.#session;
    // A change of connections in the midst of a check is no part of it.
    const lines = this.#lines;
    this.#lines = [];
    if (this.#session !== undefined) await this.close();
    this.#errors = 0;
    this.#session = await openSession(this.#options, this.#trace, 'HOST');
    this.#watch(this.#session.hello);
    this.#lines = lines;
    return this.#session;
  }

  /** One command and its reply. */
  async say(line: string): Promise<ReceivedReply> {
    const { dialogue } = await this.session();
    const reply = await dialogue.command(line);
    this.#watch(reply);
    if (reply.status === undefined && reply.code !== 354)
      this.bareReplies.push(`${line.slice(0, 60)} -> ${reply.raw[0] ?? ''}`);
    return reply;
  }

  /** Several commands in one piece, and their replies. */
  async sayAll(lines: readonly string[]): Promise<readonly ReceivedReply[]> {
    const { dialogue } = await this.session();
    dialogue.write(lines);
    const replies: ReceivedReply[] = [];
    while (replies.length < lines.length) {
      const reply = await dialogue.reply();
      this.#watch(reply);
      replies.push(reply);
    }
    return replies;
  }

  /**
   * Runs one check; what it gives becomes the result.
   *
   * @throws {Stopped} when the server wants to be left alone
   */
  async check(check: Check, run: () => Promise<Verdict>): Promise<CheckResult> {
    this.#lines = [];
    try {
      // Greetings are no part of the check.
      await this.session();
      this.#lines = [];
      const outcome = await run();
      return { ...check, ...outcome, transcript: this.#lines };
    } catch (error) {
      if (!(error instanceof DialogueError)) throw error;
      this.#session?.dialogue.close();
      this.#session = undefined;
      if (++this.#drops >= DROPS) throw new Stopped(error.message);
      return {
        ...check,
        result: check.level === 'MUST' ? 'fail' : 'note',
        detail: error.message,
        transcript: this.#lines,
      };
    }
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.dialogue.quit();
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_CONNECTIONS_MS));
  }

  /** Leaves without a word, if there still is a connection. */
  abandon(): void {
    this.#session?.dialogue.close();
    this.#session = undefined;
  }

  #watch(reply: ReceivedReply): void {
    if (reply.code === 421) throw new Stopped(reply.raw.join(' '));
    if (reply.code >= 500) this.#errors++;
  }

  readonly #trace: Trace = (direction, line) => {
    this.#lines.push(`${direction}: ${line}`);
    this.#verbose(direction, line);
  };
}
