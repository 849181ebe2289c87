import type { MailEvent, Recipient } from '../../model.ts';
import { LeaseLostError, type Lease, type NewMessage, type Settlement } from '../../ports.ts';
import { inOne } from '../../queue/content.ts';
import { stepOfChildren } from '../queue-children.ts';
import { INSERT_PARTS, insertAllBut, partColumns, partsOf } from './bodies.ts';
import { prepared, type Queryable } from './connections.ts';
import type { PostgresJournal, Told } from './journal.ts';
import { MANIFEST, type Gone } from './object-bodies.ts';
import {
  failureText,
  messageColumns,
  RECIPIENT_COLUMNS,
  RECIPIENT_NAMES,
  recipientArrays,
  recipientColumns,
  type NewRow,
  type Skew,
} from './rows.ts';

/** What changes the queue. Those of one group share a transaction. */
export type Write =
  | {
      readonly kind: 'accept';
      readonly messages: readonly NewMessage[];
      /** The messages as they came: the journal keeps also of a content that went into the bucket. */
      readonly told: readonly NewMessage[];
      readonly lease: Lease | undefined;
      readonly events: readonly MailEvent[] | undefined;
    }
  | { readonly kind: 'settle'; readonly settlement: Settlement; readonly told: readonly NewMessage[] }
  | { readonly kind: 'release'; readonly tokens: readonly string[] };

/** For whom the writing is done. */
export interface Writer {
  readonly node: string;
  readonly skew: Skew;
  /** Absent: nobody reads it. */
  readonly journal?: PostgresJournal | undefined;
}

/** What {@link applyWrites} did. */
export interface Applied {
  /** Settlements that were left out, since their claim has passed on. */
  readonly failures: ReadonlyMap<Write, Error>;
  /** Contents that no message has any more once this is committed, and that lie in a bucket. */
  readonly gone: readonly Gone[];
}

/**
 * Applies writes in one transaction. Settlements whose claim has passed on are left out and told; all others are applied
 * whole. If it throws, the transaction has to be rolled back.
 */
export async function applyWrites(client: Queryable, writes: readonly Write[], writer: Writer): Promise<Applied> {
  const settles = writes.filter((write) => write.kind === 'settle');
  const { failures, done } = await lostOf(client, settles);
  const settled = settles.filter((write) => !failures.has(write)).map(({ settlement }) => settlement);
  await updatePending(client, settled, writer.skew);
  await addChildren(client, settled, writer);
  await insertMessages(client, [...accepted(writes), ...settled.map(({ messages }) => ({ messages }))], writer);
  const gone = await remove(client, settled, done);
  await writer.journal?.append(client, toldBy(writes, failures));
  for (const write of writes) if (write.kind === 'release') await release(client, write.tokens);
  return { failures, gone };
}

/** Whether {@link applyWrites} asks for one statement only, which is a transaction by itself: new messages and nothing else. */
export function isOneStatement(writes: readonly Write[], { journal }: Writer): boolean {
  if (journal !== undefined) return false;
  return (
    writes.every((write) => write.kind === 'accept' && write.messages.every(isSmall)) &&
    writes.length <= ONE_STATEMENT_WRITES
  );
}

/** So many of these are less than one statement takes. */
const ONE_STATEMENT_WRITES = 64;
const SMALL_OCTETS = 262_144;

function isSmall({ content }: NewMessage): boolean {
  return 'kind' in content || content.reduce((sum, { length }) => sum + length, 0) <= SMALL_OCTETS;
}

/** What was done, in the order in which it was asked for. */
function toldBy(writes: readonly Write[], failures: ReadonlyMap<Write, Error>): Told[] {
  return writes.flatMap((write): Told[] => {
    if (failures.has(write)) return [];
    if (write.kind === 'accept') return [{ messages: write.told, events: write.events ?? [] }];
    if (write.kind !== 'settle') return [];
    return [{ messages: write.told, events: write.settlement.events ?? [] }];
  });
}

interface NewGroup {
  readonly messages: readonly NewMessage[];
  readonly lease?: Lease | undefined;
}

function accepted(writes: readonly Write[]): NewGroup[] {
  return writes.flatMap((write) => (write.kind === 'accept' ? [write] : []));
}

/** Claims by message. */
type Ends = readonly { readonly messageId: string; readonly token: string }[];

const endsOf = (settlement: Settlement): Ends => settlement.ends ?? [];

/**
 * Locks what is to be settled, and tells which settlements have lost their claim. Whole messages are locked, in one order,
 * so that of two nodes that settle the last two recipients of a message the second sees that it is empty.
 */
