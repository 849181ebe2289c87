import type { Cluster } from '../../ports.ts';
import { DATABASE_NOW, type ClockSkew } from './clock-skew.ts';
import type { Connections } from './connections.ts';
import type { PostgresJournal } from './journal.ts';
import type { ObjectBodies } from './object-bodies.ts';
import { NOW } from './readers.ts';

/** What {@link PostgresCluster} works with. */
export interface ClusterParts {
  readonly connections: Connections;
  readonly node: string;
  readonly incarnation: string;
  readonly journal: PostgresJournal;
  readonly objects: ObjectBodies | undefined;
  readonly skew: ClockSkew;
  readonly now: () => number;
  readonly trouble: (error: unknown) => void;
}

/**
 * The other nodes, as the database tells of them. A node says every second that it is alive, learns what the others said,
 * and looks for work that nobody announced; a notification makes it look at once.
 */
export class PostgresCluster implements Cluster {
  readonly #parts: ClusterParts;
  readonly #listeners: (() => void)[] = [];
  readonly #listening: { close(): Promise<void> };
  #down = new Map<string, number>();
  #nodes = 1;
  #lastHeardMs = 0;
  #late: NodeJS.Timeout | undefined;
  #notifying: Promise<unknown> | undefined;
  #beat: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();
  #sweptMs: number;
  #bucketSweptMs: number;
  #closed = false;

  constructor(parts: ClusterParts) {
    this.#parts = parts;
    this.#sweptMs = parts.now();
    this.#bucketSweptMs = parts.now();
    this.#listening = parts.connections.listen(CHANNEL, () => this.#heard());
    this.#schedule();
  }

  watch(heard: () => void): void {
    this.#listeners.push(heard);
  }

  nodes(): number {
    return this.#nodes;
  }

  tellDown(destination: string, untilMs: number): void {
    const { connections, skew } = this.#parts;
    this.#down.set(destination, untilMs);
    void connections
      .run((client) =>
        client.query(
          `INSERT INTO dsnkit_down (destination, until) VALUES ($1, $2)
           ON CONFLICT (destination) DO UPDATE SET until = greatest(dsnkit_down.until, excluded.until)`,
          [destination, skew.toStored(untilMs)],
        ),
      )
      // It spares work, no more.
      .catch(() => undefined);
  }

  downUntilMs(destination: string): number {
    return this.#down.get(destination) ?? 0;
  }

  /** Something became due that any node may take. Tells it soon, and once for all that comes meanwhile. */
  announce(): void {
    if (this.#nodes < 2 || this.#closed) return;
    this.#notifying ??= this.#parts.connections
      .run((client) => client.query(`NOTIFY ${CHANNEL}`))
      // Engines without notifications, and troubles: the others find it when they look.
      .catch(() => undefined)
      .finally(() => (this.#notifying = undefined));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#beat);
    clearTimeout(this.#late);
    await Promise.all([this.#listening.close(), this.#beating, this.#notifying]);
  }

  /** Not oftener than a claim takes; what comes sooner is heard together. */
  #heard(): void {
    if (this.#closed || this.#late !== undefined) return;
    const waitMs = this.#lastHeardMs + HEARD_MS - this.#parts.now();
    const tell = (): void => {
      this.#late = undefined;
      this.#lastHeardMs = this.#parts.now();
      for (const heard of this.#listeners) heard();
    };
    if (waitMs <= 0) tell();
    else this.#late = setTimeout(tell, Math.min(waitMs, HEARD_MS));
  }

  #schedule(): void {
    this.#beat = setTimeout(() => {
      this.#beating = this.#sayAlive()
        .catch(this.#parts.trouble)
        .then(() => {
          if (this.#closed) return;
          this.#heard();
          this.#schedule();
        });
    }, BEAT_MS);
  }

  async #sayAlive(): Promise<void> {
    const { connections, node, incarnation, journal, skew, now, trouble } = this.#parts;
    const { rows, told } = await connections.run(async (client) => {
      const heard = skew.ask();
      const answer = await client.query<{ database_now: number; mine: string | null; nodes: number }>(
        // A row that was swept away, as nothing was heard of this node for very long, is made again.
        `WITH beat AS (
           INSERT INTO dsnkit_node (name, incarnation, seen_at, readers, keeps) VALUES ($1, $2, ${NOW}, $4, $5)
           ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at WHERE dsnkit_node.incarnation = excluded.incarnation
           RETURNING incarnation
         )
         SELECT ${DATABASE_NOW}, (SELECT incarnation FROM beat) AS mine, (
           SELECT count(*) FROM dsnkit_node WHERE seen_at > ${NOW} - $3 AND name <> $1
         ) + 1 AS nodes`,
        [node, incarnation, ALIVE_MS, ...journal.declared],
      );
      return { rows: answer.rows, told: heard };
    });
    const [row] = rows;
    if (row === undefined) return;
    told(row.database_now);
    this.#nodes = row.nodes;
    if (row.mine === null) trouble(new Error(`another process runs as node ${node}: give each a name of its own`));
    await journal.look();
    const { rows: down } = await connections.run((client) =>
      client.query<{ destination: string; until: number }>(
        `SELECT destination, until FROM dsnkit_down WHERE until > ${NOW}`,
      ),
    );
    this.#down = new Map(down.map(({ destination, until }) => [destination, skew.toOurs(until)]));
    if (now() - this.#sweptMs >= SWEEP_MS) await this.#sweep();
  }

  /** Removes what nobody will: spooled contents that no message came to name, old troubles, nodes long gone, their readers. */
  async #sweep(): Promise<void> {
    this.#sweptMs = this.#parts.now();
    const old = `${NOW} - $1`;
    await this.#parts.connections.run(async (client) => {
      await client.query(
        `DELETE FROM dsnkit_body b WHERE b.stored_at < ${old}
           AND NOT EXISTS (SELECT 1 FROM dsnkit_message m WHERE m.body = b.id)`,
        [ORPHAN_MS],
      );
      await client.query(`DELETE FROM dsnkit_down WHERE until < ${old}`, [ORPHAN_MS]);
      await client.query(`DELETE FROM dsnkit_node WHERE seen_at < ${old}`, [ORPHAN_MS]);
    });
    await this.#parts.journal.sweep();
    if (this.#parts.now() - this.#bucketSweptMs >= SWEEP_BUCKET_MS) await this.#sweepBucket();
  }

  /** One of the nodes does it: to look through a bucket takes long, and costs. */
  async #sweepBucket(): Promise<void> {
    const { connections, node, objects, now, trouble } = this.#parts;
    this.#bucketSweptMs = now();
    if (objects === undefined) return;
    const { rows } = await connections.run((client) =>
      client.query<{ first: string }>(`SELECT min(name) AS first FROM dsnkit_node WHERE seen_at > ${NOW} - $1`, [
        ALIVE_MS,
      ]),
    );
    // Beats go on meanwhile.
    if (rows[0]?.first === node) void objects.sweep(connections, now() - ORPHAN_MS).catch(trouble);
  }
}

const CHANNEL = 'dsnkit_queue';
const BEAT_MS = 1_000;
const HEARD_MS = 100;
/** A node that was not heard of for so long is not counted. */
const ALIVE_MS = 10_000;
const SWEEP_MS = 600_000;
const SWEEP_BUCKET_MS = 6 * 3_600_000;
/** Longer than any message takes to come in. */
const ORPHAN_MS = 86_400_000;
