import type {
  Claim,
  FoundMessages,
  PausedDestination,
  QueueOperations,
  StoredDestination,
  StoredMessage,
} from '../../ports.ts';
import { leaseRows } from './claims.ts';
import type { ClockSkew } from './clock-skew.ts';
import type { Connections, Queryable } from './connections.ts';
import { RECIPIENTS, type Candidate } from './due.ts';
import { toMessage, toRecipient, type RecipientRow, type Skew } from './rows.ts';

/** Claims the recipients of one message that are under no claim. To be run in a transaction. */
export async function claimOne(
  client: Queryable,
  request: Parameters<QueueOperations['claimMessage']>[0],
  node: string,
  skew: ClockSkew,
): Promise<Claim | undefined> {
  const { messageId, token, nowMs, leaseUntilMs } = request;
  const { rows } = await client.query<Candidate>(
    `SELECT ${RECIPIENTS} FROM dsnkit_recipient r WHERE r.message = $1 AND (r.token IS NULL OR r.ready_at <= $2)
     ORDER BY r.n FOR UPDATE SKIP LOCKED`,
    [messageId, skew.toStored(nowMs)],
  );
  if (rows.length === 0) return undefined;
  const [claim] = await leaseRows(client, [{ message: messageId, rows, token }], leaseUntilMs, node, skew);
  return claim;
}

export async function findMessage(
  connections: Connections,
  messageId: string,
  skew: Skew,
): Promise<StoredMessage | undefined> {
  const { rows } = await connections.run((client) =>
    client.query<{ seq: number }>('SELECT seq FROM dsnkit_message WHERE id = $1', [messageId]),
  );
  return (await loadMessages(connections, [messageId], skew, () => String(rows[0]?.seq ?? 0)))[0];
}

/** Cursor: the number of the message; with destinations that of the destination, then the place within it. */
export async function listMessages(
  connections: Connections,
  { destinations, ...page }: Parameters<QueueOperations['list']>[0],
  skew: Skew,
): Promise<readonly StoredMessage[]> {
  if (destinations !== undefined) return listOf(connections, destinations, page, skew);
  const { limit, after, mostRecipients } = page;
  const { rows } = await connections.run((client) =>
    client.query<{ id: string; seq: number }>(
      'SELECT id, seq FROM dsnkit_message WHERE seq > $1 ORDER BY seq LIMIT $2',
      [Number(after ?? 0), limit],
    ),
  );
  const cursors = new Map(rows.map(({ id, seq }) => [id, String(seq)]));
  return loadMessages(
    connections,
    rows.map(({ id }) => id),
    skew,
    (id) => cursors.get(id) ?? '',
    mostRecipients,
  );
}

async function listOf(
  connections: Connections,
  destinations: readonly string[],
  { after, limit, mostRecipients }: Omit<Parameters<QueueOperations['list']>[0], 'destinations'>,
  skew: Skew,
): Promise<readonly StoredMessage[]> {
  const [first = 0, ...place] = (after ?? `0:${-Number.MAX_SAFE_INTEGER}:0`).split(':').map(Number);
  let [due = 0, seq = 0] = place;
  const found: { readonly id: string; readonly cursor: string }[] = [];
  for (let at = first; at < destinations.length && found.length < limit; at++) {
    const { rows } = await connections.run((client) =>
      client.query<{ message: string; due_at: number; seq: number }>(
        `SELECT message, due_at, seq FROM dsnkit_recipient
         WHERE destination = $1 AND (due_at, seq) > ($2, $3) GROUP BY due_at, seq, message ORDER BY due_at, seq LIMIT $4`,
        [destinations[at], due, seq, limit - found.length],
      ),
    );
    for (const row of rows) found.push({ id: row.message, cursor: `${at}:${row.due_at}:${row.seq}` });
    [due, seq] = [-Number.MAX_SAFE_INTEGER, 0];
  }
  const loaded = await loadMessages(
    connections,
    found.map(({ id }) => id),
    skew,
    () => '',
    mostRecipients,
  );
  const byId = new Map(loaded.map((each) => [each.message.id, each]));
  return found.flatMap(({ id, cursor }) => {
    const message = byId.get(id);
    return message === undefined ? [] : [{ ...message, cursor }];
  });
}