async function lostOf(client: Queryable, settles: readonly Settle[]): Promise<Locked> {
  const failures = new Map<Write, Error>();
  const done: Place[] = [];
  const claims = settles.flatMap(({ settlement }) => [settlement, ...endsOf(settlement)]);
  if (claims.length === 0) return { failures, done };
  const ids = [...new Set(claims.map(({ messageId }) => messageId))].sort();
  const { rows } = await prepared<{ message: string; n: number; token: string }>(
    client,
    `WITH whole AS (SELECT id FROM dsnkit_message WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE)
     SELECT r.message, r.n, r.token FROM whole JOIN dsnkit_recipient r ON r.message = whole.id
     WHERE r.token = ANY($2::text[]) FOR UPDATE OF r`,
    [ids, [...new Set(claims.map(({ token }) => token))]],
  );
  const held = new Map<string, Set<number>>();
  for (const { message, n, token } of rows) {
    const key = claimKey(message, token);
    held.set(key, (held.get(key) ?? new Set()).add(n));
  }
  // What one settlement takes out of a claim is not there for the next one of the same group.
  for (const write of settles) {
    const failure = take(write.settlement, held, done);
    if (failure !== undefined) failures.set(write, failure);
  }
  return { failures, done };
}

type Settle = Extract<Write, { kind: 'settle' }>;

/** A recipient. */
interface Place {
  readonly messageId: string;
  readonly n: number;
}

/** Which settlements have lost their claim, and the recipients that the others are done with. */
interface Locked {
  readonly failures: Map<Write, Error>;
  readonly done: readonly Place[];
}

const claimKey = (messageId: string, token: string): string => `${messageId} ${token}`;

function take(
  settlement: Settlement,
  held: ReadonlyMap<string, Set<number>>,
  done: Place[],
): LeaseLostError | undefined {
  const { messageId, token, updates } = settlement;
  const ns = held.get(claimKey(messageId, token));
  if (ns === undefined || ns.size === 0 || !updates.every(({ n }) => ns.has(n))) return passedOn(messageId);
  const ends = endsOf(settlement).map((end) => ({ end, ns: held.get(claimKey(end.messageId, end.token)) }));
  const gone = ends.find(({ ns: left }) => left === undefined || left.size === 0);
  if (gone !== undefined) return passedOn(gone.end.messageId);
  for (const { n, state } of updates) {
    ns.delete(n);
    if (state === 'done') done.push({ messageId, n });
  }
  for (const { end, ns: left } of ends) {
    for (const n of left ?? []) done.push({ messageId: end.messageId, n });
    left?.clear();
  }
  return undefined;
}

function passedOn(messageId: string): LeaseLostError {
  return new LeaseLostError(`The claim on ${messageId} has passed on`);
}

async function updatePending(client: Queryable, settled: readonly Settlement[], skew: Skew): Promise<void> {
  const pending = settled.flatMap(({ messageId, updates }) =>
    updates.flatMap((update) => (update.state === 'pending' ? [{ messageId, ...update }] : [])),
  );
  if (pending.length === 0) return;
  await prepared(
    client,
    `UPDATE dsnkit_recipient r SET destination = u.destination, ready_at = u.due_at, due_at = u.due_at,
       retry_at = u.retry_at, attempts = u.attempts, delay_reported = u.delay_reported, last_failure = u.last_failure,
       token = NULL, node = NULL
     FROM unnest($1::text[], $2::int[], $3::text[], $4::bigint[], $5::bigint[], $6::int[], $7::boolean[], $8::text[])
       AS u(message, n, destination, due_at, retry_at, attempts, delay_reported, last_failure)
     WHERE r.message = u.message AND r.n = u.n`,
    [
      pending.map(({ messageId }) => messageId),
      pending.map(({ n }) => n),
      pending.map(({ destination }) => destination),
      pending.map(({ dueAtMs }) => skew.toStored(dueAtMs)),
      pending.map(({ retryAtMs }) => skew.toStored(retryAtMs)),
      pending.map(({ attempts }) => attempts),
      pending.map(({ delayReported }) => delayReported),
      pending.map(({ lastFailure }) => failureText(lastFailure)),
    ],
  );
}

async function addChildren(client: Queryable, settled: readonly Settlement[], { node, skew }: Writer): Promise<void> {
  const parents = settled.filter(({ children }) => children.length > 0);
  if (parents.length === 0) return;
  const ids = [...new Set(parents.map(({ messageId }) => messageId))];
  const last = await lastNs(client, ids);
  const rows = parents.flatMap(({ messageId, children }): NewRow[] => {
    const step = stepOfChildren(children, last.get(messageId) ?? 0);
    const moved = children.map((child) => ({ ...child, n: child.n + step }));
    last.set(messageId, Math.max(...moved.map(({ n }: Recipient) => n)));
    return moved.map((recipient) => ({ messageId, recipient }));
  });
  await prepared(
    client,
    `UPDATE dsnkit_message m SET last_n = l.n FROM unnest($1::text[], $2::int[]) AS l(message, n) WHERE m.id = l.message`,
    [ids, ids.map((id) => last.get(id) ?? 0)],
  );
  await prepared(
    client,
    `INSERT INTO dsnkit_recipient (${RECIPIENT_COLUMNS})
     SELECT c.*, m.seq FROM unnest(${recipientArrays(1)}) AS c(${RECIPIENT_NAMES}) JOIN dsnkit_message m ON m.id = c.message`,
    recipientColumns(rows, node, skew),
  );
}

