import { constants } from 'node:fs';
import { open, readFile, rename, writeFile, type FileHandle } from 'node:fs/promises';
import type { IdempotencyKeys, KeyRecord } from '../../admin/idempotency.ts';

/** The longest that a key is remembered. */
export const KEY_WINDOW_MS = 86_400_000;

/** Lines beyond which the file is written anew once it has doubled: then keys whose time is over go from memory, too. */
const MANY_LINES = 10_000;

/**
 * Keeps keys in a file of JSON lines, each synced before anything is said: a record, one with its answer, or a key that is
 * forgotten. The last line of a key counts; what a crash cut off counts for nothing.
 */
export async function openIdempotencyFile(path: string, now: () => number): Promise<IdempotencyKeys> {
  const keys = new KeyFile(path, now);
  await keys.load();
  return keys;
}

class KeyFile implements IdempotencyKeys {
  readonly #path: string;
  readonly #now: () => number;
  readonly #records = new Map<string, KeyRecord>();
  #file: FileHandle | undefined;
  #lines = 0;
  /** Lines when it was written anew. */
  #kept = 0;
  /** A write failed, and may have left a part of a line. */
  #isTorn = false;
  /** Writes go one after the other. */
  #written: Promise<unknown> = Promise.resolve();

  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
  }

  async load(): Promise<void> {
    const text = await readFile(this.#path, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    });
    for (const line of text.split('\n')) {
      const record = readLine(line);
      if (record === undefined) continue;
      if ('messageId' in record) this.#records.set(record.key, record);
      else this.#records.delete(record.key);
    }
    await this.#rewrite();
  }

  async claim(record: KeyRecord): Promise<KeyRecord> {
    const found = this.#records.get(record.key);
    if (found !== undefined && found.atMs > this.#now() - KEY_WINDOW_MS) return found;
    this.#records.set(record.key, record);
    try {
      await this.#append(record);
    } catch (error) {
      this.#records.delete(record.key);
      throw error;
    }
    return record;
  }

  async finish(key: string, answer: string): Promise<void> {
    const record = this.#records.get(key);
    if (record === undefined) return;
    const finished = { ...record, answer };
    this.#records.set(key, finished);
    await this.#append(finished);
  }

  async forget(key: string): Promise<void> {
    this.#records.delete(key);
    await this.#append({ key });
  }

  async close(): Promise<void> {
    await this.#written.catch(() => undefined);
    await this.#file?.close();
    this.#file = undefined;
  }

  #append(line: KeyRecord | { readonly key: string }): Promise<void> {
    const done = this.#written
      .catch(() => undefined)
      .then(async () => {
        if (this.#file === undefined) throw new Error('the file of idempotency keys is closed');
        if (this.#lines > MANY_LINES && this.#lines > 2 * this.#kept) await this.#rewrite();
        const text = `${this.#isTorn ? '\n' : ''}${JSON.stringify(line)}\n`;
        this.#isTorn = true;
        await this.#file.appendFile(text);
        await this.#file.datasync();
        this.#isTorn = false;
        this.#lines++;
      });
    this.#written = done;
    return done;
  }

  /** Only what still counts, in a new file that takes the place of the old one as a whole. */
  async #rewrite(): Promise<void> {
    for (const [key, { atMs }] of this.#records) if (atMs <= this.#now() - KEY_WINDOW_MS) this.#records.delete(key);
    const text = [...this.#records.values()].map((record) => `${JSON.stringify(record)}\n`).join('');
    await writeFile(`${this.#path}.new`, text, { mode: 0o600, flush: true });
    await rename(`${this.#path}.new`, this.#path);
    await this.#file?.close();
    this.#file = await open(this.#path, constants.O_WRONLY | constants.O_APPEND);
    this.#lines = this.#records.size;
    this.#kept = this.#lines;
    this.#isTorn = false;
  }
}

function readLine(line: string): KeyRecord | { readonly key: string } | undefined {
  try {
    const read = JSON.parse(line) as Partial<KeyRecord> | null;
    return typeof read?.key === 'string' ? (read as KeyRecord) : undefined;
  } catch {
    return undefined;
  }
}
