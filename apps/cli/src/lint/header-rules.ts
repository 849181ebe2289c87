import type { Field } from '@dsnkit/delivery-status';
import { autoSubmitted, type ParsedReport } from '@dsnkit/multipart-report';
import type { Finding } from './finding.ts';
import type { Lines } from './lines.ts';

/** What the header of a report has to say, and what a report returns. */
export function headerFindings(report: ParsedReport, lines: Lines): Finding[] {
  const { headers } = report;
  const place = placeIn(lines, headers.length);
  return [
    ...presence(headers, place),
    ...origin(headers, place),
    ...submission(headers, place),
    ...returnedFindings(report),
  ];
}

type Place = (name: string) => number;

/** Where a field of the header stands; folded lines make it longer than its fields, but hardly a hundred times. */
function placeIn(lines: Lines, count: number): Place {
  return (name) => lines.find(`${name}:`, count * 100 + 1) ?? 1;
}

/** RFC 5322 §3.6: how often each field may stand. */
function presence(headers: readonly Field[], place: Place): Finding[] {
  const found: Finding[] = [];
  const count = (name: string): number =>
    headers.filter((field) => field.name.toLowerCase() === name.toLowerCase()).length;
  for (const name of ['From', 'Date']) {
    if (count(name) === 0)
      found.push(finding('error', 'header-field-missing', name, 1, 'RFC 5322 §3.6', 'a message needs this field'));
  }
  for (const name of ['From', 'Date', 'To', 'Subject', 'Message-ID', 'In-Reply-To', 'References']) {
    if (count(name) > 1)
      found.push(
        finding(
          'error',
          'header-field-repeated',
          name,
          place(name),
          'RFC 5322 §3.6',
          'the field stands more than once',
        ),
      );
  }
  if (count('MIME-Version') === 0)
    found.push(finding('error', 'header-field-missing', 'MIME-Version', 1, 'RFC 2045 §4', 'a message in MIME says so'));
  return found;
}

/** RFC 3461 §6.1: Return-Path tells what MAIL said; some systems write the null reverse-path as MAILER-DAEMON. */
function origin(headers: readonly Field[], place: Place): Finding[] {
  const path = headers.find(({ name }) => name.toLowerCase() === 'return-path')?.value.trim();
  if (path === undefined || path === '' || /^<(?:mailer-daemon(?:@[^>]*)?)?>$/i.test(path)) return [];
  const message = 'a report is sent from the null reverse-path';
  return [finding('note', 'report-not-from-null', 'Return-Path', place('Return-Path'), 'RFC 3461 §6.1', message)];
}

/** RFC 3834 §5: a program wrote it in answer to a message. */
function submission(headers: readonly Field[], place: Place): Finding[] {
  const keyword = autoSubmitted(headers);
  if (keyword === 'auto-replied') return [];
  const message =
    keyword === 'no' ? 'a report answers a message: auto-replied' : `a report is auto-replied, not ${keyword}`;
  return [finding('note', 'not-auto-replied', 'Auto-Submitted', place('Auto-Submitted'), 'RFC 3834 §5', message)];
}

/** RFC 3461 §6.2: without a failure the header is enough, whatever RET asked for. */
function returnedFindings({ returned, deliveryStatus }: ParsedReport): Finding[] {
  const actions = deliveryStatus?.recipients.map(({ action }) => action) ?? [];
  if (returned?.kind !== 'message' || actions.length === 0 || actions.includes('failed')) return [];
  const message = 'the whole message comes back although nothing failed';
  return [finding('note', 'message-without-failure', null, 1, 'RFC 3461 §6.2', message)];
}

function finding(
  level: Finding['level'],
  code: string,
  field: string | null,
  line: number,
  clause: string,
  message: string,
): Finding {
  return { code, level, line, field, clause, message, repaired: null };
}
