import type { Content } from '../../model.ts';
import { StoreError, type NewMessage, type Spool, type SpooledContent } from '../../ports.ts';
import { contentOf, join } from '../../queue/content.ts';
import { prepared, type Connections, type Queryable } from './connections.ts';
import { MANIFEST, manifestOf, OBJECT_OCTETS, type Gone, type ObjectBodies } from './object-bodies.ts';

/** Contents, in pieces, apart from the rows of the queue: in rows of their own, or in a bucket. */
export class Bodies {
  readonly #connections: Connections;
  readonly #newName: () => string;
  readonly #objects: ObjectBodies | undefined;
  /** Spooled contents of this node that no message names yet. */
  readonly #finished = new Set<string>();
  /** Those of messages that could not be stored, as far as we heard. */
  readonly #tried = new Set<string>();

  constructor(connections: Connections, newName: () => string, objects?: ObjectBodies) {
    this.#connections = connections;
    this.#newName = newName;
    this.#objects = objects;
  }

  /** Stores pieces as they come, each by itself; nobody sees them until a message names them. */
  create(): Spool {
    const name = this.#newName();
    const most = this.#objects === undefined ? PART_OCTETS : OBJECT_OCTETS;
    let parts = 0;
    let sizeOctets = 0;
    let waiting: Uint8Array[] = [];
    let waitingOctets = 0;
    const store = async (): Promise<void> => {
      const octets = join(waiting);
      waiting = [];
      waitingOctets = 0;
      const part = parts++;
      if (this.#objects === undefined) await this.#insert({ id: name, part, octets });
      else await this.#objects.put(name, part, octets);
    };
    return {
      write: async (octets) => {
        waiting.push(octets.slice());
        waitingOctets += octets.length;
        sizeOctets += octets.length;
        if (waitingOctets >= most) await store();
      },
      finish: async (): Promise<SpooledContent> => {
        if (waitingOctets > 0 || parts === 0) await store();
        if (this.#objects !== undefined)
          await this.#insert({ id: name, part: MANIFEST, octets: manifestOf({ octets: sizeOctets, parts }) });
        this.#finished.add(name);
        return { kind: 'spooled', name, sizeOctets };
      },
      discard: async () => {
        this.#finished.delete(name);
        // A commit that was not answered may yet have been made: what is left over is swept.
        if (parts > 0 && !this.#tried.delete(name)) await this.#discard(name, { octets: sizeOctets, parts });
      },
    };
  }

  /** The content of a message that was in memory, if it is large enough for the bucket. */
  async apart(content: NewMessage['content'], fromOctets: number): Promise<NewMessage['content']> {
    if ('kind' in content || this.#objects === undefined) return content;
    if (content.reduce((sum, { length }) => sum + length, 0) <= fromOctets) return content;
    const spool = this.create();
    for (const piece of content)
      for (let at = 0; at < piece.length; at += OBJECT_OCTETS)
        await spool.write(piece.subarray(at, at + OBJECT_OCTETS));
    return spool.finish();
  }

  /** The message that names a content is being stored: it is not discarded any more. */
  take(names: ReadonlySet<string>): void {
    for (const name of names)
      if (!this.#finished.has(name)) throw new StoreError('io', `There is no spooled content ${name}`);
    for (const name of names) {
      this.#finished.delete(name);
      this.#tried.delete(name);
    }
  }

  /** The message was not stored after all. */
  giveBack(names: ReadonlySet<string>): void {
    for (const name of names) {
      this.#finished.add(name);
      this.#tried.add(name);
    }
  }

  /** The rows of these contents are gone. */
  remove(gone: readonly Gone[]): void {
    this.#objects?.remove(gone);
  }

  async content(messageId: string): Promise<Content> {
    const { rows } = await this.#connections.run((client) =>
      prepared<{ body: string; part: number; parts: number; octets: Uint8Array; size: number }>(
        client,
        `SELECT m.body, b.part, b.octets, a.parts, a.size FROM dsnkit_message m
         JOIN dsnkit_body b ON b.id = m.body AND b.part <= 0
         CROSS JOIN LATERAL (SELECT count(*) AS parts, sum(octet_length(octets)) AS size FROM dsnkit_body WHERE id = m.body) a
         WHERE m.id = $1`,
        [messageId],
      ),
    );
    const found = rows[0];
    if (found === undefined) throw new StoreError('io', `There is no message ${messageId}`);
    const { body, part, parts, octets, size } = found;
    if (part === MANIFEST) return this.#bucket(body).content(body, octets);
    if (parts === 1) return contentOf([octets]);
    return { sizeOctets: size, read: () => this.#parts(body, parts, octets) };
  }

  #bucket(body: string): ObjectBodies {
    if (this.#objects === undefined)
      throw new StoreError('io', `The content ${body} lies in a bucket, and the configuration has no [bodies]`);
    return this.#objects;
  }

  async #insert(part: Part): Promise<void> {
    await this.#connections.run((client) => prepared(client, INSERT_PARTS, partColumns([part])));
  }

  async #discard(name: string, manifest: { readonly octets: number; readonly parts: number }): Promise<void> {
    await this.#connections.run((client) => client.query('DELETE FROM dsnkit_body WHERE id = $1', [name]));
    this.#objects?.remove([{ id: name, manifest: manifestOf(manifest) }]);
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
      if (piece === undefined) throw new StoreError('lost', `The content ${body} has no part ${part}`);
      yield piece;
    }
  }
}

/** Large enough to make few rows, small enough to be held in memory by the hundred. */
const PART_OCTETS = 524_288;

/** So many octets go into one statement. */
const STATEMENT_OCTETS = 16_777_216;

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

/**
 * The parts of {@link partColumns} as rows to be inserted. The octets of all travel as one string, since strings of octets
 * travel as they are and arrays of them don't.
 */
export const INSERT_PARTS = `INSERT INTO dsnkit_body (id, part, octets, stored_at)
  SELECT p.id, p.part, substring($1::bytea FROM p.at FOR p.octets), (extract(epoch FROM clock_timestamp()) * 1000)::bigint
  FROM unnest($2::text[], $3::int[], $4::int[], $5::int[]) AS p(id, part, at, octets)`;

/** The parameters of {@link INSERT_PARTS}. */
export function partColumns(parts: readonly Part[]): unknown[] {
  let at = 1;
  const places = parts.map(({ octets }) => (at += octets.length) - octets.length);
  return [
    allOctets(parts),
    parts.map(({ id }) => id),
    parts.map(({ part }) => part),
    places,
    parts.map(({ octets }) => octets.length),
  ];
}

/** As the driver takes them; those of one part alone are not copied. */
function allOctets(parts: readonly Part[]): Buffer {
  const [first] = parts;
  if (parts.length !== 1 || first === undefined) return Buffer.concat(parts.map(({ octets }) => octets));
  return Buffer.from(first.octets.buffer, first.octets.byteOffset, first.octets.length);
}

/** Inserts parts in as many statements as their size asks for. Gives those that are left for one more. */
export async function insertAllBut(client: Queryable, parts: readonly Part[]): Promise<readonly Part[]> {
  let octets = 0;
  let first = 0;
  for (const [index, part] of parts.entries()) {
    if (octets + part.octets.length > STATEMENT_OCTETS) {
      await prepared(client, INSERT_PARTS, partColumns(parts.slice(first, index)));
      [first, octets] = [index, 0];
    }
    octets += part.octets.length;
  }
  return parts.slice(first);
}
