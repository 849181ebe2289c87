import { Issues } from './issue.ts';
import { returnedLabel } from './returned.ts';
import type { Source } from './source.ts';
import { readTree, type MimePart } from './tree.ts';

/** What a report is about: delivery, disposition (reading), feedback (abuse), or anything else. RFC 6522 §5. */
export type ReportKind = 'dsn' | 'mdn' | 'feedback' | 'other';

const KINDS: ReadonlyMap<string, ReportKind> = new Map([
  ['delivery-status', 'dsn'],
  ['global-delivery-status', 'dsn'],
  ['disposition-notification', 'mdn'],
  ['global-disposition-notification', 'mdn'],
  ['feedback-report', 'feedback'],
]);

/** The kind of report that a machine part of this type makes; `undefined` for types unknown here. RFC 6533 §4.4, §5. */
export function machineKind(mediaType: string): ReportKind | undefined {
  return mediaType.startsWith('message/') ? KINDS.get(mediaType.slice(8)) : undefined;
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

/** Read the tree of a message and find the report in it. */
export function locate(source: Source): Located {
  const issues = new Issues();
  const root = readTree(source, issues);
  const found = findReport(root, issues);
  if (found === undefined || found.machine !== undefined || !/\n[ \t]+--/.test(source.text))
    return { root, found, issues };
  // QUIRK: RFC 3464 appendix E prints blanks before a delimiter, and software took it up. Believed only where a part is missing.
  const again = new Issues();
  const indented = readTree(source, again, true);
  const better = findReport(indented, again);
  return better?.machine === undefined ? { root, found, issues } : { root: indented, found: better, issues: again };
}

/** The first multipart/report in the tree, or else the first multipart with a machine part in it. */
function findReport(root: MimePart, issues: Issues): FoundReport | undefined {
  const report = firstPart(root, (part) => part.mediaType === 'multipart/report');
  if (report !== undefined) return assignRoles(report, issues);
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
  return assignRoles(other, issues);
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
function assignRoles(report: MimePart, issues: Issues): FoundReport {
  const { parts } = report;
  const reportType = report.parameters.get('report-type')?.toLowerCase();
  const promised = KINDS.get(reportType ?? '');
  const machine =
    firstPart(report, (part) => machineKind(part.mediaType) !== undefined) ?? opaqueMachine(parts[1], promised);
  const returned = parts.find((part) => part !== machine && returnedLabel(part.mediaType) !== undefined);
  const human = parts[0] === machine || parts[0] === returned ? undefined : parts[0];
  const found: FoundReport = {
    kind: (machine === undefined ? undefined : machineKind(machine.mediaType)) ?? promised ?? 'other',
    ...(reportType === undefined ? {} : { reportType }),
    report,
    ...(human === undefined ? {} : { human }),
    ...(machine === undefined ? {} : { machine }),
    ...(returned === undefined ? {} : { returned }),
  };
  noteRoles(found, issues);
  return found;
}

/** The second part of a report of a type that is not read here. */
function opaqueMachine(second: MimePart | undefined, promised: ReportKind | undefined): MimePart | undefined {
  return second === undefined || promised !== undefined || returnedLabel(second.mediaType) !== undefined
    ? undefined
    : second;
}

function noteRoles(found: FoundReport, issues: Issues): void {
  const { report, human, machine, returned } = found;
  const offset = report.range.start;
  const clause = 'RFC 6522 §3';
  if (human === undefined)
    issues.add(offset, { code: 'human-part-missing', clause, message: 'no part for a person to read' });
  if (machine === undefined)
    issues.add(offset, { code: 'machine-part-missing', clause, message: 'no part for a machine to read' });
  else if (report.parts[1] !== machine) {
    const message = 'the machine-readable part is not the second';
    issues.add(machine.range.start, { code: 'machine-part-misplaced', clause, message, repaired: 'found by its type' });
  }
  const extra = report.parts.find((part, index) => index > 0 && part !== machine && part !== returned);
  if (extra !== undefined && machine !== undefined) {
    issues.add(extra.range.start, {
      code: 'extra-part',
      clause,
      message: `a ${extra.mediaType} part beyond the three of a report`,
    });
  }
  if (machine !== undefined && report.mediaType === 'multipart/report') noteReportType(found, machine, issues);
}

function noteReportType({ report, reportType }: FoundReport, machine: MimePart, issues: Issues): void {
  const subtype = machine.mediaType.slice(machine.mediaType.indexOf('/') + 1);
  const place = {
    field: 'Content-Type',
    clause: 'RFC 6522 §3',
    repaired: `taken for ${subtype}, as the machine part says`,
  };
  const offset = report.range.start;
  if (reportType === undefined) {
    issues.add(offset, { ...place, code: 'report-type-missing', message: 'multipart/report without report-type' });
  } else if (reportType !== subtype && `global-${reportType}` !== subtype) {
    const message = `report-type ${JSON.stringify(reportType)} over a part of type ${machine.mediaType}`;
    issues.add(offset, { ...place, code: 'report-type-mismatch', message });
  }
}
