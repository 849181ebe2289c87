import { randomUUID } from 'node:crypto';
import type { MailEvent } from '../../model.ts';
import type { Journal } from '../../ports.ts';
import type { Connections, Queryable } from './connections.ts';
import { forget, NOW, number, trim, WATCHER } from './readers.ts';

type Watcher = Parameters<NonNullable<Journal['watchOthers']>>[0];

/** The names that watchers of a node have. */
export function watchersOf(node: string): string {
  return `${WATCHER}${node}:`;
}

/**
 * Reads along in the journal what other nodes write. It is a reader that is forgotten when it has not come for a minute:
 * a node that dies or is cut off keeps no entries from going, and hears when it is back that it missed some.
 */
export class Watch {
  readonly #connections: Connections;
  readonly #node: string;
  readonly #watcher: Watcher;
  readonly #name: string;
  /** Undefined: it has no place there yet. */
  #position: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void>;
  #ended = false;

  constructor(connections: Connections, node: string, watcher: Watcher) {
    this.#connections = connections;
    this.#node = node;
    this.#watcher = watcher;
    this.#name = `${watchersOf(node)}${randomUUID()}`;
    this.#reading = this.#read();
  }

  async stop(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#reading;
    await this.#connections
      .transaction(async (client) => {
        await client.query('DELETE FROM dsnkit_journal_reader WHERE name = $1', [this.#name]);
        await trim(client);
      })
      // It is forgotten by itself.
      .catch(() => undefined);
  }

  async #read(): Promise<void> {
    let waitMs = POLL_MS;
    try {
      if (await this.#step()) waitMs = 0;
    } catch {
      // Others tell of a database that is away. What can't be read until it is back was missed.
      waitMs = AGAIN_MS;
    }
    if (this.#ended) return;
    this.#timer = setTimeout(() => {
      this.#reading = this.#read();
    }, waitMs);
    this.#timer.unref();
  }

  /** Takes what there is; true if there may be more. */
  async #step(): Promise<boolean> {
    const from = this.#position;
    if (from !== undefined && !(await this.#connections.run((client) => this.#isNews(client, from)))) return false;
    const read = await this.#connections.transaction((client) => this.#entries(client, from));
    this.#position = read.position;
    if (read.events === undefined) {
      if (from !== undefined) this.#watcher.missed();
      return false;
    }
    if (read.events.length > 0 && !this.#ended) this.#watcher.take(read.events);
    return read.isCut;
  }

  /** Whether there is anything to write down, too: to find nothing costs the database no commit. */
  async #isNews(client: Queryable, from: number): Promise<boolean> {
    const { rows } = await client.query(
      `SELECT 1 FROM dsnkit_journal_end e JOIN dsnkit_journal_reader r ON r.name = $1
       WHERE e.position = $2 AND r.held_until > ${NOW} + $3 AND NOT EXISTS (SELECT 1 FROM dsnkit_journal WHERE position IS NULL)`,
      [this.#name, from, THERE_MS / 2],
    );
    return rows.length === 0;
  }

  async #entries(client: Queryable, from: number | undefined): Promise<Entries> {
    const end = await number(client);
    const { rowCount } = await client.query(
      `UPDATE dsnkit_journal_reader SET position = $2, held_until = ${NOW} + $3
       WHERE name = $1 AND held_until > ${NOW}`,
      [this.#name, from ?? end, THERE_MS],
    );
    if (rowCount === 0 || from === undefined) {
      await this.#begin(client, end);
      return { position: end, isCut: false };
    }
    if (from === end) return { position: end, events: [], isCut: false };
    const { rows } = await client.query<{ position: number; events: string }>(
      `SELECT position, events FROM dsnkit_journal WHERE position > $1 AND reader IS NULL AND message IS NULL
       AND (node IS NULL OR node <> $2) ORDER BY position LIMIT $3`,
      [from, this.#node, BATCH],
    );
    await trim(client);
    const last = rows.length === BATCH ? rows.at(-1) : undefined;
    const events = rows.flatMap((row) => JSON.parse(row.events) as MailEvent[]);
    return { position: last?.position ?? end, events, isCut: last !== undefined };
  }

  async #begin(client: Queryable, end: number): Promise<void> {
    await forget(client, this.#node);
    await client.query(
      `INSERT INTO dsnkit_journal_reader (name, position, node, held_until) VALUES ($1, $2, $3, ${NOW} + $4)`,
      [this.#name, end, this.#node, THERE_MS],
    );
  }
}

interface Entries {
  readonly position: number;
  /** Absent: it was forgotten, and begins here. */
  readonly events?: readonly MailEvent[];
  readonly isCut: boolean;
}

const POLL_MS = 300;
const AGAIN_MS = 2_000;
/** For so long entries are kept for it since it came last. */
const THERE_MS = 60_000;
const BATCH = 500;
