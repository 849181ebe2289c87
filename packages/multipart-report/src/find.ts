import { Issues } from './issue.ts';
import { returnedLabel } from './returned.ts';
import type { Source } from './source.ts';
import { readTree, type MimePart, type TreeOptions } from './tree.ts';

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
  readonly reportType?: string;
  readonly report: MimePart;
  readonly human?: MimePart;
  readonly machine?: MimePart;
  readonly returned?: MimePart;
}

/** A message read as far as its tree goes, and the report in it. */
export interface Located {
  readonly root: MimePart;
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
  issues.add(other.range.start, {
    code: 'not-multipart-report',
    field: 'Content-Type',
    clause: 'RFC 6522 §3',
    message: `the report stands in a ${other.mediaType}`,
    repaired: 'read as multipart/report',
  });
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
  const reportType = report.parameters.get('report-type')?.toLowerCase();
  const promised = kindOf(reportType);
  const typed = firstPart(report, (part) => machineKind(part.mediaType) !== undefined);
  const machine = typed ?? unlabelledMachine(parts[1], promised, source);
  const returned = parts.find((part) => part !== machine && returnedLabel(part.mediaType) !== undefined);
  const human = parts[0] === machine || parts[0] === returned ? undefined : parts[0];
  const found: FoundReport = {
    kind: (typed && machineKind(typed.mediaType)) ?? promised ?? 'other',
    ...(reportType === undefined ? {} : { reportType }),
    report,
    ...(human === undefined ? {} : { human }),
    ...(machine === undefined ? {} : { machine }),
    ...(returned === undefined ? {} : { returned }),
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
  const clause = 'RFC 6522 §3';
  if (human === undefined)
    issues.add(range.start, { code: 'human-part-missing', clause, message: 'no part for a person to read' });
  if (machine === undefined) {
    issues.add(range.start, { code: 'machine-part-missing', clause, message: 'no part for a machine to read' });
    return;
  }
  if (parts[human === undefined ? 0 : 1] !== machine) {
    const message = 'the machine-readable part is not the second';
    issues.add(machine.range.start, { code: 'machine-part-misplaced', clause, message, repaired: 'found by its type' });
  }
  const extra = parts.find((part) => part !== human && part !== machine && part !== returned);
  if (extra !== undefined) {
    issues.add(extra.range.start, {
      code: 'extra-part',
      clause,
      message: `a ${extra.mediaType} part beyond the three of a report`,
    });
  }
}

function noteReportType({ kind, report, reportType }: FoundReport, machine: MimePart, issues: Issues): void {
  const subtype = machine.mediaType.slice(machine.mediaType.indexOf('/') + 1);
  if (reportType === subtype || (reportType !== undefined && `global-${reportType}` === subtype)) return;
  const place = {
    field: 'Content-Type',
    clause: 'RFC 6522 §3',
    repaired: `taken for ${subtype}, as the machine part says`,
  };
  if (reportType === undefined) {
    issues.add(report.range.start, {
      ...place,
      code: 'report-type-missing',
      message: 'multipart/report without report-type',
    });
    return;
  }
  const message = `report-type ${JSON.stringify(reportType)} over a part of type ${machine.mediaType}`;
  if (kind === 'other' || machineKind(machine.mediaType) !== undefined) {
    issues.add(report.range.start, { ...place, code: 'report-type-mismatch', message });
  } else {
    issues.add(machine.range.start, {
      ...place,
      code: 'machine-part-mislabelled',
      message,
      repaired: `taken for ${reportType}`,
    });
  }
}
