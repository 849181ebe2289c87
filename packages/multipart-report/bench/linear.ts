/**
 * Time against size for hostile messages, doubling up to a limit: linear time doubles with the size.
 *
 *     node --conditions=source packages/multipart-report/bench/linear.ts [largest size in MiB, default 64]
 */
import { parseReport } from '../src/index.ts';

const largest = Number(process.argv[2] ?? 64) * 2 ** 20;
const head =
  'Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nx\n--b\nContent-Type: message/delivery-status\n\n';
const only = process.argv[3];
const cases: readonly (readonly [string, string, string])[] = [
  ['a million parts', head, '--b\n'],
  ['delimiters of nothing', head, '--\n'],
  ['indented hyphens', head, ' --b x\n'],
  ['multiparts without boundary', head, '--b\nContent-Type: multipart/mixed\n\n'],
  ['multiparts in multiparts', head, '--b\nContent-Type: multipart/mixed; boundary=b\n\n'],
  ['blanks', head, ' '],
  ['CR alone', head, '\r'],
  ['octets beyond ASCII', head, '\xE9'],
  ['endless folding', 'Subject: x', '\n y'],
  ['endless header', '', 'X: y\n'],
  ['header without colons', '', 'xy\n'],
  ['continuations without a blank', 'Content-Type: x;', '\nx;'],
  ['parameters', 'Content-Type: multipart/report', ';a=b'],
  ['continued parameters', 'Content-Type: multipart/report', ';a*1=b'],
  ['nested comments', 'Content-Type: multipart/report', '('],
  ['encoded words', `${head}\n--b\nContent-Type: text/rfc822-headers\n\nSubject: `, '=?a?q?x=?'],
  ['a million recipients', head, 'Final-Recipient: rfc822; a@b\nAction: failed\nStatus: 5.1.1\n\n'],
  ['base64', `${head}\n--b\nContent-Type: message/global\nContent-Transfer-Encoding: base64\n\n`, 'AAAA'],
  [
    'quoted-printable',
    `${head}\n--b\nContent-Type: message/global\nContent-Transfer-Encoding: quoted-printable\n\n`,
    '= ',
  ],
];

console.log('milliseconds for each size, and the greatest growth from one size to the next from 4 MiB on');
for (const [name, before, piece] of cases.filter(([one]) => only === undefined || one.includes(only))) {
  const times: number[] = [];
  for (let size = 2 ** 20; size <= largest; size *= 2) times.push(time(before, piece, size));
  const growth = times.slice(3).map((one, index) => one / (times[index + 2] ?? one));
  console.log(
    `${name.padEnd(30)} ${times.map((one) => one.toFixed(0).padStart(6)).join('')}  ×${Math.max(...growth).toFixed(1)}`,
  );
}

/** The better of two runs: other work on the machine only adds to a time. */
function time(before: string, piece: string, size: number): number {
  const message = new Uint8Array(size);
  const start = Uint8Array.from(before, (character) => character.charCodeAt(0));
  const unit = Uint8Array.from(piece, (character) => character.charCodeAt(0));
  message.set(start);
  for (let at = start.length; at < size; at += unit.length) message.set(unit.subarray(0, size - at), at);
  return Math.min(run(message), run(message));
}

function run(message: Uint8Array): number {
  const from = performance.now();
  parseReport(message);
  return performance.now() - from;
}
