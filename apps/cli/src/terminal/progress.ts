import type { Terminal } from './terminal.ts';

const FIRST_MS = 1000;
const EVERY_MS = 100;

/** Shows on standard error how far long work has come; nothing in the first second, and nothing where nobody watches. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #enabled: boolean;
  /** Octets of all the work; undefined if only the end will tell. */
  readonly #total: number | undefined;
  readonly #startMs: number;
  #nextMs: number;
  #drawn = false;

  constructor(terminal: Terminal, enabled: boolean, total: number | undefined, nowMs: number) {
    this.#terminal = terminal;
    this.#enabled = enabled;
    this.#total = total;
    this.#startMs = nowMs;
    this.#nextMs = nowMs + FIRST_MS;
    if (enabled) process.once('SIGINT', this.#interrupted);
  }

  update(messages: number, octets: number, nowMs: number): void {
    if (!this.#enabled || nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + EVERY_MS;
    const seconds = (nowMs - this.#startMs) / 1000;
    const rate = `${Math.round(messages / seconds).toLocaleString('en-US')}/s`;
    const text = ` ${messages.toLocaleString('en-US')} messages  ${(octets / 2 ** 20).toFixed(0)} MiB  ${rate}`;
    this.#terminal.err(`\r\u001b[2K${this.#bar(octets)}${text}`);
    this.#drawn = true;
  }

  /** Leaves no trace. */
  end(): void {
    if (this.#enabled) process.off('SIGINT', this.#interrupted);
    if (this.#drawn) this.#terminal.err('\r\u001b[2K');
    this.#drawn = false;
  }

  #bar(octets: number): string {
    if (this.#total === undefined || this.#total === 0) return '';
    const share = Math.min(1, octets / this.#total);
    const full = Math.round(share * 24);
    return `[${'█'.repeat(full)}${'░'.repeat(24 - full)}] ${Math.floor(share * 100)}%`;
  }

  readonly #interrupted = (): void => {
    this.end();
    process.exit(130);
  };
}
