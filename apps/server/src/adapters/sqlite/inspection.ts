import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Message, Recipient } from '../../model.ts';
import type { FoundMessages, PausedDestination, StoredDestination, StoredMessage } from '../../ports.ts';
import { contains, namedFirst } from '../../queue/search.ts';
import type { Depths } from './depths.ts';
import type { Leases } from './leases.ts';
import { fromRow, type RecipientRow } from './messages.ts';

/** What operators ask of the queue within its thread. */
export type InspectionAsk =
  | { readonly kind: 'find'; readonly messageId: string }
  | {
      readonly kind: 'list';
      readonly limit: number;
      readonly after: string | undefined;
      readonly destinations: readonly string[] | undefined;
      readonly mostRecipients: number | undefined;
    }
  | {
      readonly kind: 'search';
      readonly recipient: string;
      readonly limit: number;
      readonly after: string | undefined;
      readonly mostRecipients: number | undefined;
    }
  | { readonly kind: 'destinations'; readonly limit: number }
  | { readonly kind: 'paused' }
  | { readonly kind: 'pause'; readonly paused: PausedDestination; readonly events: string | undefined }
  | { readonly kind: 'resume'; readonly destination: string; readonly events: string | undefined };

const columns =
  'destination, n, due_at, address, parameters, shown_as, attempts, retry_at, delay_reported, last_failure';

/** A search looks at so many recipients in one go, and to the end of the last message: mail comes in between. */
const LOOKED_AT = 10_000;

/** Whether a recipient is named by the text that is this parameter. */
function named(parameter: number): string {
  return `(contains(address, ?${parameter}) OR shown_as IS NOT NULL AND contains(shown_as, ?${parameter}))`;
}

const sql = {
  seqOf: 'SELECT seq FROM message WHERE id = ?',
  message: 'SELECT envelope FROM message WHERE seq = ?',
  fresh: 'SELECT envelope, recipients FROM fresh WHERE seq = ?',
  recipients: `SELECT ${columns} FROM recipient WHERE seq = ? ORDER BY n LIMIT ?`,
  count: 'SELECT count(*) AS count FROM recipient WHERE seq = ?',
  after: `SELECT seq FROM (SELECT seq FROM message WHERE seq > ? ORDER BY seq LIMIT ?)
    UNION ALL SELECT seq FROM (SELECT seq FROM fresh WHERE seq > ? ORDER BY seq LIMIT ?) ORDER BY seq LIMIT ?`,
  due: `SELECT due_at, seq FROM recipient
    WHERE destination = ? AND (due_at, seq) > (?, ?) GROUP BY due_at, seq ORDER BY due_at, seq LIMIT ?`,
  lookedAt: 'SELECT seq FROM recipient WHERE seq > ? ORDER BY seq LIMIT 1 OFFSET ?',
  named: `SELECT seq FROM recipient WHERE seq > ?1 AND seq <= ?2 AND ${named(3)} GROUP BY seq ORDER BY seq LIMIT ?4`,
  namedFresh: `SELECT seq FROM fresh WHERE seq > ?1 AND seq <= ?2
    AND EXISTS (SELECT 1 FROM (SELECT value ->> 'address' AS address, value ->> 'shownAs' AS shown_as
      FROM json_each(recipients)) WHERE ${named(3)}) ORDER BY seq LIMIT ?4`,
  recipientsNamed: `SELECT ${columns} FROM recipient WHERE seq = ?1 ORDER BY NOT ${named(2)}, n LIMIT ?3`,
  oldest: `SELECT min(seq) AS seq, min(due_at) AS due_at FROM
    (SELECT seq, due_at FROM recipient WHERE destination = ? ORDER BY due_at LIMIT 100)`,
  paused: 'SELECT destination, since AS sinceMs FROM paused ORDER BY destination',
  pause: 'INSERT INTO paused (destination, since) VALUES (?, ?) ON CONFLICT DO NOTHING',
  resume: 'DELETE FROM paused WHERE destination = ?',
} as const;

/** Looks into the queue, within its thread. */
export class Inspection {
  readonly #statements: Readonly<Record<keyof typeof sql, StatementSync>>;
  readonly #leases: Leases;
  readonly #depths: Depths;

  constructor(database: DatabaseSync, leases: Leases, depths: Depths) {
    // SQLite itself knows the case of ASCII letters alone.
    database.function('contains', { deterministic: true }, (text, part) =>
      Number(contains(String(text), String(part))),
    );
    const entries = Object.entries(sql).map(([name, text]) => [name, database.prepare(text)]);
    this.#statements = Object.fromEntries(entries) as Readonly<Record<keyof typeof sql, StatementSync>>;
    this.#leases = leases;
    this.#depths = depths;
  }

