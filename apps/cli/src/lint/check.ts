import { lintDeliveryStatus, lintGlobalDeliveryStatus } from '@dsnkit/delivery-status/lint';
import type { BounceKind } from '@dsnkit/bounce';
import { parseReport, type ParsedReport } from '@dsnkit/multipart-report';
import { readAttached } from '@dsnkit/multipart-report/message';
import type { InputMessage } from '../input/messages.ts';
import { summaryOf } from '../report/summary.ts';
import type { Finding } from './finding.ts';
import { headerFindings } from './header-rules.ts';
import { linesOf, type Lines } from './lines.ts';

/** A message and everything that was found about it. */
export interface Checked {
  readonly kind: BounceKind;
  readonly report: ParsedReport | undefined;
  readonly findings: readonly Finding[];
  readonly lines: Lines;
}

/** A message that was checked, and where it stands. */
export interface CheckedMessage extends Checked {
  readonly message: InputMessage;
}

/**
 * Checks a message; or, where that tells of no delivery, the reports that are attached to it. Lines of those count in the
 * message that they are attached to, unless a transfer encoding hides them there.
 */
export function checkAll(message: InputMessage): readonly CheckedMessage[] {
  const outer = check(message);
  if (outer.kind !== 'other') return [{ ...outer, message }];
  let found = 0;
  const attached = readAttached(message.octets, ({ octets, line }): CheckedMessage | undefined => {
    const inner = check({ file: message.file, octets });
    if (inner.kind === 'other') return undefined;
    const checked = { ...inner, message: { ...message, octets, attached: ++found } };
    if (line === undefined) return checked;
    const findings = inner.findings.map((finding) => ({ ...finding, line: finding.line + line - 1 }));
    return { ...checked, findings, lines: outer.lines };
  });
  return attached.length === 0 ? [{ ...outer, message }] : attached;
}

/** Checks one message: container, header, fields. Never throws. */
export function check(message: InputMessage): Checked {
  const { octets } = message;
  const report = parseReport(octets);
  const { kind, issues } = summaryOf(report, message);
  const lines = linesOf(octets);
  if (report === undefined || kind !== 'dsn') return { kind, report, findings: [noReport(kind)], lines };
  const findings = issues.map((issue): Finding => {
    const line = headerLine(lines, issue.field, issue.line ?? 1);
    return { ...issue, level: 'error', line, clause: issue.clause ?? 'RFC 3464 §2' };
  });
  findings.push(...hintsOf(report, octets, lines), ...headerFindings(report, lines));
  findings.sort((a, b) => a.line - b.line);
  return { kind, report, findings, lines };
}

function noReport(kind: BounceKind): Finding {
  return {
    code: 'not-a-report',
    level: 'error',
    line: 1,
    field: null,
    clause: 'RFC 3464 §2',
    message: `not a delivery status notification: ${kind === 'other' ? 'no report' : kind}`,
    repaired: null,
  };
}

function hintsOf(
  { deliveryStatus, machineReadable, ranges }: ParsedReport,
  octets: Uint8Array,
  lines: Lines,
): Finding[] {
  if (deliveryStatus === undefined || ranges.machine === undefined) return [];
  const global = machineReadable?.mediaType === 'message/global-delivery-status';
  const hints = global ? lintGlobalDeliveryStatus(deliveryStatus) : lintDeliveryStatus(deliveryStatus);
  if (hints.length === 0) return [];
  const first = lineAt(octets, ranges.machine.bodyStart);
  const part = { first: lineAt(octets, ranges.machine.start), last: lineAt(octets, ranges.machine.end) };
  return hints.map(({ code, line, field, clause, message, repaired }): Finding => {
    const place = fieldLine(lines, field, first + line - 1, part);
    return { code, level: 'note', line: place, field: field ?? null, clause, message, repaired: repaired ?? null };
  });
}

/** What is wrong with a part is told at its begin; the field at fault stands further down in its header. */
function headerLine(lines: Lines, field: string | null, line: number): number {
  if (field === null) return line;
  for (let at = line; at < line + 200 && lines.text(at) !== ''; at++) if (lines.startsWith(at, `${field}:`)) return at;
  return line;
}

function lineAt(octets: Uint8Array, offset: number): number {
  let line = 1;
  for (let at = octets.indexOf(10); at >= 0 && at < offset; at = octets.indexOf(10, at + 1)) line++;
  return line;
}

/** The line counted, if the field does stand there; behind a transfer encoding lines don't count, and the part has to do. */
function fieldLine(
  lines: Lines,
  field: string | undefined,
  line: number,
  part: { readonly first: number; readonly last: number },
): number {
  if (field === undefined || lines.startsWith(line, `${field}:`)) return line;
  for (let at = part.first; at <= part.last; at++) if (lines.startsWith(at, `${field}:`)) return at;
  return part.first;
}
