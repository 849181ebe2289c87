import { printable } from '../terminal/palette.ts';
import { dateOf } from './filter.ts';
import { isoTime } from './iso-date.ts';
import type { RecipientSummary } from './recipient-summary.ts';
import type { Summary } from './summary.ts';

/** The names of the columns, as the first line has them. */
export const CSV_HEADER =
  'file,index,kind,date,reporting_mta,envelope_id,address,original_recipient,action,status,reply_code,remote_mta,diagnostic,message_id,subject\n';

/** With what each recipient is judged to be. */
export const EXPLAINED_CSV_HEADER = `${CSV_HEADER.trimEnd()},reason,permanence,advice\n`;

/**
 * One line per recipient; a message without any has one line. RFC 4180, with LF.
 *
 * @param shown on a terminal, which must not obey what a stranger wrote; a file gets it as it is
 */
export function csvOf(summary: Summary, shown: boolean): Generator<string> {
  return linesOf(summary, cellsOf(summary), shown);
}

/** The same with reason, permanence and advice, which take time to find. */
export function explainedCsvOf(summary: Summary, shown: boolean): Generator<string> {
  const cells = cellsOf(summary);
  const explained = (recipient: RecipientSummary | undefined): readonly Cell[] => [
    ...cells(recipient),
    ...[recipient?.reason, recipient?.permanence, recipient?.advice],
  ];
  return linesOf(summary, explained, shown);
}

type Cell = string | number | null | undefined;

function* linesOf(
  { recipients }: Summary,
  cells: (recipient: RecipientSummary | undefined) => readonly Cell[],
  shown: boolean,
): Generator<string> {
  for (const recipient of recipients.length === 0 ? [undefined] : recipients) {
    const line = cells(recipient).map((value) => (shown && typeof value === 'string' ? printable(value) : value));
    yield `${line.map(cell).join(',')}\n`;
  }
}

/** The cells of each recipient. What is the message's own is looked for once: all recipients are asked for its date. */
function cellsOf(summary: Summary): (recipient: RecipientSummary | undefined) => readonly Cell[] {
  const { file, index, kind, report, original } = summary;
  const date = dateOf(summary);
  const time = date === undefined ? null : isoTime(date);
  return (recipient) => [
    file,
    index,
    kind,
    time,
    report?.reportingMta?.value,
    report?.originalEnvelopeId,
    recipient?.address,
    recipient?.originalRecipient?.value,
    recipient?.action,
    recipient?.status,
    recipient?.replyCode,
    recipient?.remoteMta?.value,
    recipient?.diagnostic?.value,
    original?.messageId,
    original?.subject,
  ];
}

function cell(value: Cell): string {
  if (value == null) return '';
  if (typeof value === 'number') return String(value);
  // A spreadsheet must not take what a stranger wrote for a formula.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
