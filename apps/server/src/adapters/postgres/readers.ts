import type { KeepContents } from '../../ports.ts';
import { keepsBoth } from '../../queue/kept-content.ts';
import type { Queryable } from './connections.ts';

/** What a node follows: the readers that it reads for, and which contents they want. */
export interface Followed {
  readonly readers: readonly string[];
  readonly keep?: KeepContents | undefined;
}

/** Who reads the journal, on whatever node. */
export interface Reading {
  readonly readers: readonly string[];
  /** Contents that any node keeps. */
  readonly keep: KeepContents | undefined;
}

/** The time of the database in milliseconds. */
export const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

/** Readers who only watch begin so. They are there while they read, and no longer. */
export const WATCHER = 'live:';

/** A node that was not heard of for so long is taken to be gone, and with it what it alone reads for. */
const KNOWN_MS = 3_600_000;

/** A reader who watches and has not come for longer than it said is none. */
const IS_THERE = `(name NOT LIKE '${WATCHER}%' OR held_until > ${NOW})`;

/**
 * Writes down what a node follows: new readers begin at `end`. Those that no node follows are forgotten. To be run in a
 * transaction that has numbered what there is.
 */
export async function declare(
  client: Queryable,
  node: string,
  { readers, keep }: Followed,
  end: number,
): Promise<void> {
  await client.query('UPDATE dsnkit_node SET readers = $2, keeps = $3 WHERE name = $1', [
    ...[node, readers, keepsText(keep)],
  ]);
  await forget(client, node);
  await client.query(
    `INSERT INTO dsnkit_journal_reader (name, position, held_until)
     SELECT name, $2, 0 FROM unnest($1::text[]) AS r(name) ON CONFLICT DO NOTHING`,
    [readers, end],
  );
  await trim(client);
}

/** Lets a reader go on under another name, unless somebody reads under it already. Another node may be reading: it ends so. */
export async function rename(client: Queryable, before: string, now: string): Promise<void> {
  const { rowCount } = await client.query(
    `UPDATE dsnkit_journal_reader SET name = $1, node = NULL, held_until = 0
     WHERE name = $2 AND NOT EXISTS (SELECT 1 FROM dsnkit_journal_reader WHERE name = $1)`,
    [now, before],
  );
  if (rowCount === 0) return;
  await client.query('UPDATE dsnkit_journal SET reader = $1 WHERE reader = $2', [now, before]);
  await client.query('UPDATE dsnkit_dead_letter SET reader = $1 WHERE reader = $2', [now, before]);
}

/**
 * Forgets readers that no node follows. A node of an earlier version does not say what it follows: while there is one,
 * nobody is forgotten.
 */
export async function forget(client: Queryable, node: string): Promise<void> {
  await client.query(
    `DELETE FROM dsnkit_journal_reader r WHERE (r.node IS NULL OR r.node = $1 OR r.held_until < ${NOW}) AND (
       r.name LIKE '${WATCHER}%' AND r.held_until < ${NOW}
       OR r.name NOT LIKE '${WATCHER}%' AND NOT EXISTS (
         SELECT 1 FROM dsnkit_node n WHERE n.seen_at > ${NOW} - $2 AND (n.readers IS NULL OR r.name = ANY(n.readers))
       )
     )`,
    [node, KNOWN_MS],
  );
}

/** Who reads, as every node has said. */
export async function lookWhoReads(client: Queryable): Promise<Reading> {
  const { rows } = await client.query<{ readers: string[] | null; keeps: string[] | null }>(
    `SELECT (SELECT array_agg(name) FROM dsnkit_journal_reader WHERE ${IS_THERE}) AS readers,
       (SELECT array_agg(DISTINCT keeps) FROM dsnkit_node WHERE keeps IS NOT NULL AND seen_at > ${NOW} - $1) AS keeps`,
    [KNOWN_MS],
  );
  const keeps = (rows[0]?.keeps ?? []).map((text) => JSON.parse(text) as KeepContents);
  return { readers: rows[0]?.readers ?? [], keep: keeps.reduce<KeepContents | undefined>(keepsBoth, undefined) };
}

export function keepsText(keep: KeepContents | undefined): string | null {
  return keep === undefined ? null : JSON.stringify({ of: keep.of, maxOctets: keep.maxOctets });
}

/** Gives numbers to what was committed without; whoever has the lock sees all that was numbered before. */
export async function number(client: Queryable): Promise<number> {
  const { rows: ends } = await client.query<{ position: number }>(
    'SELECT position FROM dsnkit_journal_end WHERE only_row FOR UPDATE',
  );
  const end = ends[0]?.position ?? 0;
  const { rowCount } = await client.query(
    `UPDATE dsnkit_journal j SET position = $1 + n.place
     FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM dsnkit_journal WHERE position IS NULL) n
     WHERE j.id = n.id`,
    [end],
  );
  const count = rowCount ?? 0;
  if (count > 0) await client.query('UPDATE dsnkit_journal_end SET position = $1', [end + count]);
  return end + count;
}

/** Entries go when all readers have passed them. */
export async function trim(client: Queryable): Promise<void> {
  await client.query(
    `DELETE FROM dsnkit_journal WHERE position <= (SELECT coalesce(min(position), 9007199254740991)
     FROM dsnkit_journal_reader WHERE ${IS_THERE})`,
  );
}
