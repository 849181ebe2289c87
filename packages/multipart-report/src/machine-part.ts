import {
  decodeStatusBody,
  parseDeliveryStatus,
  parseFields,
  parseGlobalDeliveryStatus,
  type Issue,
  type ParsedDeliveryStatus,
} from '@dsnkit/delivery-status';
import { decodeOctets } from './charset.ts';
import { firstMachineField, type ReportKind } from './find.ts';
import type { Issues } from './issue.ts';
import {
  readDispositionNotification,
  readFeedbackReport,
  type DispositionNotification,
  type FeedbackReport,
} from './machine.ts';
import { isEncoded, partOctets } from './part.ts';
import type { Source } from './source.ts';
import type { MimePart } from './tree.ts';

/** The machine-readable part as octets. */
export interface MachinePart {
  readonly mediaType: string;
  readonly octets: Uint8Array;
}

/** What the machine-readable part says: as octets, and by the kind of the report in fields. */
export interface MachineContent {
  /** The part as it came, behind its transfer encoding. */
  readonly machineReadable: MachinePart;
  /** With kind `dsn`. */
  readonly deliveryStatus?: ParsedDeliveryStatus;
  /** With kind `mdn`. */
  readonly mdn?: DispositionNotification;
  /** With kind `feedback`. */
  readonly feedback?: FeedbackReport;
}

/** Read the machine-readable part into a report. RFC 3464 §2.1, RFC 6533 §4.1, RFC 8098 §3.1, RFC 5965 §3. */
export function readMachine(
  report: { -readonly [K in keyof MachineContent]?: MachineContent[K] },
  part: MimePart,
  kind: ReportKind,
  source: Source,
  issues: Issues,
): void {
  const { mediaType, range } = part;
  const raw = source.text.slice(range.bodyStart, range.end);
  // QUIRK: what says base64 and begins with a field is not encoded.
  const plain = !isEncoded(part) || (part.transferEncoding === 'base64' && firstMachineField(raw) >= 0);
  const octets = plain ? source.octets.subarray(range.bodyStart, range.end) : partOctets(part, source, issues);
  if (isEncoded(part) && !mediaType.startsWith('message/global'))
    issues.add('encoded-machine-part', range.start, mediaType);
  report.machineReadable = { mediaType, octets };
  if (kind === 'other') return;
  const start = plain ? fieldsStart(part, source, issues) : range.bodyStart;
  // A string of its own: looks at the letters of a piece of a longer one take twice as long.
  const text = decodeOctets(plain ? source.sound.subarray(start, range.end) : octets).replaceAll('\r\r\n', '\r\n');
  const place = (inner: readonly Issue[]): void => {
    // Lines behind an encoding are not lines of the message: their issues point at the begin of the part.
    for (const issue of inner) issues.take(start, plain ? issue.line - 1 : 0, { ...issue });
  };
  if (kind === 'dsn') {
    report.deliveryStatus = readStatus(text, mediaType, place);
    return;
  }
  const { fields, issues: inner } = parseFields(text);
  place(inner);
  if (kind === 'mdn') report.mdn = readDispositionNotification(fields);
  else report.feedback = readFeedbackReport(fields);
}

function readStatus(body: string, mediaType: string, place: (issues: readonly Issue[]) => void): ParsedDeliveryStatus {
  // QUIRK: Office 365 was seen to send base64 that no field declares.
  const decoded = decodeStatusBody(body);
  place(decoded.issues);
  const global = mediaType === 'message/global-delivery-status';
  const status = global ? parseGlobalDeliveryStatus(decoded.text) : parseDeliveryStatus(decoded.text);
  place(status.issues);
  return status;
}

/** QUIRK: without the blank line after the header of the part its first fields have been read as header. */
function fieldsStart({ headers, range }: MimePart, source: Source, issues: Issues): number {
  if (!headers.some(({ name }) => firstMachineField(`${name}:`) === 0)) return range.bodyStart;
  const start = range.start + firstMachineField(source.text.slice(range.start, range.bodyStart));
  issues.add('part-blank-line-missing', start);
  return start;
}
