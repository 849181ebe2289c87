import type { Field } from '@dsnkit/delivery-status';
import { locate, type FoundReport, type ReportKind } from './find.ts';
import { readHuman, type HumanReadable } from './human.ts';
import type { Issues, ReportIssue } from './issue.ts';
import { readMachine, type MachineContent } from './machine-part.ts';
import { readReturned, type Returned } from './returned.ts';
import { readSource, type Source } from './source.ts';
import type { Range } from './tree.ts';

/** A report as it was understood. RFC 6522 §3. */
export interface ParsedReport extends Partial<MachineContent> {
  readonly kind: ReportKind;
  /** The report-type parameter in lower case, as sent; absent if there was none. */
  readonly reportType?: string;
  readonly humanReadable: HumanReadable;
  readonly returned?: Returned;
  /** The header of the whole message. */
  readonly headers: readonly Field[];
  /** Where the parts stand in the message. */
  readonly ranges: ReportRanges;
  /** In the order of the message; strict means none. */
  readonly issues: readonly ReportIssue[];
}

/** Offsets of the multipart that is the report, and of its three parts. */
export interface ReportRanges {
  readonly report: Range;
  readonly human?: Range;
  readonly machine?: Range;
  readonly returned?: Range;
}

/**
 * Find the report in a message and read it; `undefined` if the message holds none.
 *
 * The report may stand anywhere in the tree of multiparts (RFC 6522 §1); the outermost and first one counts. Never
 * throws: what departs from the standards is repaired where its meaning is clear, and listed in `issues`. Time is linear
 * in the length of the message; multiparts are followed 20 deep, 10 000 parts are looked at.
 *
 * @example
 * const report = parseReport(octets);
 * if (report?.kind === 'dsn') for (const { finalRecipient, action, status } of report.deliveryStatus?.recipients ?? []) {
 *   console.log(finalRecipient?.value, action, status);
 * }
 */
export function parseReport(message: Uint8Array): ParsedReport | undefined {
  return parseSource(readSource(message));
}

/** {@link parseReport} of a message that has been made text. */
export function parseSource(source: Source): ParsedReport | undefined {
  const { root, found, issues } = locate(source);
  if (found === undefined) return undefined;
  const content = readContent(found, source, issues);
  const returned = found.returned && readReturned(found.returned, source, issues);
  const { kind, humanReadable } = content;
  // Written out rather than spread: half of the time of a short report went into copying objects.
  const report: Mutable<ParsedReport> = {
    kind,
    humanReadable,
    headers: root.headers,
    ranges: rangesOf(found),
    issues: [],
  };
  if (content.reportType !== undefined) report.reportType = content.reportType;
  if (content.machineReadable !== undefined) report.machineReadable = content.machineReadable;
  if (content.deliveryStatus !== undefined) report.deliveryStatus = content.deliveryStatus;
  if (content.mdn !== undefined) report.mdn = content.mdn;
  if (content.feedback !== undefined) report.feedback = content.feedback;
  if (returned !== undefined) report.returned = { ...returned.header, octets: returned.octets };
  report.issues = issues.list(source.text);
  return report;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a report says before it returns anything. */
export type ReportContent = Omit<ParsedReport, 'returned' | 'headers' | 'ranges' | 'issues'>;

/** Read all parts but the returned one. */
export function readContent(found: FoundReport, source: Source, issues: Issues): ReportContent {
  const { kind, human, machine, reportType } = found;
  noteSource(source, issues);
  const content: Mutable<ReportContent> = {
    kind,
    humanReadable: human === undefined ? {} : readHuman(human, source, issues),
  };
  if (reportType !== undefined) content.reportType = reportType;
  if (machine !== undefined) {
    const { machineReadable, deliveryStatus, mdn, feedback } = readMachine(machine, kind, source, issues);
    content.machineReadable = machineReadable;
    if (deliveryStatus !== undefined) content.deliveryStatus = deliveryStatus;
    if (mdn !== undefined) content.mdn = mdn;
    if (feedback !== undefined) content.feedback = feedback;
  }
  return content;
}

function noteSource({ bareCr, octets, truncated }: Source, issues: Issues): void {
  if (bareCr >= 0) {
    const place = { code: 'bare-cr', clause: 'RFC 5322 §2.3' } as const;
    issues.add(bareCr, { ...place, message: 'CR without LF', repaired: 'each taken as a line end' });
  }
  if (truncated) {
    const message = `longer than ${octets.length} octets`;
    issues.add(octets.length, {
      code: 'message-too-long',
      clause: 'RFC 6533 §7',
      message,
      repaired: 'read up to here',
    });
  }
}

function rangesOf({ report, human, machine, returned }: FoundReport): ReportRanges {
  const ranges: Mutable<ReportRanges> = { report: report.range };
  if (human !== undefined) ranges.human = human.range;
  if (machine !== undefined) ranges.machine = machine.range;
  if (returned !== undefined) ranges.returned = returned.range;
  return ranges;
}