  ask(ask: InspectionAsk): unknown {
    const { pause, paused, resume } = this.#statements;
    switch (ask.kind) {
      case 'find': {
        const seq = this.#leases.ofFresh(ask.messageId)?.seq ?? this.#statements.seqOf.get(ask.messageId)?.['seq'];
        return seq === undefined ? undefined : this.#load(Number(seq), `${Number(seq)}`);
      }
      case 'list':
        return ask.destinations === undefined ? this.#list(ask) : this.#listOf(ask, ask.destinations);
      case 'search':
        return this.#search(ask);
      case 'destinations':
        return this.#depths.deepest(ask.limit).map(([destination, count]) => this.#destination(destination, count));
      case 'paused':
        return paused.all();
      case 'pause':
        pause.run(ask.paused.destination, ask.paused.sinceMs);
        return undefined;
      case 'resume':
        resume.run(ask.destination);
        return undefined;
    }
  }

  #list({ after, limit, mostRecipients }: Extract<InspectionAsk, { kind: 'list' }>): StoredMessage[] {
    const from = Number(after ?? 0);
    const rows = this.#statements.after.all(from, limit, from, limit, limit);
    return rows.flatMap(({ seq }) => this.#load(Number(seq), String(seq), mostRecipients) ?? []);
  }

  /** Cursor: the number of the destination, then the place within it. */
  #listOf(
    { after, limit, mostRecipients }: Extract<InspectionAsk, { kind: 'list' }>,
    destinations: readonly string[],
  ): StoredMessage[] {
    const [first = 0, ...place] = (after ?? '0:-9007199254740991:0').split(':').map(Number);
    let [due, seq] = place as [number, number];
    const found: StoredMessage[] = [];
    for (let at = first; at < destinations.length && found.length < limit; at++) {
      for (const row of this.#statements.due.all(destinations[at] ?? '', due, seq, limit - found.length)) {
        const { due_at, seq: ofSeq } = row as unknown as { due_at: number; seq: number };
        const message = this.#load(ofSeq, `${at}:${due_at}:${ofSeq}`, mostRecipients);
        if (message !== undefined) found.push(message);
      }
      [due, seq] = [-9007199254740991, 0];
    }
    return found;
  }

  /** Cursor: the number of the last message that was looked at. */
  #search({ recipient, limit, after, mostRecipients }: Extract<InspectionAsk, { kind: 'search' }>): FoundMessages {
    const { lookedAt, named, namedFresh } = this.#statements;
    const from = Number(after ?? 0);
    const end = Number(lookedAt.get(from, LOOKED_AT - 1)?.['seq'] ?? Number.MAX_SAFE_INTEGER);
    const seqs = [named, namedFresh]
      .flatMap((statement) => statement.all(from, end, recipient, limit).map(({ seq }) => Number(seq)))
      .sort((a, b) => a - b)
      .slice(0, limit);
    const messages = seqs.flatMap((seq) => this.#load(seq, String(seq), mostRecipients, recipient) ?? []);
    const last = seqs.length === limit ? seqs.at(-1) : end;
    return { messages, ...(last === Number.MAX_SAFE_INTEGER ? {} : { next: String(last) }) };
  }

  /** With `most` recipients, first those that `first` names. */
  #load(seq: number, cursor: string, most?: number, first?: string): StoredMessage | undefined {
    const stored = this.#statements.message.get(seq);
    if (stored !== undefined) {
      const { recipients: inOrder, recipientsNamed } = this.#statements;
      const rows = first === undefined ? inOrder.all(seq, most ?? -1) : recipientsNamed.all(seq, first, most ?? -1);
      const recipients = rows.map((row) => {
        const recipient = fromRow(Object.values(row) as unknown as RecipientRow);
        return { ...recipient, claimed: this.#leases.holder(seq, recipient.n) !== undefined };
      });
      const recipientCount =
        recipients.length === most ? Number(this.#statements.count.get(seq)?.['count']) : recipients.length;
      return { message: JSON.parse(String(stored['envelope'])) as Message, recipients, recipientCount, cursor };
    }
    const fresh = this.#statements.fresh.get(seq);
    if (fresh === undefined) return undefined;
    const all = JSON.parse(String(fresh['recipients'])) as Recipient[];
    const recipients = first === undefined ? all : namedFirst(all, first);
    return {
      message: JSON.parse(String(fresh['envelope'])) as Message,
      recipients: recipients.slice(0, most).map((recipient) => ({ ...recipient, claimed: true })),
      recipientCount: recipients.length,
      cursor,
    };
  }

  #destination(destination: string, recipients: number): StoredDestination {
    const first = this.#statements.oldest.get(destination);
    const envelope = this.#statements.message.get(Number(first?.['seq'] ?? 0))?.['envelope'];
    const { arrivedAtMs } = JSON.parse(String(envelope ?? '{"arrivedAtMs":0}')) as Message;
    return { destination, recipients, oldestMs: arrivedAtMs, nextDueAtMs: Number(first?.['due_at'] ?? 0) };
  }
}
