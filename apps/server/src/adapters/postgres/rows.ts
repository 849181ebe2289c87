import type { Failure, Message, Recipient } from '../../model.ts';
import type { Lease, NewMessage } from '../../ports.ts';

/** A recipient as it lies in the database. Times are by its clock. */
export interface RecipientRow {
  readonly message: string;
  readonly n: number;
  readonly destination: string;
  readonly due_at: number;
  readonly retry_at: number;
  readonly address: string;
  readonly parameters: string;
  readonly shown_as: string | null;
  readonly attempts: number;
  readonly delay_reported: boolean;
  readonly last_failure: string | null;
}

/**
 * How far the clock of the database is ahead of ours. Nodes whose clocks differ agree on due times and leases, since what is
 * stored is by the one clock that they share.
 */
export interface Skew {
  /** Our time as that of the database, and the other way round: milliseconds. */
  toStored(ms: number): number;
  toOurs(ms: number): number;
}

/** Columns as arrays, in the order of {@link INSERT_MESSAGES}. */
export function messageColumns(messages: readonly NewMessage[], bodies: readonly string[], skew: Skew): unknown[] {
  return [
    messages.map(({ message }) => message.id),
    messages.map(({ recipients }) => Math.max(...recipients.map(({ n }) => n))),
    messages.map(({ message }) => JSON.stringify(message)),
    messages.map(({ message }) => skew.toStored(message.arrivedAtMs)),
    bodies,
  ];
}

/** A recipient that is to be stored, and under which claim. */
export interface NewRow {
  readonly messageId: string;
  readonly recipient: Recipient;
  readonly lease?: Lease | undefined;
}

/** Columns as arrays, in the order of {@link RECIPIENT_COLUMNS} without `seq`. */
export function recipientColumns(rows: readonly NewRow[], node: string, skew: Skew): unknown[] {
  return [
    rows.map(({ messageId }) => messageId),
    rows.map(({ recipient }) => recipient.n),
    rows.map(({ recipient }) => recipient.destination),
    rows.map(({ recipient, lease }) => skew.toStored(lease?.untilMs ?? recipient.dueAtMs)),
    rows.map(({ recipient }) => skew.toStored(recipient.dueAtMs)),
    rows.map(({ recipient }) => skew.toStored(recipient.retryAtMs)),
    rows.map(({ recipient }) => recipient.address),
    rows.map(({ recipient }) => recipient.parameters),
    rows.map(({ recipient }) => recipient.shownAs ?? null),
    rows.map(({ recipient }) => recipient.attempts),
    rows.map(({ recipient }) => recipient.delayReported),
    rows.map(({ recipient }) => failureText(recipient.lastFailure)),
    rows.map(({ lease }) => lease?.token ?? null),
    rows.map(({ lease }) => (lease === undefined ? null : node)),
  ];
}

/** The columns of a recipient, in the order in which they are stored. */
export const RECIPIENT_COLUMNS: string =
  'message, n, destination, ready_at, due_at, retry_at, address, parameters, shown_as, attempts, delay_reported, ' +
  'last_failure, token, node, seq';

/** The types of {@link recipientColumns}, for `unnest`, from this parameter on. */
export function recipientArrays(first: number): string {
  const types = [
    ...['text', 'int', 'text', 'bigint', 'bigint', 'bigint', 'text', 'text', 'text', 'int', 'boolean', 'text'],
    ...['text', 'text'],
  ];
  return types.map((type, index) => `$${first + index}::${type}[]`).join(', ');
}

/** The names that `unnest` gives to the columns of {@link recipientColumns}. */
export const RECIPIENT_NAMES: string = RECIPIENT_COLUMNS.slice(0, RECIPIENT_COLUMNS.lastIndexOf(','));

export function failureText(failure: Failure | undefined): string | null {
  return failure === undefined ? null : JSON.stringify(failure);
}

export function toRecipient(row: RecipientRow, skew: Skew): Recipient {
  return {
    n: row.n,
    address: row.address,
    parameters: row.parameters,
    destination: row.destination,
    attempts: row.attempts,
    dueAtMs: skew.toOurs(row.due_at),
    retryAtMs: skew.toOurs(row.retry_at),
    delayReported: row.delay_reported,
    ...(row.last_failure === null ? {} : { lastFailure: JSON.parse(row.last_failure) as Failure }),
    ...(row.shown_as === null ? {} : { shownAs: row.shown_as }),
  };
}

/** Nodes whose clocks agree give one time, that of the node which took the message: names of files are made from it. */
const CLOSE_MS = 1_000;

export function toMessage(envelope: string, arrivedAt: number, skew: Skew): Message {
  const message = JSON.parse(envelope) as Message;
  const arrivedAtMs = skew.toOurs(arrivedAt);
  return Math.abs(arrivedAtMs - message.arrivedAtMs) < CLOSE_MS ? message : { ...message, arrivedAtMs };
}
