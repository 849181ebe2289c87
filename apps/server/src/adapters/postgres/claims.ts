import type { Claim, QueueStore } from '../../ports.ts';
import { DATABASE_NOW, type ClockSkew } from './clock-skew.ts';
import { prepared, type Queryable } from './connections.ts';
import { RECIPIENTS, type Candidate, type DueRows } from './due.ts';
import { toMessage, toRecipient } from './rows.ts';

type Request = Parameters<QueueStore['claim']>[0];

/** Recipients of a message that travel together. */
interface Group {
  readonly message: string;
  readonly destination: string;
  readonly seq: number;
  readonly rows: Candidate[];
  dueAt: number;
}

/**
 * Claims what is due: rows that another node is just claiming are passed over, so that nodes don't wait for each other.
 * To be run in a transaction.
 */
export async function claimDue(
  client: Queryable,
  request: Request,
  node: string,
  skew: ClockSkew,
  due: DueRows,
): Promise<readonly Claim[]> {
  const chosen: Group[] = [];
  const except = [...request.except];
  while (chosen.length < request.limit) {
    const head = await due.head(client, request.nowMs, except, Math.max(MIN_HEAD, request.limit * 4));
    const { taken, full } = choose(groupsOf(head.rows), request, chosen);
    chosen.push(...taken);
    // Destinations that have their share hide what stands behind them.
    except.push(...full);
    if (!head.isCut || full.length === 0 || taken.length === 0) break;
  }
  if (chosen.length === 0) return [];
  await completeCut(client, chosen, skew.toStored(request.nowMs));
  const leased = chosen.map(({ message, rows }) => ({ message, rows, token: request.token() }));
  return leaseRows(client, leased, request.leaseUntilMs, node, skew);
}

const MIN_HEAD = 500;

function groupsOf(rows: readonly Candidate[]): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const { message, destination, seq, due_at: dueAt } = row;
    const key = `${message} ${destination}`;
    const group = groups.get(key) ?? { message, destination, seq, rows: [], dueAt };
    groups.set(key, group);
    group.rows.push(row);
    group.dueAt = Math.min(group.dueAt, dueAt);
  }
  return [...groups.values()].sort(
    (a, b) => a.dueAt - b.dueAt || a.seq - b.seq || (a.destination < b.destination ? -1 : 1),
  );
}

/** The oldest first, and no more of a destination than its share. */
function choose(
  groups: readonly Group[],
  { limit, perDestination }: Request,
  before: readonly Group[],
): { readonly taken: Group[]; readonly full: string[] } {
  const given = new Map<string, number>();
  for (const { destination } of before) given.set(destination, (given.get(destination) ?? 0) + 1);
  const taken: Group[] = [];
  for (const group of groups) {
    if (before.length + taken.length >= limit) break;
    const count = given.get(group.destination) ?? 0;
    if (count >= perDestination) continue;
    given.set(group.destination, count + 1);
    taken.push(group);
  }
  return { taken, full: [...given].flatMap(([destination, count]) => (count >= perDestination ? [destination] : [])) };
}

/** What the end of the head cut off: other recipients of the chosen messages that travel with them. */
async function completeCut(client: Queryable, chosen: readonly Group[], now: number): Promise<void> {
  const { rows } = await prepared<Candidate>(
    client,
    `SELECT ${RECIPIENTS} FROM dsnkit_recipient r
     JOIN unnest($1::text[], $2::text[]) AS g(message, destination) ON r.message = g.message AND r.destination = g.destination
     WHERE r.ready_at <= $3 AND r.due_at <= $3 FOR UPDATE OF r SKIP LOCKED`,
    [chosen.map(({ message }) => message), chosen.map(({ destination }) => destination), now],
  );
  const groups = new Map(chosen.map((group) => [`${group.message} ${group.destination}`, group]));
  for (const group of chosen) group.rows.length = 0;
  for (const row of rows) groups.get(`${row.message} ${row.destination}`)?.rows.push(row);
  for (const { rows: together } of chosen) together.sort((a, b) => a.n - b.n);
}

/** Rows of one message that come under one claim. */
export interface Leased {
  readonly message: string;
  readonly rows: readonly Candidate[];
  readonly token: string;
}

/** Writes claims down, and gives them. The rows are locked. */
export async function leaseRows(
  client: Queryable,
  leased: readonly Leased[],
  leaseUntilMs: number,
  node: string,
  skew: ClockSkew,
): Promise<readonly Claim[]> {
  const rows = leased.flatMap((group) => group.rows.map(({ n }) => ({ ...group, n })));
  const told = skew.ask();
  const { rows: messages } = await prepared<{
    id: string;
    envelope: string;
    arrived_at: number;
    last_n: number;
    database_now: number;
  }>(
    client,
    `WITH leased AS (
       UPDATE dsnkit_recipient r SET ready_at = $1, token = l.token, node = $2
       FROM unnest($3::text[], $4::int[], $5::text[]) AS l(message, n, token) WHERE r.message = l.message AND r.n = l.n
     )
     SELECT id, envelope, arrived_at, last_n, ${DATABASE_NOW} FROM dsnkit_message WHERE id = ANY($6::text[])`,
    [
      skew.toStored(leaseUntilMs),
      node,
      rows.map(({ message }) => message),
      rows.map(({ n }) => n),
      rows.map((row) => row.token),
      [...new Set(leased.map(({ message }) => message))],
    ],
  );
  const byId = new Map(messages.map((message) => [message.id, message]));
  const claims = leased.flatMap(({ message: id, rows: recipients, token: mine }): Claim[] => {
    const message = byId.get(id);
    if (message === undefined) return [];
    return [
      {
        token: mine,
        message: toMessage(message.envelope, message.arrived_at, skew),
        recipients: recipients.map((row) => toRecipient(row, skew)),
        lastN: message.last_n,
      },
    ];
  });
  const now = messages[0]?.database_now;
  if (now !== undefined) told(now);
  return claims;
}
