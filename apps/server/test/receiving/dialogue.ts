import type { Connection, TlsState } from '../../src/ports.ts';
import { SimulatedConnection } from '../simulation/network.ts';
import type { SimulatedClock } from '../simulation/clock.ts';
import type { SimulatedHost } from '../simulation/network.ts';

const utf8 = new TextEncoder();

/** A client that says what a test says, and keeps what it hears. */
export class Dialogue {
  closed = false;
  tls: TlsState | undefined;
  readonly #clock: SimulatedClock;
  readonly #connection: Connection;
  #heard = '';

  constructor(clock: SimulatedClock, connection: Connection) {
    this.#clock = clock;
    this.#connection = connection;
    connection.attach({
      data: (octets) => (this.#heard += new TextDecoder('latin1').decode(octets)),
      closed: () => (this.closed = true),
    });
  }

  /** Connects; the greeting is still to be {@link Dialogue.hear heard}. */
  static async open(clock: SimulatedClock, from: SimulatedHost, to: string, port = 25): Promise<Dialogue> {
    const connection = await clock.during(from.connect({ host: to, port, timeoutMs: 1_000 }));
    return new Dialogue(clock, connection);
  }

  /** What the server says within so many milliseconds. */
  async hear(ms = 200): Promise<string> {
    await this.#clock.advance(ms);
    const heard = this.#heard;
    this.#heard = '';
    return heard;
  }

  /** Says a line, and gives what the server says to it. */
  async say(line: string, ms?: number): Promise<string> {
    this.send(utf8.encode(`${line}\r\n`));
    return await this.hear(ms);
  }

  send(octets: Uint8Array): void {
    this.#connection.write(octets);
  }

  /** Stops reading, as a client does that has hung itself up. */
  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    this.#connection.resume();
  }

  /** Octets that were said and that the server has not read. */
  get unread(): number {
    return this.#connection instanceof SimulatedConnection ? this.#connection.unreadOctets : 0;
  }

  /** Begins TLS on the client's side. */
  async startTls(name = 'mx.example.org'): Promise<void> {
    const begun = this.#connection.startTls({ side: 'client', names: [name], timeoutMs: 5_000 });
    this.tls = await this.#clock.during(begun);
  }

  leave(): void {
    this.#connection.end();
  }
}
