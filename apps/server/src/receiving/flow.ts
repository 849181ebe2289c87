import type { Connection } from '../ports.ts';

/**
 * Why a client is not read from: it does not read what we say, the disk is behind, or it runs ahead of the command that
 * we work on.
 */
export type Jam = 'peer' | 'disk' | 'ahead';

/** What goes over a connection in both directions, held back while there is any reason to. */
export class Flow {
  readonly #connection: Connection;
  readonly #jams = new Set<Jam>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Whether reading is held back for that reason. */
  isHeld(jam: Jam): boolean {
    return this.#jams.has(jam);
  }

  /** Says something; a client that does not read its replies is not read from. */
  write(octets: Uint8Array): void {
    if (!this.#connection.write(octets)) this.hold('peer');
  }

  hold(jam: Jam): void {
    if (this.#jams.size === 0) this.#connection.pause();
    this.#jams.add(jam);
  }

  release(jam: Jam): void {
    if (this.#jams.delete(jam) && this.#jams.size === 0) this.#connection.resume();
  }

  /** Lets everything go on, whatever held it back. */
  free(): void {
    if (this.#jams.size > 0) this.#connection.resume();
    this.#jams.clear();
  }
}
