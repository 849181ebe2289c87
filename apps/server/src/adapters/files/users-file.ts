import { statSync, type BigIntStats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { parseUsers } from '../../config.ts';
import type { ScramShape, User, Users } from '../../ports.ts';
import { scramShapes } from '../../receiving/auth/nobody.ts';
import { assertFile, readText } from './text-files.ts';

/** How often the file is looked at, at most. */
const LOOK_AGAIN_MS = 1_000;

/**
 * The users of a TOML file (see `parseUsers`), read anew when it changes. While a changed file can't be used, the last
 * users stay and `trouble` is told why, once for each state of the file.
 */
export class UsersFile implements Users {
  readonly #file: string;
  readonly #trouble: (error: unknown) => void;
  #users: ReadonlyMap<string, User>;
  #shapes: readonly ScramShape[];
  /** Of the file that the users come from. */
  #stamp: string;
  /** Of the file that could not be used, of which was told. */
  #toldOf: string | undefined;
  #lookedAtMs: number;
  #looking: Promise<void> | undefined;

  /** Reads the file. @throws {ConfigError} or a system error when it can't be used */
  constructor(file: string, trouble: (error: unknown) => void) {
    this.#file = file;
    this.#trouble = trouble;
    this.#stamp = stampOf(statSync(file, { bigint: true }));
    this.#users = parseUsers(readText(file), file);
    this.#shapes = scramShapes(this.#users.values());
    this.#lookedAtMs = performance.now();
  }

  async find(name: string): Promise<User | undefined> {
    if (performance.now() - this.#lookedAtMs >= LOOK_AGAIN_MS) {
      this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
      await this.#looking;
    }
    return this.#users.get(name);
  }

  scramShapes(): readonly ScramShape[] {
    return this.#shapes;
  }

  async #look(): Promise<void> {
    let stamp = 'gone';
    try {
      const found = await stat(this.#file, { bigint: true });
      stamp = stampOf(found);
      assertFile(this.#file, found);
      if (stamp !== this.#stamp) {
        this.#users = parseUsers(await readFile(this.#file, 'utf8'), this.#file);
        this.#shapes = scramShapes(this.#users.values());
      }
      this.#stamp = stamp;
      this.#toldOf = undefined;
    } catch (error) {
      // It is tried again: a file that may be read after all looks as it did before.
      if (stamp !== this.#toldOf) this.#trouble(error);
      this.#toldOf = stamp;
    }
    this.#lookedAtMs = performance.now();
  }
}

function stampOf({ ino, mtimeNs, size }: BigIntStats): string {
  return `${ino}:${mtimeNs}:${size}`;
}
