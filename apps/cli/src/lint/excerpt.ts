import { printable, type Palette } from '../terminal/palette.ts';
import { fit, widthOf } from '../terminal/width.ts';
import type { Finding } from './finding.ts';
import type { Lines } from './lines.ts';

/** Columns of a finding in its line, in UTF-16 units, from 1; the end is the first one behind. */
export interface Span {
  readonly column: number;
  readonly endColumn: number;
}

/** What a finding is about: the value of its field, else the whole line. */
export function spanOf({ field, line }: Finding, lines: Lines): Span {
  const text = lines.text(line);
  const own = field !== null && lines.startsWith(line, field);
  const colon = own ? text.indexOf(':', field.length) : -1;
  const from = colon < 0 ? 0 : colon + 1;
  const value = /\S.*?(?=\s*$)/.exec(text.slice(from));
  if (value === null) return { column: Math.max(1, from), endColumn: Math.max(1, from) + 1 };
  const column = from + value.index + 1;
  return { column, endColumn: column + value[0].length };
}

/** The line of a finding, with carets under what it is about. */
export function excerpt(finding: Finding, lines: Lines, paint: Palette, columns: number): string {
  const gutter = `${String(finding.line).padStart(5)} | `;
  const text = lines.text(finding.line).replace(/\t/g, ' ');
  const missing = finding.field !== null && !lines.startsWith(finding.line, finding.field);
  if (text.trim() === '' || missing) return '';
  const { column, endColumn } = spanOf(finding, lines);
  const room = Math.max(20, columns - gutter.length);
  const shown = fit(printable(text), room);
  const before = widthOf(shown.slice(0, column - 1));
  const carets = Math.max(1, Math.min(widthOf(printable(text.slice(column - 1, endColumn - 1))), room - before));
  return `${paint.dim(gutter)}${shown}\n${' '.repeat(gutter.length + before)}${paint.yellow('^'.repeat(carets))}\n`;
}
