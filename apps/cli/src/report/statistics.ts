import { dateOf } from './filter.ts';
import { isoDay } from './iso-date.ts';
import type { Summary } from './summary.ts';

/** What is counted. Plain data, since it comes from several threads. */
export interface Counts {
  messages: number;
  recipients: number;
  readonly tables: Readonly<Record<TableName, Map<string, number>>>;
}

/** By what recipients are counted; `kind` counts messages. */
export type TableName = 'kind' | 'action' | 'status' | 'reason' | 'domain' | 'reportingMta' | 'day';

/** More different values are counted together: a hostile mailbox must not fill the memory. */
const MOST_VALUES = 20_000;
const OTHER = '(other)';

/** Nothing counted yet. */
export function noCounts(): Counts {
  return {
    messages: 0,
    recipients: 0,
    tables: {
      kind: new Map(),
      action: new Map(),
      status: new Map(),
      reason: new Map(),
      domain: new Map(),
      reportingMta: new Map(),
      day: new Map(),
    },
  };
}

/** Counts one message. */
export function count(counts: Counts, summary: Summary): void {
  const { tables } = counts;
  counts.messages++;
  add(tables.kind, summary.kind, 1);
  if (summary.kind === 'mdn' || summary.kind === 'feedback') return;
  const date = dateOf(summary);
  const day = (date === undefined ? null : isoDay(date)) ?? '(unknown)';
  for (const recipient of summary.recipients) {
    const { action, status, address, reason } = recipient;
    counts.recipients++;
    add(tables.action, action ?? '(none)', 1);
    add(tables.status, status ?? '(none)', 1);
    if (reason !== null && reason !== 'delivered') add(tables.reason, reason, 1);
    add(tables.domain, domainOf(address), 1);
    add(tables.reportingMta, summary.report?.reportingMta?.value.toLowerCase() ?? '(none)', 1);
    add(tables.day, day, 1);
  }
}

/** Adds what another thread has counted. */
export function merge(into: Counts, from: Counts): void {
  into.messages += from.messages;
  into.recipients += from.recipients;
  for (const name of Object.keys(into.tables) as TableName[]) {
    for (const [value, number] of from.tables[name]) add(into.tables[name], value, number);
  }
}

function add(table: Map<string, number>, value: string, number: number): void {
  const known = table.get(value);
  if (known !== undefined) table.set(value, known + number);
  else if (table.size < MOST_VALUES) table.set(copyOf(value), number);
  else table.set(OTHER, (table.get(OTHER) ?? 0) + number);
}

/** A piece of a message keeps the whole message in memory; a copy does not. */
export function copyOf(piece: string): string {
  return Buffer.from(piece).toString();
}

function domainOf(address: string | null): string {
  const at = address?.lastIndexOf('@') ?? -1;
  return at < 0 || address === null ? '(none)' : address.slice(at + 1).toLowerCase();
}
