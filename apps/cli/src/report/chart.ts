import { isStatusCode } from '@dsnkit/delivery-status';
import { printable, type Palette } from '../terminal/palette.ts';
import { fit, pad, widthOf } from '../terminal/width.ts';
import { reasonOfStatus } from './reason.ts';
import type { Counts, TableName } from './statistics.ts';

/** The counts as small charts, the largest first; days in their order. */
export function charts(counts: Counts, top: number, columns: number, paint: Palette): string {
  const { messages, recipients, tables } = counts;
  const kinds = KINDS.flatMap(([kind, one, many]) => {
    const number = tables.kind.get(kind) ?? 0;
    return number === 0 ? [] : [`${format(number)} ${number === 1 ? one : many}`];
  });
  const head = `${paint.bold(`${format(messages)} ${messages === 1 ? 'message' : 'messages'}`)}${kinds.length === 0 ? '' : `: ${kinds.join(', ')}`}; ${format(recipients)} ${recipients === 1 ? 'recipient' : 'recipients'} reported on\n`;
  const sections = SECTIONS.map(([name, title]) =>
    section(
      title,
      largest(tables[name], top).map(name === 'status' ? named : (row) => row),
      recipients,
      columns,
      paint,
    ),
  );
  const days = timeline(tables.day, top);
  return [head, ...sections, section(`by ${days.unit}`, days.rows, recipients, columns, paint)]
    .filter((text) => text !== '')
    .join('\n');
}

const KINDS = [
  ['dsn', 'report', 'reports'],
  ['bounce', 'bounce in no standard form', 'bounces in no standard form'],
  ['delay', 'notice of a delay', 'notices of delays'],
  ['success', 'notice of a delivery', 'notices of deliveries'],
  ['mdn', 'read receipt', 'read receipts'],
  ['feedback', 'complaint', 'complaints'],
  ['auto-reply', 'automatic reply', 'automatic replies'],
  ['challenge', 'challenge', 'challenges'],
  ['other', 'other', 'others'],
] as const;

const SECTIONS: readonly (readonly [TableName, string])[] = [
  ['action', 'by action'],
  ['status', 'by status'],
  ['reason', 'by reason'],
  ['domain', 'by domain of the recipient'],
  ['reportingMta', 'by reporting host'],
];

/** What a status code says, beside it. */
function named([status, number]: Row): Row {
  const reason = isStatusCode(status) && !status.startsWith('2') ? reasonOfStatus(status) : undefined;
  return [reason === undefined ? status : `${status} ${reason}`, number];
}

/** The last one stands for several values if `rest`. */
type Row = readonly [value: string, number: number, rest?: true];

function largest(table: ReadonlyMap<string, number>, top: number): readonly Row[] {
  const rows = [...table].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  if (rows.length <= top) return rows;
  const rest = rows.slice(top).reduce((sum, [, number]) => sum + number, 0);
  return [...rows.slice(0, top), [`${format(rows.length - top)} more`, rest, true]];
}

/** Days, or months or years where days would be too many. */
function timeline(
  table: ReadonlyMap<string, number>,
  top: number,
): { readonly unit: string; readonly rows: readonly Row[] } {
  const most = Math.max(top, 31);
  for (const [unit, length] of [
    ['day', 10],
    ['month', 7],
    ['year', 4],
  ] as const) {
    const rows = new Map<string, number>();
    for (const [day, number] of table) {
      const key = day.startsWith('(') ? day : day.slice(0, length);
      rows.set(key, (rows.get(key) ?? 0) + number);
    }
    if (rows.size <= most || unit === 'year') return { unit, rows: [...rows].sort(([a], [b]) => (a < b ? -1 : 1)) };
  }
  return { unit: 'day', rows: [] };
}

function section(title: string, rows: readonly Row[], total: number, columns: number, paint: Palette): string {
  if (rows.length === 0) return '';
  const shown = rows.map(([value, number, rest]) => [printable(value), number, rest] as const);
  const label = Math.min(36, Math.max(...shown.map(([value]) => widthOf(value))));
  const digits = format(Math.max(...rows.map(([, number]) => number))).length;
  const room = Math.max(8, Math.min(40, columns - label - digits - 13));
  const largestNumber = Math.max(...rows.filter(([, , rest]) => rest !== true).map(([, number]) => number));
  const lines = shown.map(([value, number, rest]) => {
    const share = `${((number / Math.max(1, total)) * 100).toFixed(1)}%`.padStart(6);
    const line = `  ${pad(fit(value, label), label)}  ${format(number).padStart(digits)} ${share}`;
    return rest === true ? paint.dim(line) : `${line}  ${paint.cyan(bar(number / largestNumber, room))}`;
  });
  return `${paint.bold(title)}\n${lines.join('\n')}\n`;
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** At least a sliver, so that nothing counted looks like nothing. */
function bar(share: number, room: number): string {
  const eighths = Math.max(1, Math.round(share * room * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

function format(number: number): string {
  return number.toLocaleString('en-US');
}

/** The counts for programs: each table as `{value: number}`, the largest first. */
export function countsJson({ messages, recipients, tables }: Counts): object {
  const sorted = (name: TableName): object =>
    Object.fromEntries(largest(tables[name], Number.MAX_SAFE_INTEGER).map(([value, number]) => [value, number]));
  return {
    messages,
    recipients,
    byKind: sorted('kind'),
    byAction: sorted('action'),
    byStatus: sorted('status'),
    byReason: sorted('reason'),
    byDomain: sorted('domain'),
    byReportingMta: sorted('reportingMta'),
    byDay: Object.fromEntries([...tables.day].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