/** Cursor: the number of the last message that was found. One scan finds a page, without any lock. */
export async function searchMessages(
  connections: Connections,
  { recipient, limit, after, mostRecipients }: Parameters<QueueOperations['search']>[0],
  skew: Skew,
): Promise<FoundMessages> {
  const { rows } = await connections.run((client) =>
    client.query<{ message: string; seq: number }>(
      `SELECT message, seq FROM dsnkit_recipient WHERE seq > $1 AND ${named('$2')}
       GROUP BY message, seq ORDER BY seq LIMIT $3`,
      [Number(after ?? 0), recipient, limit],
    ),
  );
  const cursors = new Map(rows.map(({ message, seq }) => [message, String(seq)]));
  const messages = await loadMessages(
    connections,
    rows.map(({ message }) => message),
    skew,
    (id) => cursors.get(id) ?? '',
    mostRecipients,
    recipient,
  );
  const next = rows.length < limit ? undefined : rows.at(-1)?.seq;
  return { messages, ...(next === undefined ? {} : { next: String(next) }) };
}

/** Whether a recipient is named by the text that is this parameter. */
function named(parameter: string): string {
  const contains = (column: string) => `strpos(lower(${column}), lower(${parameter}::text)) > 0`;
  return `(${contains('address')} OR ${contains("coalesce(shown_as, '')")})`;
}

/** With `mostRecipients` of each, first those that `first` names. */
async function loadMessages(
  connections: Connections,
  ids: readonly string[],
  skew: Skew,
  cursorOf: (id: string) => string,
  mostRecipients?: number,
  first?: string,
): Promise<readonly StoredMessage[]> {
  if (ids.length === 0) return [];
  const [messages, recipients] = await Promise.all([
    connections.run((client) =>
      client.query<{ id: string; envelope: string; arrived_at: number; recipients: number }>(
        `SELECT id, envelope, arrived_at, (SELECT count(*) FROM dsnkit_recipient WHERE message = id) AS recipients
         FROM dsnkit_message WHERE id = ANY($1::text[]) ORDER BY seq`,
        [ids],
      ),
    ),
    connections.run((client) =>
      client.query<RecipientRow & { token: string | null }>(
        `SELECT r.* FROM unnest($1::text[]) AS wanted (id) CROSS JOIN LATERAL (
           SELECT ${RECIPIENTS}, r.token FROM dsnkit_recipient r WHERE r.message = wanted.id
           ORDER BY ${first === undefined ? '' : `NOT ${named('$3')}, `}r.n LIMIT $2
         ) r`,
        [[...new Set(ids)], mostRecipients ?? null, ...(first === undefined ? [] : [first])],
      ),
    ),
  ]);
  const byMessage = Map.groupBy(recipients.rows, ({ message }) => message);
  return messages.rows.map(({ id, envelope, arrived_at: arrivedAt, recipients: recipientCount }) => ({
    message: toMessage(envelope, arrivedAt, skew),
    recipients: (byMessage.get(id) ?? []).map((row) => ({ ...toRecipient(row, skew), claimed: row.token !== null })),
    recipientCount,
    cursor: cursorOf(id),
  }));
}

export async function listDestinations(
  connections: Connections,
  limit: number,
  skew: Skew,
): Promise<readonly StoredDestination[]> {
  const { rows } = await connections.run((client) =>
    client.query<{ destination: string; recipients: number; oldest: number | null; next: number }>(
      `SELECT d.destination, d.recipients, d.next, (
         SELECT min(m.arrived_at) FROM (
           SELECT message FROM dsnkit_recipient WHERE destination = d.destination ORDER BY ready_at LIMIT 100
         ) f JOIN dsnkit_message m ON m.id = f.message
       ) AS oldest
       FROM (
         SELECT destination, count(*) AS recipients, min(due_at) AS next FROM dsnkit_recipient
         WHERE destination NOT LIKE 'note:%' GROUP BY destination
         ORDER BY count(*) DESC, destination LIMIT $1
       ) d ORDER BY d.recipients DESC, d.destination`,
      [limit],
    ),
  );
  return rows.map(({ destination, recipients, oldest, next }) => ({
    destination,
    recipients,
    oldestMs: skew.toOurs(oldest ?? next),
    nextDueAtMs: skew.toOurs(next),
  }));
}

export async function pausedDestinations(connections: Connections, skew: Skew): Promise<readonly PausedDestination[]> {
  const { rows } = await connections.run((client) =>
    client.query<{ destination: string; since: number }>(
      'SELECT destination, since FROM dsnkit_paused ORDER BY destination',
    ),
  );
  return rows.map(({ destination, since }) => ({ destination, sinceMs: skew.toOurs(since) }));
}
