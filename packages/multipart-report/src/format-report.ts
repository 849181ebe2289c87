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
import {
  encodeContent,
  labelReturned,
  labelText,
  overlongLine,
  type Content,
  type ReturnedContent,
  type ReturnPath,
} from './content.ts';
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

/** One language: text, html, or both as alternatives. Several: multipart/multilingual. RFC 6522 §3, RFC 8255 §3. */
function formatHuman(human: HumanReadable, outer: string, returnPath: ReturnPath): Content {
  const { translations = [], language, text, html } = human;
  const main = formatRendering(human, outer, returnPath);
  if (translations.length === 0) return language === undefined ? main : inLanguage(language, main);
  const own = { ...(text !== undefined && { text }), ...(html !== undefined && { html }) };
  const all = language === undefined ? translations : [{ ...own, language }, ...translations];
  // RFC 8255 §3.1: the first part bears no language; readers that don't know the type show it.
  return multipart('multilingual', [main, ...all.map((one) => formatTranslation(one, outer, returnPath))], outer);
}

function formatTranslation(translation: Translation, outer: string, returnPath: ReturnPath): Content {
  const { language, subject } = translation;
  const { fields, body, eightBit } = formatRendering(translation, outer, returnPath);
  const header = subject === undefined ? '' : formatHeaderField('Subject', subject, 'ascii');
  const message = `${header}MIME-Version: 1.0\r\n${fields}\r\n${asText(body)}`;
  return inLanguage(language, encodeContent('message/rfc822', eightBit ? '8bit' : '', message));
}

function inLanguage(language: string, content: Content): Content {
  if (!/^[A-Za-z]{1,8}(?:-[0-9A-Za-z]{1,8}){0,15}$/.test(language)) {
    throw new ReportError('bad-language', 0, undefined, JSON.stringify(language));
  }
  return { ...content, fields: `${content.fields}Content-Language: ${language}\r\n` };
}

function formatRendering({ text = '', html = '' }: Rendering, outer: string, returnPath: ReturnPath): Content {
  const parts: Content[] = [];
  if (text !== '') parts.push(labelText(text, 'plain', returnPath));
  if (html !== '') parts.push(labelText(html, 'html', returnPath));
  const [first] = parts;
  if (first === undefined) throw new ReportError('human-part-missing');
  return parts.length === 1 ? first : multipart('alternative', parts, outer);
}

interface Rendering {
  readonly text?: string;
  readonly html?: string;
}

function multipart(subtype: string, parts: readonly Content[], outer: string): Content {
  const texts = parts.flatMap(({ fields, body }) => [fields, asText(body)]);
  const boundary = innerBoundary(outer, texts);
  const body = delimited(parts, boundary).map(asText).join('');
  const eightBit = parts.some((part) => part.eightBit);
  return encodeContent(`multipart/${subtype};\r\n boundary="${boundary}"`, eightBit ? '8bit' : '', body);
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

/** Texts that stand beside each other are encoded in one go. */
function join(pieces: readonly (string | Uint8Array)[]): Uint8Array {
  const encoder = new TextEncoder();
  const octets: Uint8Array[] = [];
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') text += piece;
    else {
      octets.push(encoder.encode(text), piece);
      text = '';
    }
  }
  return concat([...octets, encoder.encode(text)]);
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
