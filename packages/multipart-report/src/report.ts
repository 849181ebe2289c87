import {
  parseDeliveryStatus,
  parseFields,
  parseGlobalDeliveryStatus,
  type Field,
  type Issue,
  type ParsedDeliveryStatus,
} from '@dsnkit/delivery-status';
import { decodeOctets } from './charset.ts';
import { noteEncoding, readHuman, type HumanReadable } from './human.ts';
import { Issues, type ReportIssue } from './issue.ts';
import { readDispositionNotification, readFeedbackReport } from './machine.ts';
import type { DispositionNotification, FeedbackReport } from './machine.ts';
import { soundLines } from './octets.ts';
import { findReport, machineKind, type FoundReport, type ReportKind } from './find.ts';
import { readReturned, type Returned } from './returned.ts';
import { decodeTransfer } from './transfer.ts';
import { readTree, type MimePart, type Range } from './tree.ts';

/** A report as it was understood. RFC 6522 §3. */
export interface ParsedReport {
  readonly kind: ReportKind;
  /** The report-type parameter in lower case, as sent; absent if there was none. */
  readonly reportType?: string;
  readonly humanReadable: HumanReadable;
  /** With kind `dsn`, unless the report lacks the part. */
  readonly deliveryStatus?: ParsedDeliveryStatus;
  /** With kind `mdn`. */
  readonly mdn?: DispositionNotification;
  /** With kind `feedback`. */
  readonly feedback?: FeedbackReport;
  /** The second part as it came, behind its transfer encoding. */
  readonly machineReadable?: MachinePart;
  readonly returned?: Returned;
  /** The header of the whole message. */
  readonly headers: readonly Field[];
  /** Where the parts stand in the message. */
  readonly ranges: ReportRanges;
  /** In the order of the message; strict means none. */
  readonly issues: readonly ReportIssue[];
}

/** The machine-readable part as octets. */
export interface MachinePart {
  readonly mediaType: string;
  readonly octets: Uint8Array;
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
  const lines = soundLines(message);
  const { octets } = lines;
  const issues = new Issues();
  const root = readTree(octets, issues);
  const found = findReport(root, issues);
  if (found === undefined) return undefined;
  if (lines.bareCr >= 0) {
    const repaired = 'each taken as a line end';
    issues.add(lines.bareCr, { code: 'bare-cr', clause: 'RFC 5322 §2.3', message: 'CR without LF', repaired });
  }
  const { report, human, machine, returned, reportType } = found;
  const content = machine && readMachine(machine, octets, issues);
  return {
    kind: found.kind,
    ...(reportType === undefined ? {} : { reportType }),
    humanReadable: human === undefined ? {} : readHuman(human, octets, issues),
    ...content,
    ...(returned === undefined ? {} : { returned: readReturnedPart(returned, message, octets, issues) }),
    headers: root.headers,
    ranges: rangesOf(found, report),
    issues: issues.list(octets),
  };
}

function rangesOf({ human, machine, returned }: FoundReport, report: MimePart): ReportRanges {
  return {
    report: report.range,
    ...(human === undefined ? {} : { human: human.range }),
    ...(machine === undefined ? {} : { machine: machine.range }),
    ...(returned === undefined ? {} : { returned: returned.range }),
  };
}

type MachineContent = Pick<ParsedReport, 'machineReadable' | 'deliveryStatus' | 'mdn' | 'feedback'>;

function readMachine(part: MimePart, octets: Uint8Array, issues: Issues): MachineContent {
  const { bodyStart, end } = part.range;
  const encoded = isEncoded(part);
  const content = encoded
    ? decodeTransfer(octets.subarray(bodyStart, end), part.transferEncoding)
    : { octets: octets.subarray(bodyStart, end), sound: true };
  if (!content.sound) noteEncoding(part, issues);
  if (encoded && !part.mediaType.startsWith('message/global')) noteEncodedMachine(part, issues);
  const machineReadable: MachinePart = { mediaType: part.mediaType, octets: content.octets };
  const kind = machineKind(part.mediaType);
  if (kind === undefined) return { machineReadable };
  const text = decodeOctets(content.octets, 0, content.octets.length);
  // Lines behind an encoding are not lines of the message: their issues point at the begin of the part.
  const place = (inner: readonly Issue[]): void => {
    for (const { line, ...issue } of inner) issues.add(bodyStart, issue, encoded ? 0 : line - 1);
  };
  if (kind === 'dsn') {
    const global = part.mediaType === 'message/global-delivery-status';
    const deliveryStatus = global ? parseGlobalDeliveryStatus(text) : parseDeliveryStatus(text);
    place(deliveryStatus.issues);
    return { machineReadable, deliveryStatus };
  }
  const { fields, issues: inner } = parseFields(text);
  place(inner);
  if (kind === 'mdn') return { machineReadable, mdn: readDispositionNotification(fields) };
  return { machineReadable, feedback: readFeedbackReport(fields) };
}

function isEncoded(part: MimePart): boolean {
  return part.transferEncoding !== '7bit' && part.transferEncoding !== '8bit' && part.transferEncoding !== 'binary';
}

function noteEncodedMachine(part: MimePart, issues: Issues): void {
  issues.add(part.range.start, {
    code: 'encoded-machine-part',
    field: 'Content-Transfer-Encoding',
    clause: 'RFC 3464 §2.1',
    message: `${part.mediaType} must be 7bit, not ${JSON.stringify(part.transferEncoding)}`,
    repaired: 'decoded',
  });
}

function readReturnedPart(part: MimePart, message: Uint8Array, octets: Uint8Array, issues: Issues): Returned {
  const { bodyStart, end } = part.range;
  if (!isEncoded(part)) {
    return noteLabel(
      part,
      readReturned(part.mediaType, message.subarray(bodyStart, end), octets.subarray(bodyStart, end)),
      issues,
    );
  }
  const content = decodeTransfer(octets.subarray(bodyStart, end), part.transferEncoding);
  if (!content.sound) noteEncoding(part, issues);
  return noteLabel(part, readReturned(part.mediaType, content.octets, soundLines(content.octets).octets), issues);
}

function noteLabel(part: MimePart, returned: Returned, issues: Issues): Returned {
  const label = part.mediaType.includes('headers') ? 'headers' : 'message';
  if (label !== returned.kind && part.mediaType !== 'message/partial') {
    issues.add(part.range.start, {
      code: label === 'message' ? 'headers-labelled-message' : 'message-labelled-headers',
      field: 'Content-Type',
      clause: 'RFC 6522 §4',
      message: `${part.mediaType} holds ${returned.kind === 'headers' ? 'no more than a header' : 'a whole message'}`,
      repaired: `taken for ${returned.kind === 'headers' ? 'headers' : 'a message'}`,
    });
  }
  return returned;
}
