import { printable } from '../terminal/palette.ts';
import type { Context } from '../terminal/terminal.ts';
import { fit, pad, widthOf } from '../terminal/width.ts';

/** Rows under a head, each column as wide as it needs to be, and the last one cut to the terminal, if there is one. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { terminal, paint }: Pick<Context, 'terminal' | 'paint'>,
): string {
  const columns = terminal.shown ? terminal.columns : Infinity;
  const cells = [head, ...rows].map((row) => row.map(printable));
  const widths = head.map((_, i) => Math.max(...cells.map((row) => widthOf(row[i] ?? ''))));
  const lines = cells.map((row) =>
    fit(row.map((cell, i) => (i === row.length - 1 ? cell : pad(cell, widths[i] ?? 0))).join('  '), columns).trimEnd(),
  );
  const [first = '', ...others] = lines;
  return [paint.bold(first), ...others].map((line) => `${line}\n`).join('');
}

/** How long ago, or until when: `3m`, `2h 10m`, `5d 1h`. */
export function spanOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours}h` : `${hours}h ${minutes % 60}m`;
  return hours % 24 === 0 ? `${hours / 24}d` : `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** How many of what: `1 message`, `3 messages`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
