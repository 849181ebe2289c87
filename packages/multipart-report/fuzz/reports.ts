/**
 * Reports put together from good, bad and random pieces, against every function of the package, for a while.
 *
 *     node --conditions=source packages/multipart-report/fuzz/reports.ts [seconds] [seed]
 *
 * Nothing may be thrown but the errors of the formatters; octets in pieces must give what they give as a whole; and what
 * was written must read as what it was written from. The seed is printed, so that a finding can be run again.
 */
import { DeliveryStatusError } from '@dsnkit/delivery-status';
import {
  cutHeaders,
  deriveBoundary,
  formatReport,
  parseReport,
  ReportError,
  splitHeader,
  type ParsedReport,
} from '../src/index.ts';
import { classifyMessage } from '../src/message.ts';
import { ReportReader } from '../src/reader.ts';

const seconds = Number(process.argv[2] ?? 60);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);
const GROUP = 'Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\n';
const PIECES: readonly string[] = [
  'Content-Type: multipart/report; report-type=delivery-status; boundary=b\n',
  'Content-Type: multipart/mixed; boundary="c"\n',
  'Content-Type: multipart/alternative; boundary=b\n',
  'Content-Type: multipart/multilingual; boundary=d\n',
  'Content-Type: message/delivery-status\n\n',
  'Content-Type: message/global-delivery-status\nContent-Transfer-Encoding: base64\n\n',
  'Content-Type: message/rfc822\n\n',
  'Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: quoted-printable\n\n',
  'Content-Type: message/disposition-notification\n\n',
  'Content-Type: text/html; charset=iso-8859-1\n\n',
  'Content-Language: de\n',
  'Reporting-MTA: dns; mx.example.net\n\n',
  GROUP,
  'Subject: =?utf-8?q?=C3=BC?= x\n',
  '--b\n',
  '--b--\n',
  '--c\n',
  '--c--\n',
  '--d\n',
  '--b \t\n',
  '--bb\n',
  '\n',
  '\n\n',
  '\r',
  '\r\n',
  ' ',
  '-',
  '=\n',
  'QUJD',
  '\xFF',
  '\xC3\xBC',
  'words\n',
];
const SKELETON = `From: a@example.org\n${PIECES[0]}\n--b\n\nFailed.\n--b\n${PIECES[4]}${PIECES[11]}${GROUP}\n--b\n`;

let state = seed;
/** A whole number below `limit`: mulberry32, so that a seed says everything. */
function below(limit: number): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % limit;
}

function message(): Uint8Array {
  let text = below(3) === 0 ? '' : SKELETON;
  for (let count = below(25); count > 0; count--) text += PIECES[below(PIECES.length)] ?? '';
  if (below(4) === 0) text += 'x'.repeat(below(6000));
  const end = ['\n', '\r\n', '\r', '\r\r\n'][below(8)] ?? '\r\n';
  const octets = Uint8Array.from(text.replaceAll('\n', end), (character) => character.charCodeAt(0));
  for (let count = below(4); count > 0; count--) octets[below(octets.length)] = below(256);
  return octets;
}

function check(octets: Uint8Array): void {
  classifyMessage(octets);
  if (splitHeader(octets).bodyOffset < cutHeaders(octets).length) throw new Error('the body begins in the header');
  const report = parseReport(octets);
  checkPieces(octets, report);
  if (report !== undefined) checkWriting(octets, report);
}

function checkPieces(octets: Uint8Array, whole: ParsedReport | undefined): void {
  const reader = new ReportReader();
  const size = 1 + below(octets.length + 1);
  for (let at = 0; at < octets.length; at += size) reader.receive(octets.subarray(at, at + size));
  reader.end();
  const first = reader.next();
  // What has no multipart/report, or its delimiters indented, is known at its end only: the reader may not wait for it.
  if (whole?.issues.some(({ code }) => code === 'not-multipart-report' || code === 'delimiter-indented')) return;
  if ((whole === undefined) !== (first?.kind === 'not-a-report')) throw new Error('pieces and whole differ in kind');
  if (whole === undefined || first?.kind !== 'report') return;
  const { returned, ...head } = whole;
  const same = (one: unknown, other: unknown, what: string): void => {
    if (JSON.stringify(one) !== JSON.stringify(other)) throw new Error(`pieces and whole differ in ${what}`);
  };
  same(first.report.deliveryStatus, head.deliveryStatus, 'delivery status');
  same(first.report.humanReadable, head.humanReadable, 'text');
  same(first.report.returned?.headers, returned?.headers, 'returned header');
  let length = 0;
  for (let event = reader.next(); event !== undefined; event = reader.next()) {
    if (event.kind === 'content') length += event.octets.length;
  }
  // Base64 that is none is cut in other places.
  if (!head.issues.some(({ code }) => code === 'bad-transfer-encoding'))
    same(length, returned?.octets.length ?? 0, 'length');
}

function checkWriting(octets: Uint8Array, report: ParsedReport): void {
  const headers = [
    { name: 'From', value: 'a@example.org' },
    { name: 'Date', value: 'Mon, 20 Feb 2012 10:00:00 +0000' },
  ];
  const returnPath = (['7bit', '8bit', 'smtputf8'] as const)[below(3)] ?? '7bit';
  let written;
  try {
    const boundary = deriveBoundary('x', [octets]);
    written = formatReport({ ...report, headers }, { boundary, returnPath, smtputf8: below(2) === 0 });
  } catch (error) {
    if (error instanceof ReportError || error instanceof DeliveryStatusError) return;
    throw error;
  }
  const again = parseReport(written);
  if (again?.kind !== report.kind) throw new Error('written as another kind');
  if ((again.humanReadable.text ?? '') !== (report.humanReadable.text ?? ''))
    throw new Error('written with another text');
  const count = (one: ParsedReport): number | undefined => one.deliveryStatus?.recipients.length;
  if (count(again) !== count(report)) throw new Error('written with other recipients');
}

console.log(`seed ${seed}`);
const end = Date.now() + seconds * 1000;
let inputs = 0;
while (Date.now() < end) {
  const octets = message();
  inputs++;
  try {
    check(octets);
  } catch (error) {
    console.log(`after ${inputs} inputs:`, error, `\n${Buffer.from(octets).toString('base64')}`);
    process.exit(1);
  }
}
console.log(`${inputs} inputs, no fault`);
