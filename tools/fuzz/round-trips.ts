import { DeliveryStatusError } from '@dsnkit/delivery-status';
import {
  assertPathLimits,
  EsmtpParameterError,
  formatMailCommand,
  formatRcptCommand,
  MAIL_PARAMETERS,
  parseMailCommand,
  parseRcptCommand,
  RCPT_PARAMETERS,
  readMailParameters,
  readRcptParameters,
} from '@dsnkit/esmtp-parameters';
import { writeMailParameters, writeRcptParameters } from '@dsnkit/esmtp-parameters/client';
import { deriveBoundary, formatReport, parseReport, ReportError, type ParsedReport } from '@dsnkit/multipart-report';
import { ReportReader } from '@dsnkit/multipart-report/reader';
import {
  decodeUtf8AddrUnitext,
  decodeUtf8AddrXtext,
  decodeXtext,
  decodeXtextLenient,
  decodeXtextOctets,
  downconvertUtf8Addr,
  encodeUtf8AddrUnitext,
  encodeUtf8AddrXtext,
  encodeXtext,
  encodeXtextOctets,
  isXtext,
  XtextError,
} from '@dsnkit/xtext';
import { hold, same, tolerate } from './target.ts';

/** What decodes encodes to something that decodes to the same, and the other way about. RFC 3461 §4, RFC 6533 §3. */
export function checkXtext(input: string): void {
  const attempt = <T>(run: () => T): T | undefined => tolerate([XtextError], run);
  const octets = attempt(() => decodeXtextOctets(input));
  same(isXtext(input), octets !== undefined);
  same(decodeXtextLenient(input).repairs.length === 0, octets !== undefined);
  if (octets !== undefined) same(decodeXtextOctets(encodeXtextOctets(octets)), octets);
  const decoded = attempt(() => decodeXtext(input));
  if (decoded !== undefined) same(decodeXtext(encodeXtext(decoded)), decoded);
  const xtext = attempt(() => encodeXtext(input));
  if (xtext !== undefined) same(isXtext(xtext) && decodeXtext(xtext), input);
  const ascii = attempt(() => encodeUtf8AddrXtext(input));
  if (ascii !== undefined) same(isXtext(ascii) && decodeUtf8AddrXtext(ascii), input);
  const native = attempt(() => encodeUtf8AddrUnitext(input));
  if (native !== undefined) same(decodeUtf8AddrUnitext(native), input);
  const address = attempt(() => decodeUtf8AddrUnitext(input));
  if (address !== undefined) same(decodeUtf8AddrXtext(downconvertUtf8Addr(input)), address);
}

/** Every extension that brings a parameter. */
const ANNOUNCED = new Set([...MAIL_PARAMETERS, ...RCPT_PARAMETERS].flatMap(({ extensions }) => extensions));

/** A line as it is written again: the verb in upper case, no white space at the end. */
function canonical(line: string): string {
  return line.replace(/^\w+ \w+/, (verb) => verb.toUpperCase()).replace(/(?<![ \t])[ \t]+$/, '');
}

/** A command that is understood is written back to the octet; what is typed can be written or is refused. */
export function checkMail(line: string): void {
  const attempt = <T>(run: () => T): T | undefined => tolerate([EsmtpParameterError], run);
  const mail = attempt(() => parseMailCommand(line));
  if (mail === undefined) return;
  const { reversePath, parameters } = mail;
  attempt(() => assertPathLimits(reversePath, 'MAIL'));
  same(formatMailCommand({ reversePath: reversePath.wire, parameters }), canonical(line));
  attempt(() => readMailParameters(parameters, ANNOUNCED));
  const typed = attempt(() => readMailParameters(parameters));
  if (typed !== undefined) attempt(() => writeMailParameters(typed));
}

export function checkRcpt(line: string, smtputf8: boolean): void {
  const attempt = <T>(run: () => T): T | undefined => tolerate([EsmtpParameterError], run);
  const rcpt = attempt(() => parseRcptCommand(line, { smtputf8 }));
  if (rcpt === undefined) return;
  const { forwardPath, parameters } = rcpt;
  attempt(() => assertPathLimits(forwardPath, 'RCPT'));
  same(formatRcptCommand({ forwardPath: forwardPath.wire, parameters }, { smtputf8 }), canonical(line));
  attempt(() => readRcptParameters(parameters, ANNOUNCED, { smtputf8 }));
  const typed = attempt(() => readRcptParameters(parameters, undefined, { smtputf8 }));
  hold(!/[\0-\x08\x0a-\x1f\x7f]/.test(typed?.orcpt?.address ?? ''), 'no control character gets through to a field');
  if (typed !== undefined) attempt(() => writeRcptParameters(typed, { smtputf8 }));
}

/** Octets in pieces give what they give as a whole. */
export function checkPieces(octets: Uint8Array, whole: ParsedReport | undefined): void {
  const reader = new ReportReader();
  // Every size comes about, and the same for the same input.
  const size = 1 + Math.floor((octets.length * (octets[octets.length >> 1] ?? 0)) / 256);
  for (let at = 0; at < octets.length; at += size) reader.receive(octets.subarray(at, at + size));
  reader.end();
  const first = reader.next();
  // What has no multipart/report, or its delimiters indented, is known at its end only: the reader may not wait for it.
  if (whole?.issues.some(({ code }) => code === 'not-multipart-report' || code === 'delimiter-indented')) return;
  same(first?.kind === 'not-a-report', whole === undefined);
  if (whole === undefined || first?.kind !== 'report') return;
  const { returned, deliveryStatus, humanReadable, issues } = whole;
  same(JSON.stringify(first.report.deliveryStatus), JSON.stringify(deliveryStatus));
  same(JSON.stringify(first.report.humanReadable), JSON.stringify(humanReadable));
  same(JSON.stringify(first.report.returned?.headers), JSON.stringify(returned?.headers));
  let length = 0;
  for (let event = reader.next(); event !== undefined; event = reader.next())
    if (event.kind === 'content') length += event.octets.length;
  // Base64 that is none is cut in other places.
  if (!issues.some(({ code }) => code === 'bad-transfer-encoding')) same(length, returned?.octets.length ?? 0);
}

/** What is written reads as what it was written from. */
export function checkWriting(octets: Uint8Array, report: ParsedReport): void {
  const headers = [
    { name: 'From', value: 'a@example.org' },
    { name: 'Date', value: 'Mon, 20 Feb 2012 10:00:00 +0000' },
  ];
  const returnPath = (['7bit', '8bit', 'smtputf8'] as const)[octets.length % 3] ?? '7bit';
  const written = tolerate([ReportError, DeliveryStatusError], () =>
    formatReport(
      { ...report, headers },
      { boundary: deriveBoundary('x', [octets]), returnPath, smtputf8: octets.length % 2 === 0 },
    ),
  );
  if (written === undefined) return;
  const again = parseReport(written);
  same(again?.kind, report.kind);
  same(again?.humanReadable.text ?? '', report.humanReadable.text ?? '');
  same(again?.deliveryStatus?.recipients.length, report.deliveryStatus?.recipients.length);
}
