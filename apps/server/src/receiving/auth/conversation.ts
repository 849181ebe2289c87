import type { Reply } from '@dsnkit/smtp';
import type { Clock } from '../../ports.ts';
import type { Exchange, LoginStep, Logins } from './login.ts';

const ENOUGH: Reply = { code: 421, status: '4.7.0', lines: ['Too many failed logins, closing connection'] };

/** The waiting time after the first failure; it doubles with each further one in a connection. */
const DELAY_MS = 1_000;

/** The logging in of one connection: one exchange at a time, failures answered slowly, and not for ever. */
export class Conversation {
  readonly #logins: Logins;
  readonly #clock: Clock;
  readonly #maxAttempts: number;
  #address = '';
  #mechanism = '';
  #exchange: Exchange | undefined;
  #failures = 0;

  constructor(logins: Logins, clock: Clock, maxAttempts: number) {
    this.#logins = logins;
    this.#clock = clock;
    this.#maxAttempts = maxAttempts;
  }

  /** The mechanism that was asked for last. */
  get mechanism(): string {
    return this.#mechanism;
  }

  /** AUTH. Never rejects. */
  async begin(mechanism: string, address: string, initial: Uint8Array | undefined): Promise<LoginStep> {
    this.#mechanism = mechanism;
    const begun = this.#logins.begin(mechanism, address);
    if (typeof begun !== 'function') return await this.#failed({ kind: 'failure', reply: begun });
    this.#address = address;
    this.#exchange = begun;
    return await this.#next(initial);
  }

  /** The response to a challenge. Never rejects. */
  async respond(response: Uint8Array): Promise<LoginStep> {
    return await this.#next(response);
  }

  /** The client gave up: that is a guess saved, so it counts as an attempt. */
  cancel(): void {
    if (this.#exchange === undefined) return;
    this.#exchange = undefined;
    this.#failures++;
  }

  async #next(response: Uint8Array | undefined): Promise<LoginStep> {
    const step = await this.#exchange?.(response);
    if (step?.kind === 'challenge') return step;
    this.#exchange = undefined;
    if (step?.kind === 'success') {
      this.#logins.ended(this.#address, true);
      return step;
    }
    const failure = step ?? { kind: 'failure', reply: ENOUGH };
    if (failure.reply.code === 535) this.#logins.ended(this.#address, false);
    return await this.#failed(failure);
  }

  /** The reply comes late: who guesses has to wait for each guess. */
  async #failed(failure: Extract<LoginStep, { kind: 'failure' }>): Promise<LoginStep> {
    const delayMs = DELAY_MS * 2 ** Math.min(this.#failures, 5);
    this.#failures++;
    await new Promise<void>((resolve) => void this.#clock.after(delayMs, resolve));
    return this.#failures >= this.#maxAttempts ? { ...failure, reply: ENOUGH } : failure;
  }
}
