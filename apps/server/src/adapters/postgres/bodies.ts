import type { Content } from '../../model.ts';
import { StoreError, type Spool, type SpooledContent } from '../../ports.ts';
import { contentOf, join } from '../../queue/content.ts';
import type { Connections, Queryable } from './connections.ts';

/** Contents, in pieces, apart from the rows of the queue. */
export class Bodies {
  readonly #connections: Connections;
  readonly #newName: () => string;
  /** Spooled contents of this node that no message names yet. */
  readonly #finished = new Set<string>();

  constructor(connections: Connections, newName: () => string) {
    this.#connections = connections;
    this.#newName = newName;
  }

  /** Stores pieces as they come, each by itself; nobody sees them until a message names them. */
  create(): Spool {
    const name = this.#newName();
    let part = 0;
    let sizeOctets = 0;
    let waiting: Uint8Array[] = [];
    let waitingOctets = 0;
    const store = async (): Promise<void> => {
      const octets = join(waiting);
      waiting = [];
      waitingOctets = 0;
      await this.#connections.run((client) => insertParts(client, [{ id: name, part: part++, octets }]));
    };
    return {
      write: async (octets) => {
        waiting.push(octets.slice());
        waitingOctets += octets.length;
        sizeOctets += octets.length;
        if (waitingOctets >= PART_OCTETS) await store();
      },
      finish: async (): Promise<SpooledContent> => {
        if (waitingOctets > 0 || part === 0) await store();
        this.#finished.add(name);
        return { kind: 'spooled', name, sizeOctets };
      },
      discard: async () => {
        this.#finished.delete(name);
        if (part > 0)
          await this.#connections.run((client) => client.query('DELETE FROM dsnkit_body WHERE id = $1', [name]));
      },
    };
  }

  /** The message that names a content is being stored: it is not discarded any more. */
  take(names: ReadonlySet<string>): void {
    for (const name of names)
      if (!this.#finished.has(name)) throw new StoreError('io', `There is no spooled content ${name}`);
    for (const name of names) this.#finished.delete(name);
  }

  /** The message was not stored after all. */
  giveBack(names: ReadonlySet<string>): void {
    for (const name of names) this.#finished.add(name);
  }

  async content(messageId: string): Promise<Content> {
    const { rows } = await this.#connections.run((client) =>
      client.query<{ body: string; parts: number; octets: Uint8Array; size: number }>(
        `SELECT m.body, b.octets, a.parts, a.size FROM dsnkit_message m
         JOIN dsnkit_body b ON b.id = m.body AND b.part = 0
         CROSS JOIN LATERAL (SELECT count(*) AS parts, sum(octet_length(octets)) AS size FROM dsnkit_body WHERE id = m.body) a
         WHERE m.id = $1`,
        [messageId],
      ),
    );
    const found = rows[0];
    if (found === undefined) throw new StoreError('io', `There is no message ${messageId}`);
    const { body, parts, octets, size } = found;
    if (parts === 1) return contentOf([octets]);
    return { sizeOctets: size, read: () => this.#parts(body, parts, octets) };
  }

  async *#parts(body: string, parts: number, first: Uint8Array): AsyncGenerator<Uint8Array> {
    yield first;
    for (let part = 1; part < parts; part++) {
      const { rows } = await this.#connections.run((client) =>
        client.query<{ octets: Uint8Array }>('SELECT octets FROM dsnkit_body WHERE id = $1 AND part = $2', [
          body,
          part,
        ]),
      );
      const piece = rows[0]?.octets;
      if (piece === undefined) throw new StoreError('io', `The content ${body} has no part ${part}`);
      yield piece;
    }
  }
}

/** Large enough to make few rows, small enough to be held in memory by the hundred. */
const PART_OCTETS = 524_288;

/** So many octets and parts go into one statement. */
const STATEMENT_OCTETS = 16_777_216;
const STATEMENT_PARTS = 500;

/** One piece of a content. */
export interface Part {
  readonly id: string;
  readonly part: number;
  readonly octets: Uint8Array;
}

/** Cuts a content into pieces. */
export function partsOf(id: string, octets: Uint8Array): Part[] {
  const parts: Part[] = [];
  do {
    const at = parts.length * PART_OCTETS;
    parts.push({ id, part: parts.length, octets: octets.subarray(at, at + PART_OCTETS) });
  } while (parts.length * PART_OCTETS < octets.length);
  return parts;
}

/** Each octet string is a parameter of its own, since those travel as they are and arrays don't. */
export async function insertParts(client: Queryable, parts: readonly Part[]): Promise<void> {
  for (let at = 0; at < parts.length;) {
    const values: unknown[] = [];
    const tuples: string[] = [];
    let octets = 0;
    for (; at < parts.length && tuples.length < STATEMENT_PARTS && octets < STATEMENT_OCTETS; at++) {
      const one = parts[at];
      if (one === undefined) break;
      octets += one.octets.length;
      const first = values.push(
        one.id,
        one.part,
        Buffer.from(one.octets.buffer, one.octets.byteOffset, one.octets.length),
      );
      tuples.push(`($${first - 2}, $${first - 1}, $${first}, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)`);
    }
    await client.query(`INSERT INTO dsnkit_body (id, part, octets, stored_at) VALUES ${tuples.join(', ')}`, values);
  }
}
