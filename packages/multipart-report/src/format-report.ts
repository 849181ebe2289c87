import {
  formatDeliveryStatus,
  formatFields,
  formatGlobalDeliveryStatus,
  toAsciiDeliveryStatus,
  toGlobalDeliveryStatus,
  type DeliveryStatus,
  type Field,
  type ParsedDeliveryStatus,
} from '@dsnkit/delivery-status';
import { assertBoundary } from './boundary.ts';
import { autoSubmitted } from './classify.ts';
import {
  delimited,
  encodeContent,
  labelReturned,
  overlongLine,
  type Content,
  type ReturnedContent,
  type ReturnPath,
} from './content.ts';
import { ReportError } from './error.ts';
import { formatHuman } from './format-human.ts';
import { formatHeaderField } from './header-format.ts';
import type { HumanReadable } from './human.ts';
import { concat } from './join.ts';
import { encodeUtf8, isAsciiText } from './source.ts';

/** What a report is made of; what {@link parseReport} gives is one. Of the three machine parts exactly one is written. */
export interface Report {
  /**
   * The fields of the message header in the order they are to stand: From, To, Date, Message-ID, Subject, In-Reply-To, …
   * Those that say how the message is built (MIME-Version, Content-Type, Content-Transfer-Encoding) are written anew.
   * Values are text: encoded words of a Subject that was parsed are to be decoded first, or are encoded once more.
   */
  readonly headers: readonly Field[];
  readonly humanReadable: HumanReadable;
  readonly deliveryStatus?: DeliveryStatus | ParsedDeliveryStatus;
  /** RFC 8098 §3.1. */
  readonly mdn?: { readonly fields: readonly Field[] };
  /** RFC 5965 §3. */
  readonly feedback?: { readonly fields: readonly Field[] };
  readonly returned?: ReturnedContent;
}

/** What has to be known to write a report. */
export interface FormatOptions {
  /** See {@link deriveBoundary}. */
  readonly boundary: string;
  /** Default `7bit`, which every path takes. */
  readonly returnPath?: ReturnPath;
  /** The message was submitted with SMTPUTF8. RFC 6533 §4. */
  readonly smtputf8?: boolean;
}

/** Fields that say how the report is built. */
const OWN_FIELD = /^(?:mime-version|content-type|content-transfer-encoding)$/;
/** RFC 5322 §3.6: fields that a message has at most once. */
const SINGLE_FIELD = /^(?:from|to|date|message-id|subject|in-reply-to|references|auto-submitted)$/;

/**
 * Write a delivery status notification as a whole message: multipart/report with the human part, the delivery status
 * and what is returned.
 *
 * Lines end in CRLF and are at most 998 octets long. message/delivery-status is always 7bit (RFC 3464 §2.1), addresses
 * beyond ASCII escaped in it (RFC 6533 §3); the global form stands in only if the message was SMTPUTF8, the return path
 * takes it and the status holds UTF-8 (RFC 6533 §4.4).
 * `Auto-Submitted: auto-replied` is added if the header lacks the field (RFC 3834 §5.2). The same input gives the same
 * octets. RFC 6522 §3, RFC 3464 §2, RFC 3461 §6.2.
 *
 * @throws {ReportError} rather than write an illegal octet, a boundary that a part holds, or a header that lacks From or
 * Date or says `auto-generated`; errors of the delivery status come from `@dsnkit/delivery-status`.
 * @example
 * formatReport(
 *   { headers: [{ name: 'From', value: 'Mail System <postmaster@mx.example.net>' }, …], humanReadable: { text }, deliveryStatus, returned },
 *   { boundary: deriveBoundary(id, [text, returned.octets]) },
 * );
 */
export function formatReport(report: Report, options: FormatOptions): Uint8Array {
  const { boundary, returnPath = '7bit', smtputf8 = false } = options;
  const utf8 = smtputf8 && returnPath === 'smtputf8';
  const status = formatMachine(report, utf8);
  const parts: Content[] = [formatHuman(report.humanReadable, boundary, returnPath), status];
  if (report.returned !== undefined) parts.push(labelReturned(report.returned, returnPath, smtputf8));
  assertBoundary(
    boundary,
    parts.map(({ body }) => body),
  );
  // RFC 2045 §6.4: a container is labelled as the most that a part of it needs.
  const encoding = parts.some((part) => part.eightBit) ? '8bit' : '';
  const { fields } = encodeContent(
    `multipart/report; report-type=${status.reportType};\r\n boundary="${boundary}"`,
    encoding,
    '',
  );
  return join([`${formatHeader(report, utf8)}MIME-Version: 1.0\r\n${fields}\r\n`, ...delimited(parts, boundary)]);
}

