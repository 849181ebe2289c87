import type { Content } from '../../model.ts';
import { StoreError, type ObjectStore } from '../../ports.ts';
import { contentOf } from '../../queue/content.ts';
import type { Connections } from './connections.ts';

/** What the row of a content that lies in a bucket says of it. */
interface Manifest {
  readonly octets: number;
  readonly parts: number;
}

/** The number of the part that says it: programs that know of no bucket look for part 0, and give nothing false. */
export const MANIFEST = -1;

/** The octets of that part. */
export function manifestOf(manifest: Manifest): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(manifest));
}

/** Content of a message that is gone, and may lie in the bucket yet. */
export interface Gone {
  readonly id: string;
  readonly manifest: Uint8Array;
}

/** An object holds so much at most, and so much of a content is in memory at once. */
export const OBJECT_OCTETS = 1_048_576;

/**
 * Contents in a bucket, in pieces. They are put before the row that names them is committed, and removed after it is gone:
 * what lies there is more than what is needed, never less. What is too much goes when the bucket is swept.
 */
export class ObjectBodies {
  readonly #objects: ObjectStore;
  readonly #removing = new Set<Promise<void>>();

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  put(id: string, part: number, octets: Uint8Array): Promise<void> {
    return this.#objects.put(nameOf(id, part), octets);
  }

  /** Rejects with StoreError `lost` if the first piece is not there; reading does for those behind it. */
  async content(id: string, text: Uint8Array): Promise<Content> {
    const manifest = read(text);
    const first = await this.#part(id, 0);
    if (manifest.parts === 1) return contentOf([first]);
    return { sizeOctets: manifest.octets, read: () => this.#parts(id, manifest, first) };
  }

  /** Removes in the background what nobody needs. What can't be removed now is found when the bucket is swept. */
  remove(gone: readonly Gone[]): void {
    for (const { id, manifest } of gone) {
      const removing = this.#remove(id, read(manifest).parts)
        .catch(() => undefined)
        .finally(() => this.#removing.delete(removing));
      this.#removing.add(removing);
    }
  }

  /** Removes objects that were put before then and that no row names. Gives how many. */
  async sweep(connections: Connections, beforeMs: number): Promise<number> {
    let removed = 0;
    for (let after = ''; ;) {
      const page = await this.#objects.list(after);
      const last = page.at(-1);
      if (last === undefined) return removed;
      after = last.name;
      const old = page.filter(({ name, putAtMs }) => putAtMs < beforeMs && idOf(name) !== undefined);
      const ids = [...new Set(old.flatMap(({ name }) => idOf(name) ?? []))];
      const { rows } = await connections.run((client) =>
        client.query<{ id: string }>('SELECT id FROM dsnkit_body WHERE id = ANY($1::text[]) AND part = $2', [
          ...[ids, MANIFEST],
        ]),
      );
      const named = new Set(rows.map(({ id }) => id));
      for (const { name } of old.filter((each) => !named.has(idOf(each.name) ?? ''))) {
        await this.#objects.remove(name);
        removed++;
      }
    }
  }

  /** Resolves when nothing is being removed. */
  async settled(): Promise<void> {
    await Promise.all(this.#removing);
  }

  async *#parts(id: string, { parts }: Manifest, first: Uint8Array): AsyncGenerator<Uint8Array> {
    yield first;
    for (let part = 1; part < parts; part++) yield await this.#part(id, part);
  }

  async #part(id: string, part: number): Promise<Uint8Array> {
    const octets = await this.#objects.get(nameOf(id, part));
    if (octets === undefined)
      throw new StoreError('lost', `The content ${id} is not in the bucket: there is no object ${nameOf(id, part)}`);
    return octets;
  }

  async #remove(id: string, parts: number): Promise<void> {
    for (let part = 0; part < parts; part++) await this.#objects.remove(nameOf(id, part));
  }
}

function read(manifest: Uint8Array): Manifest {
  return JSON.parse(new TextDecoder().decode(manifest)) as Manifest;
}

function nameOf(id: string, part: number): string {
  return `${id}/${part}`;
}

/** Objects with other names are none of ours. */
function idOf(name: string): string | undefined {
  return /^(spool-[0-9a-f-]{36})\/\d+$/.exec(name)?.[1];
}
