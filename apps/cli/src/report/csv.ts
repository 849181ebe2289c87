import { printable } from '../terminal/palette.ts';
import { dateOf } from './filter.ts';
import { isoTime } from './iso-date.ts';
import type { RecipientSummary } from './recipient-summary.ts';
import type { Summary } from './summary.ts';

/** The names of the columns, as the first line has them. */
export const CSV_HEADER =
  'file,index,kind,date,reporting_mta,envelope_id,address,original_recipient,action,status,reply_code,remote_mta,diagnostic,message_id,subject\n';

/**
 * One line per recipient; a message without any has one line. RFC 4180, with LF.
 *
 * @param shown on a terminal, which must not obey what a stranger wrote; a file gets it as it is
 */
export function csvOf(summary: Summary, shown: boolean): string {
  const { recipients } = summary;
  if (recipients.length === 0) return lineOf(summary, undefined, shown);
  return recipients.map((recipient) => lineOf(summary, recipient, shown)).join('');
}

function lineOf(summary: Summary, recipient: RecipientSummary | undefined, shown: boolean): string {
  const { file, index, kind, report, original } = summary;
  const date = dateOf(summary);
  return `${[
    file,
    index,
    kind,
    date === undefined ? null : isoTime(date),
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
  ]
    .map((value) => cell(shown && typeof value === 'string' ? printable(value) : value))
    .join(',')}\n`;
}

function cell(value: string | number | null | undefined): string {
  if (value == null) return '';
  if (typeof value === 'number') return String(value);
  // A spreadsheet must not take what a stranger wrote for a formula.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
