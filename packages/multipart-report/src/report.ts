import type { Field } from '@dsnkit/delivery-status';
import { Headed, showAs } from './header.ts';
import { locate, type FoundReport, type Located, type ReportKind } from './find.ts';
import { noteHuman, readHuman, type HumanReadable } from './human.ts';
import { Issues, type ReportIssue } from './issue.ts';
import { readMachine, type MachineContent } from './machine-part.ts';
import { readReturned, type Returned } from './returned.ts';
import { readSource, type Source } from './source.ts';
import type { MimePart, Range } from './tree.ts';

/** A report as it was understood. RFC 6522 §3. */
export interface ParsedReport extends Partial<MachineContent> {
  readonly kind: ReportKind;
  /** The report-type parameter in lower case, as sent; absent if there was none. */
  readonly reportType?: string;
  /** Decoded when it is asked for first. */
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
  return reportOf(locate(source), source);
}

/** The report that has been located in a message. */
export function reportOf({ root, found, issues }: Located, source: Source): ParsedReport | undefined {
  if (found === undefined) return undefined;
  // Filled in rather than put together: half of the time of a short report went into copying objects.
  const report: Draft<ParsedReport> = new LazyReport(found, root, source);
  if (found.human !== undefined) noteHuman(found.human, source, issues);
  readContent(report, found, source, issues);
  if (found.returned !== undefined) {
    const [header, octets] = readReturned(found.returned, source, issues);
    report.returned = Object.assign(header, { octets });
  }
  report.issues = issues.list(source.text);
  return report;
}

/** A report whose human part is decoded when it is asked for first: programs seldom do, and it may well be most of the report. */
class LazyReport extends Headed implements ParsedReport {
  readonly kind: ReportKind;
  declare readonly humanReadable: HumanReadable;
  readonly ranges: ReportRanges;
  issues: readonly ReportIssue[] = [];
  readonly #human: MimePart | undefined;
  readonly #source: Source;
  #text: HumanReadable | undefined;

  constructor(found: FoundReport, root: Headed, source: Source) {
    super(Headed.headerOf(root), true);
    this.kind = found.kind;
    showAs(this, 'humanReadable', LazyReport.#readHuman);
    this.ranges = rangesOf(found);
    this.#human = found.human;
    this.#source = source;
  }

  static #readHuman(this: LazyReport): HumanReadable {
    return (this.#text ??= this.#human === undefined ? {} : readHuman(this.#human, this.#source, new Issues()));
  }
}

/** A value in the making. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** What a report says before it returns anything. */
export type ReportContent = Omit<ParsedReport, 'returned' | 'headers' | 'ranges' | 'issues'>;

/** Read the machine-readable part, and what concerns the message as a whole, into a report. */
export function readContent(
  report: Draft<Omit<ReportContent, 'humanReadable'>>,
  found: FoundReport,
  source: Source,
  issues: Issues,
): void {
  const { kind, machine, reportType } = found;
  const { bareCr, octets, truncated } = source;
  if (bareCr >= 0) issues.add('bare-cr', bareCr);
  if (truncated) issues.add('message-too-long', octets.length, octets.length);
  if (reportType !== undefined) report.reportType = reportType;
  if (machine !== undefined) readMachine(report, machine, kind, source, issues);
}

function rangesOf({ report, human, machine, returned }: FoundReport): ReportRanges {
  const ranges: Draft<ReportRanges> = { report: report.range };
  if (human !== undefined) ranges.human = human.range;
  if (machine !== undefined) ranges.machine = machine.range;
  if (returned !== undefined) ranges.returned = returned.range;
  return ranges;
}