/** The largest `n` that was given in each message; nobody else gives more of them before the end of the transaction. */
async function lastNs(client: Queryable, ids: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await prepared<{ id: string; last_n: number }>(
    client,
    'SELECT id, last_n FROM dsnkit_message WHERE id = ANY($1::text[]) ORDER BY id FOR NO KEY UPDATE',
    [ids],
  );
  return new Map(rows.map(({ id, last_n: lastN }) => [id, lastN]));
}

async function insertMessages(client: Queryable, groups: readonly NewGroup[], { node, skew }: Writer): Promise<void> {
  const messages = groups.flatMap((group) => group.messages);
  if (messages.length === 0) return;
  const bodies = messages.map(({ message, content }) => ('kind' in content ? content.name : message.id));
  const parts = await insertAllBut(
    client,
    messages.flatMap(({ message, content }) => ('kind' in content ? [] : partsOf(message.id, inOne(content)))),
  );
  const rows = groups.flatMap((group) =>
    group.messages.flatMap(({ message, recipients }): NewRow[] =>
      recipients.map((recipient) => ({ messageId: message.id, recipient, lease: group.lease })),
    ),
  );
  await prepared(client, INSERT_MESSAGES, [
    ...partColumns(parts),
    ...messageColumns(messages, bodies, skew),
    ...recipientColumns(rows, node, skew),
  ]);
}

const INSERT_MESSAGES = `WITH content AS (
  ${INSERT_PARTS}
), incoming AS (
  SELECT * FROM unnest($6::text[], $7::int[], $8::text[], $9::bigint[], $10::text[])
    WITH ORDINALITY AS i(id, last_n, envelope, arrived_at, body, place)
), stored AS (
  INSERT INTO dsnkit_message (id, last_n, envelope, arrived_at, body)
  SELECT id, last_n, envelope, arrived_at, body FROM incoming ORDER BY place RETURNING id, seq
)
INSERT INTO dsnkit_recipient (${RECIPIENT_COLUMNS})
SELECT r.*, s.seq FROM unnest(${recipientArrays(11)}) AS r(${RECIPIENT_NAMES}) JOIN stored s ON s.id = r.message`;

/**
 * Removes recipients that are done. A message goes, with its content, when its last recipient has gone. All parts of the
 * statement see the tables as they were before it, so that each says what the others take away.
 */
async function remove(
  client: Queryable,
  settled: readonly Settlement[],
  done: readonly Place[],
): Promise<readonly Gone[]> {
  const ids = new Set(settled.flatMap((each) => [each.messageId, ...endsOf(each).map(({ messageId }) => messageId)]));
  if (ids.size === 0) return [];
  const { rows } = await prepared<Gone>(
    client,
    `WITH done AS (
       DELETE FROM dsnkit_recipient r USING unnest($1::text[], $2::int[]) AS d(message, n)
       WHERE r.message = d.message AND r.n = d.n
     ), empty AS (
       DELETE FROM dsnkit_message m WHERE m.id = ANY($3::text[]) AND NOT EXISTS (
         SELECT 1 FROM dsnkit_recipient r WHERE r.message = m.id AND NOT EXISTS (
           SELECT 1 FROM unnest($1::text[], $2::int[]) AS d(message, n) WHERE d.message = r.message AND d.n = r.n
         )
       ) RETURNING m.id, m.body
     ), gone AS (
       DELETE FROM dsnkit_body b USING (SELECT DISTINCT body FROM empty) e WHERE b.id = e.body AND NOT EXISTS (
         SELECT 1 FROM dsnkit_message m WHERE m.body = b.id AND NOT EXISTS (SELECT 1 FROM empty WHERE empty.id = m.id)
       ) RETURNING b.id, CASE WHEN b.part = ${MANIFEST} THEN b.octets END AS manifest
     )
     SELECT id, manifest FROM gone WHERE manifest IS NOT NULL`,
    [done.map(({ messageId }) => messageId), done.map(({ n }) => n), [...ids]],
  );
  return rows;
}

async function release(client: Queryable, tokens: readonly string[]): Promise<void> {
  await prepared(
    client,
    'UPDATE dsnkit_recipient SET ready_at = due_at, token = NULL, node = NULL WHERE token = ANY($1::text[])',
    [tokens],
  );
}
