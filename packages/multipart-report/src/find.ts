import { Issues } from './issue.ts';
import { parameter } from './media-type.ts';
import { returnedLabel } from './returned.ts';
import type { Source } from './source.ts';
import { readTree, type MimePart, type Part, type TreeOptions } from './tree.ts';

/** What a report is about: delivery, disposition (reading), feedback (abuse), or anything else. RFC 6522 §5. */
export type ReportKind = 'dsn' | 'mdn' | 'feedback' | 'other';

/** The kind of report that a machine part of this subtype of message makes; `undefined` for those unknown here. RFC 6533 §4.4, §5. */
function kindOf(subtype: string | undefined): ReportKind | undefined {
  switch (subtype) {
    case 'delivery-status':
    case 'global-delivery-status':
      return 'dsn';
    case 'disposition-notification':
    case 'global-disposition-notification':
      return 'mdn';
    case 'feedback-report':
      return 'feedback';
    default:
      return undefined;
  }
}

/** The same for the whole media type. */
export function machineKind(mediaType: string): ReportKind | undefined {
  return mediaType.startsWith('message/') ? kindOf(mediaType.slice(8)) : undefined;
}

/** Offset of the first field in a text that begins machine parts and stands in no header of a part; -1 if there is none. */
export function firstMachineField(text: string): number {
  return text.search(
    /^(?:reporting-mta|original-envelope-id|received-from-mta|final-recipient|original-recipient|reporting-ua|disposition|feedback-type)[ \t]*:/im,
  );
}

/** A report in the tree, its parts by their role. */
export interface FoundReport {
  readonly kind: ReportKind;
  readonly reportType: string | undefined;
  readonly report: MimePart;
  readonly human: MimePart | undefined;
  readonly machine: MimePart | undefined;
  readonly returned: MimePart | undefined;
}

/** A message read as far as its tree goes, and the report in it. */
export interface Located {
  readonly root: Part;
  readonly found: FoundReport | undefined;
  readonly issues: Issues;
}

/**
 * Read the tree of a message and find the report in it.
 *
 * @param cut the message goes on after the source
 */
export function locate(source: Source, cut = false): Located {
  const first = locateIn(source, { cut });
  // QUIRK: RFC 3464 appendix E prints blanks before a delimiter, and software took it up. Believed only where a part is missing.
  if (first.found === undefined || first.found.machine !== undefined || !/\n[ \t]+--/.test(source.text)) return first;
  const second = locateIn(source, { cut, indented: true });
  return second.found?.machine === undefined ? first : second;
}

function locateIn(source: Source, options: TreeOptions): Located {
  const issues = new Issues();
  const root = readTree(source, issues, options);
  const report = findReport(root, issues);
  return { root, found: report && assignRoles(report, source, issues), issues };
}

/** The first multipart/report in the tree, or else the first multipart with a machine part in it. */
function findReport(root: MimePart, issues: Issues): MimePart | undefined {
  const report = firstPart(root, (part) => part.mediaType === 'multipart/report');
  if (report !== undefined) return report;
  // QUIRK: OpenSMTPD 5 sends its delivery status in a multipart/mixed.
  const other = firstPart(root, (part) => part.parts.some((inner) => machineKind(inner.mediaType) !== undefined));
  if (other === undefined) return undefined;
  issues.add('not-multipart-report', other.range.start, other.mediaType);
  return other;
}

/** The first part in the order of the message that passes. */
function firstPart(part: MimePart, passes: (part: MimePart) => boolean): MimePart | undefined {
  if (passes(part)) return part;
  for (const inner of part.parts) {
    const found = firstPart(inner, passes);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** RFC 6522 §3 gives roles by order; types correct it where a report lacks a part, has one too many or shuffles them. */
function assignRoles(report: MimePart, source: Source, issues: Issues): FoundReport {
  const { parts } = report;
  const reportType = parameter(report.parameters, 'report-type')?.toLowerCase();
  const promised = kindOf(reportType);
  const typed = firstPart(report, (part) => machineKind(part.mediaType) !== undefined);
  const machine = typed ?? unlabelledMachine(parts[1], promised, source);
  const returned = parts.find((part) => part !== machine && returnedLabel(part.mediaType) !== undefined);
  const human = parts[0] === machine || parts[0] === returned ? undefined : parts[0];
  const found: FoundReport = {
    kind: (typed && machineKind(typed.mediaType)) ?? promised ?? 'other',
    reportType,
    report,
    human,
    machine,
    returned,
  };
  noteRoles(found, issues);
  if (machine !== undefined && report.mediaType === 'multipart/report') noteReportType(found, machine, issues);
  return found;
}

/** The second part, if it can serve under a foreign label: that of a report unknown here, or one with the fields promised. */
function unlabelledMachine(
  second: MimePart | undefined,
  promised: ReportKind | undefined,
  source: Source,
): MimePart | undefined {
  if (second === undefined || returnedLabel(second.mediaType) !== undefined) return undefined;
  if (promised === undefined) return second;
  // QUIRK: gateways turn the part into text/plain.
  const text = source.text.slice(second.range.bodyStart, second.range.end);
  return second.parts.length === 0 && firstMachineField(text) >= 0 ? second : undefined;
}

function noteRoles({ report, human, machine, returned }: FoundReport, issues: Issues): void {
  const { parts, range } = report;
  if (human === undefined) issues.add('human-part-missing', range.start);
  if (machine === undefined) {
    issues.add('machine-part-missing', range.start);
    return;
  }
  if (parts[human === undefined ? 0 : 1] !== machine) issues.add('machine-part-misplaced', machine.range.start);
  const extra = parts.find((part) => part !== human && part !== machine && part !== returned);
  if (extra !== undefined) issues.add('extra-part', extra.range.start, extra.mediaType);
}

function noteReportType({ kind, report, reportType }: FoundReport, machine: MimePart, issues: Issues): void {
  const { mediaType, range } = machine;
  const subtype = mediaType.slice(mediaType.indexOf('/') + 1);
  if (reportType === undefined) issues.add('report-type-missing', report.range.start);
  else if (reportType !== subtype && `global-${reportType}` !== subtype) {
    const mislabelled = kind !== 'other' && machineKind(mediaType) === undefined;
    if (mislabelled) issues.add('machine-part-mislabelled', range.start, mediaType);
    else issues.add('report-type-mismatch', report.range.start, JSON.stringify(reportType.slice(0, 40)));
  }
}
