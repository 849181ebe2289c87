import {
  formatDeliveryStatus,
  formatFields,
  formatGlobalDeliveryStatus,
  toAsciiDeliveryStatus,
  toGlobalDeliveryStatus,
  type Action,
  type DeliveryStatus,
  type Field,
  type ParsedDeliveryStatus,
} from '@dsnkit/delivery-status';
import { assertBoundary, innerBoundary } from './boundary.ts';
import { autoSubmitted } from './classify.ts';
import { labelReturned, labelText, type Content, type ReturnedContent, type ReturnPath } from './content.ts';
import { ReportError } from './error.ts';
import { cutHeaders } from './header.ts';
import { formatHeaderField } from './header-format.ts';
import type { HumanReadable, Translation } from './human.ts';
import { concat } from './join.ts';
import { isAsciiText } from './source.ts';

/** What a report is made of; what {@link parseReport} gives is one. Of the three machine parts exactly one is written. */
export interface Report {
  /**
   * The fields of the message header in the order they are to stand: From, To, Date, Message-ID, Subject, In-Reply-To, …
   * Those that say how the message is built (MIME-Version, Content-Type, Content-Transfer-Encoding) are written anew.
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
const OWN_FIELDS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'mime-version',
  'content-type',
  'content-transfer-encoding',
]);
const SINGLE_FIELDS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'from',
  'to',
  'date',
  'message-id',
  'subject',
  'in-reply-to',
  'references',
  'auto-submitted',
]);

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
  const machine = formatMachine(report, utf8);
  const parts: Content[] = [formatHuman(report.humanReadable, boundary, returnPath), machine];
  if (report.returned !== undefined) parts.push(labelReturned(report.returned, returnPath, smtputf8));
  assertBoundary(
    boundary,
    parts.map(({ body }) => body),
  );
  const head = [
    formatHeader(report, utf8),
    'MIME-Version: 1.0\r\n',
    `Content-Type: multipart/report; report-type=${machine.reportType};\r\n boundary="${boundary}"\r\n`,
    // RFC 2045 §6.4: a container is labelled as the most that a part of it needs.
    parts.some((part) => part.eightBit) ? 'Content-Transfer-Encoding: 8bit\r\n' : '',
    '\r\n',
  ];
  return join([head.join(''), ...delimited(parts, boundary)]);
}

function formatHeader({ headers, feedback }: Report, utf8: boolean): string {
  const seen = new Set<string>();
  let out = '';
  for (const { name, value } of headers) {
    const key = name.toLowerCase();
    if (OWN_FIELDS.has(key)) continue;
    if (seen.has(key) && SINGLE_FIELDS.has(key))
      throw new ReportError('duplicate-field', `${name} stands twice`, 0, name);
    seen.add(key);
    out += formatHeaderField(name, value, utf8 ? 'utf-8' : 'ascii');
  }
  // RFC 5322 §3.6: the two fields that every message has.
  for (const name of ['From', 'Date']) {
    if (!seen.has(name.toLowerCase())) throw new ReportError('missing-field', `a message needs ${name}`, 0, name);
  }
  // An abuse report answers nobody.
  if (feedback !== undefined) return out;
  if (!seen.has('auto-submitted')) return `${out}Auto-Submitted: auto-replied\r\n`;
  if (autoSubmitted(headers) !== 'auto-replied') {
    throw new ReportError('bad-auto-submitted', 'a report is auto-replied', 0, 'Auto-Submitted');
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
  throw new ReportError('machine-part-missing', 'a report tells a machine what happened');
}

/** The global form if it is taken and needed: what is ASCII throughout keeps its old type. RFC 6533 §4.4. */
function formatStatus(status: DeliveryStatus | ParsedDeliveryStatus, utf8: boolean): MachineContent {
  if (utf8) {
    const text = formatGlobalDeliveryStatus(isWhole(status) ? toGlobalDeliveryStatus(status) : status);
    if (!isAsciiText(text)) return globalMachine(text);
  }
  const text = formatGlobalDeliveryStatus(status);
  if (isAsciiText(text) || !isWhole(status)) return sevenBitMachine('delivery-status', text);
  return sevenBitMachine('delivery-status', formatDeliveryStatus(toAsciiDeliveryStatus(status)));
}

function isWhole(status: DeliveryStatus | ParsedDeliveryStatus): status is DeliveryStatus {
  return status.recipients.length > 0 && status.recipients.every(({ finalRecipient }) => finalRecipient !== undefined);
}

function globalMachine(text: string): MachineContent {
  const reportType = 'global-delivery-status';
  const fields = `Content-Type: message/${reportType}\r\nContent-Transfer-Encoding: 8bit\r\n`;
  return { reportType, fields, body: withCrlf(text), eightBit: true };
}

function sevenBitMachine(reportType: string, text: string): MachineContent {
  const body = withCrlf(text);
  const offset = body.search(/[^\x01-\x7F]/);
  if (offset >= 0) throw new ReportError('not-ascii', `message/${reportType} is 7bit`, offset);
  return { reportType, fields: `Content-Type: message/${reportType}\r\n`, body, eightBit: false };
}

/** Fields that were parsed keep what they were read from: line ends of any kind, and lines of any length. */
function withCrlf(text: string): string {
  const body = text.replace(/\r\n?|\n/g, '\r\n');
  const long = /[^\n]{1000}/.exec(body);
  if (long !== null)
    throw new ReportError('line-too-long', 'a line of the machine part is over 998 octets', long.index);
  return body;
}

/** One language: text, html, or both as alternatives. Several: multipart/multilingual. RFC 6522 §3, RFC 8255 §3. */
function formatHuman(human: HumanReadable, outer: string, returnPath: ReturnPath): Content {
  const { translations = [], language, ...main } = human;
  if (translations.length === 0) {
    return formatRendering(main, outer, returnPath, language === undefined ? '' : languageField(language));
  }
  const all = language === undefined ? translations : [{ ...main, language }, ...translations];
  // RFC 8255 §3.1: the first part bears no language; readers that don't know the type show it.
  const parts = [
    formatRendering(main, outer, returnPath, ''),
    ...all.map((one) => formatTranslation(one, outer, returnPath)),
  ];
  return multipart('multilingual', '', parts, outer);
}

function formatTranslation(translation: Translation, outer: string, returnPath: ReturnPath): Content {
  const { language, subject } = translation;
  const inner = formatRendering(translation, outer, returnPath, '');
  const header = subject === undefined ? '' : formatHeaderField('Subject', subject, 'ascii');
  const body = `${header}MIME-Version: 1.0\r\n${inner.fields}\r\n${asText(inner.body)}`;
  const fields = `Content-Type: message/rfc822\r\n${languageField(language)}`;
  if (!inner.eightBit) return { fields, body, eightBit: false };
  return { fields: `${fields}Content-Transfer-Encoding: 8bit\r\n`, body, eightBit: true };
}

function languageField(language: string): string {
  if (!/^[A-Za-z]{1,8}(?:-[0-9A-Za-z]{1,8}){0,15}$/.test(language)) {
    throw new ReportError('bad-language', `no language tag: ${JSON.stringify(language)}`);
  }
  return `Content-Language: ${language}\r\n`;
}

function formatRendering(
  one: { text?: string; html?: string },
  outer: string,
  returnPath: ReturnPath,
  fields: string,
): Content {
  const { text = '', html = '' } = one;
  if (text === '' && html === '') throw new ReportError('human-part-missing', 'a report tells a person what happened');
  if (html === '') return labelText(text, 'plain', returnPath, fields);
  if (text === '') return labelText(html, 'html', returnPath, fields);
  const parts = [labelText(text, 'plain', returnPath), labelText(html, 'html', returnPath)];
  return multipart('alternative', fields, parts, outer);
}

function multipart(subtype: string, fields: string, parts: readonly Content[], outer: string): Content {
  const texts = parts.flatMap(({ fields: own, body }) => [own, asText(body)]);
  const boundary = innerBoundary(outer, texts);
  const eightBit = parts.some((part) => part.eightBit);
  const type = `Content-Type: multipart/${subtype};\r\n boundary="${boundary}"\r\n`;
  const body = delimited(parts, boundary).map(asText).join('');
  return { fields: `${fields}${type}${eightBit ? 'Content-Transfer-Encoding: 8bit\r\n' : ''}`, body, eightBit };
}

/** Parts of the human part are text before they are octets. */
function asText(body: string | Uint8Array): string {
  return body as string;
}

/** The CRLF before a delimiter belongs to the delimiter. RFC 2046 §5.1.1. */
function delimited(parts: readonly Content[], boundary: string): (string | Uint8Array)[] {
  const pieces = parts.flatMap(({ fields, body }, index) => [
    `${index === 0 ? '' : '\r\n'}--${boundary}\r\n${fields}\r\n`,
    body,
  ]);
  return [...pieces, `\r\n--${boundary}--\r\n`];
}

function join(pieces: readonly (string | Uint8Array)[]): Uint8Array {
  const encoder = new TextEncoder();
  return concat(pieces.map((piece) => (typeof piece === 'string' ? encoder.encode(piece) : piece)));
}

/** What decides how much of a message is returned. */
export interface ReturnRequest {
  /** As asked for; absent if the sender said nothing. RFC 3461 §4.3. */
  readonly ret?: 'FULL' | 'HDRS';
  /** The message was to travel over TLS only. RFC 8689 §5. */
  readonly requireTls?: boolean;
  readonly actions: readonly Action[];
  /** Longer messages are not returned whole. RFC 3461 §6.2. */
  readonly maxOctets: number;
}

/**
 * Choose what a report returns: the whole message only where a delivery failed, the sender did not ask for the header
 * alone, TLS was not required and the message is short enough; else its header, cut at its end and nowhere else.
 *
 * RFC 3461 §4.3, §6.2, RFC 6522 §3, RFC 8689 §5.
 *
 * @example
 * selectReturned(message, { ret: 'FULL', actions: ['delivered'], maxOctets: 50_000 }).kind; // 'headers'
 */
export function selectReturned(message: Uint8Array, request: ReturnRequest): ReturnedContent {
  const { ret, requireTls = false, actions, maxOctets } = request;
  const whole = ret !== 'HDRS' && !requireTls && actions.includes('failed') && message.length <= maxOctets;
  return whole ? { kind: 'message', octets: message } : { kind: 'headers', octets: cutHeaders(message) };
}