function formatHeader({ headers, feedback }: Report, utf8: boolean): string {
  const seen = new Set<string>();
  let out = '';
  for (const { name, value } of headers) {
    const key = name.toLowerCase();
    if (OWN_FIELD.test(key)) continue;
    if (seen.has(key) && SINGLE_FIELD.test(key)) throw new ReportError('duplicate-field', 0, name);
    seen.add(key);
    out += formatHeaderField(name, value, utf8 ? 'utf-8' : 'ascii');
  }
  // RFC 5322 §3.6: the two fields that every message has.
  for (const name of ['From', 'Date']) {
    if (!seen.has(name.toLowerCase())) throw new ReportError('missing-field', 0, name);
  }
  // An abuse report answers nobody.
  if (feedback !== undefined) return out;
  if (!seen.has('auto-submitted')) return `${out}Auto-Submitted: auto-replied\r\n`;
  if (autoSubmitted(headers) !== 'auto-replied') {
    throw new ReportError('bad-auto-submitted', 0, 'Auto-Submitted');
  }
  return out;
}

interface MachineContent extends Content {
  readonly reportType: string;
}

function formatMachine({ deliveryStatus, mdn, feedback }: Report, utf8: boolean): MachineContent {
  if (deliveryStatus !== undefined) return formatStatus(deliveryStatus, utf8);
  if (mdn !== undefined) return sevenBitMachine('disposition-notification', formatFields(mdn.fields));
  if (feedback !== undefined) return sevenBitMachine('feedback-report', formatFields(feedback.fields));
  throw new ReportError('machine-part-missing');
}

/** The global form if it is taken and needed: what is ASCII throughout keeps its old type. RFC 6533 §4.4. */
function formatStatus(status: DeliveryStatus | ParsedDeliveryStatus, utf8: boolean): MachineContent {
  if (utf8) {
    const text = formatGlobalDeliveryStatus(isWhole(status) ? toGlobalDeliveryStatus(status) : status);
    if (!isAsciiText(text)) return machine('global-delivery-status', '8bit', withCrlf(text));
  }
  const text = formatGlobalDeliveryStatus(status);
  if (isAsciiText(text) || !isWhole(status)) return sevenBitMachine('delivery-status', text);
  return sevenBitMachine('delivery-status', formatDeliveryStatus(toAsciiDeliveryStatus(status)));
}

function isWhole(status: DeliveryStatus | ParsedDeliveryStatus): status is DeliveryStatus {
  return status.recipients.length > 0 && status.recipients.every(({ finalRecipient }) => finalRecipient !== undefined);
}

function sevenBitMachine(reportType: string, text: string): MachineContent {
  const body = withCrlf(text);
  const offset = body.search(/[^\x01-\x7F]/);
  if (offset >= 0) throw new ReportError('not-ascii', offset, undefined, `message/${reportType}`);
  return machine(reportType, '', body);
}

function machine(reportType: string, encoding: '' | '8bit', body: string): MachineContent {
  return { ...encodeContent(`message/${reportType}`, encoding, body), reportType };
}

/** Fields that were parsed keep what they were read from: line ends of any kind, and lines of any length. */
function withCrlf(text: string): string {
  const body = text.replace(/\r\n?|\n/g, '\r\n');
  const long = overlongLine(body);
  if (long >= 0) throw new ReportError('line-too-long', long);
  return body;
}

/** Texts that stand beside each other are encoded in one go. */
function join(pieces: readonly (string | Uint8Array)[]): Uint8Array {
  const octets: Uint8Array[] = [];
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') text += piece;
    else {
      octets.push(encodeUtf8(text), piece);
      text = '';
    }
  }
  return concat([...octets, encodeUtf8(text)]);
}
