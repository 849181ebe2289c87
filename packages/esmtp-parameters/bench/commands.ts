/**
 * MAIL and RCPT lines with parameters against the parsers of smtp-server and Haraka, side by side in one process.
 *
 *     node --conditions=source packages/esmtp-parameters/bench/commands.ts [rounds]
 *
 * Every round times each parser on the same lines in turn. A figure is the best round, since other work on the machine
 * only adds to it; the first ratio is that of the figures, the second the median of the ratios within the rounds.
 *
 * smtp-server's method gets the whole line, as from its own handlers; it leaves the values of NOTIFY, ORCPT and the rest
 * as text, so "typed" does more on our side. Haraka's gets the line without its verb, as its connection hands it over:
 * the parser of the parameters, then that of the path, then a map of the parameters; its values stay text, too.
 */
import { Address } from '@haraka/email-address';
import { rfc1869 } from 'haraka-utils';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';
import {
  parseForwardPath,
  parseMailCommand,
  parseRcptCommand,
  readMailParameters,
  readRcptParameters,
} from '../src/index.ts';

const rounds = Number(process.argv[2] ?? 15);
const announced = new Set(['DSN', 'SIZE', '8BITMIME', 'SMTPUTF8', 'AUTH']);

const RCPT = [
  'RCPT TO:<Bob@Example.COM> NOTIFY=SUCCESS ORCPT=rfc822;Bob@Example.COM',
  'RCPT TO:<Carol@Ivory.EDU> NOTIFY=FAILURE ORCPT=rfc822;Carol@Ivory.EDU',
  'RCPT TO:<Dana@Ivory.EDU> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Dana@Ivory.EDU',
  'RCPT TO:<eric+news@bombs.af.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;eric+2Bnews@bombs.af.example',
  'RCPT TO:<Fred@Bombs.AF.MIL> NOTIFY=NEVER',
];
const MAIL = [
  'MAIL FROM:<Alice@Example.ORG> RET=HDRS ENVID=QQ314159 SIZE=48213',
  'MAIL FROM:<bounces+7421@lists.example.net> SIZE=1200 BODY=8BITMIME RET=FULL ENVID=batch+2B7/12',
  'MAIL FROM:<> SIZE=3000 BODY=8BITMIME',
];

interface Parsed {
  readonly address: string;
}
/** As much of a connection as its parser touches. */
const connection = Object.create(SMTPConnection.prototype) as {
  _server: { options: object };
  _parseAddressCommand: (name: string, line: string) => Parsed;
};
connection._server = { options: {} };

const path = (line: string): string => line.slice(line.indexOf('<'), line.indexOf('>') + 1);

/** What Haraka's connection makes of a line before its plugins see it. */
function haraka(type: 'mail' | 'rcpt', line: string): unknown {
  const [address, ...parameters] = rfc1869.parse(type, line.slice(5), false);
  const values: Record<string, string | undefined> = {};
  for (const parameter of parameters) {
    const pair = /^([^=]+)(?:=(.+))?$/.exec(parameter);
    if (pair?.[1] !== undefined) values[pair[1].toUpperCase()] = pair[2];
  }
  return [new Address(address ?? ''), values];
}

type Parse = (line: string) => unknown;
const comparisons: readonly (readonly [
  title: string,
  lines: readonly string[],
  ours: Parse,
  peer: string,
  theirs: Parse,
])[] = [
  [
    'RCPT line',
    RCPT,
    (line) => parseRcptCommand(line),
    'smtp-server',
    (line) => connection._parseAddressCommand('rcpt to', line),
  ],
  [
    'RCPT line, typed',
    RCPT,
    (line) => readRcptParameters(parseRcptCommand(line).parameters, announced),
    'smtp-server',
    (line) => connection._parseAddressCommand('rcpt to', line),
  ],
  [
    'MAIL line',
    MAIL,
    (line) => parseMailCommand(line),
    'smtp-server',
    (line) => connection._parseAddressCommand('mail from', line),
  ],
  [
    'MAIL line, typed',
    MAIL,
    (line) => readMailParameters(parseMailCommand(line).parameters, announced),
    'smtp-server',
    (line) => connection._parseAddressCommand('mail from', line),
  ],
  ['RCPT line', RCPT, (line) => parseRcptCommand(line), 'Haraka', (line) => haraka('rcpt', line)],
  [
    'RCPT line, typed',
    RCPT,
    (line) => readRcptParameters(parseRcptCommand(line).parameters, announced),
    'Haraka',
    (line) => haraka('rcpt', line),
  ],
  ['MAIL line', MAIL, (line) => parseMailCommand(line), 'Haraka', (line) => haraka('mail', line)],
  [
    'MAIL line, typed',
    MAIL,
    (line) => readMailParameters(parseMailCommand(line).parameters, announced),
    'Haraka',
    (line) => haraka('mail', line),
  ],
  ['RCPT path', RCPT, (line) => parseForwardPath(path(line)), 'Haraka', (line) => new Address(path(line))],
];

function time(run: (line: string) => unknown, lines: readonly string[]): number {
  let read = 0;
  const calls = 50_000;
  const start = process.hrtime.bigint();
  for (let call = 0; call < calls; call++) if (run(lines[call % lines.length] ?? '')) read++;
  const nanoseconds = Number(process.hrtime.bigint() - start) / calls;
  if (read !== calls) throw new Error(`${calls - read} lines were refused`);
  return nanoseconds;
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

console.log(`${''.padEnd(66)} best  median`);
for (const [title, source, ours, peer, theirs] of comparisons) {
  // Fresh strings, flat and of one octet per character, as a line reader hands them out.
  const lines = source.map((line) => Buffer.from(line).toString('latin1'));
  for (let warm = 0; warm < 3; warm++) {
    time(ours, lines);
    time(theirs, lines);
  }
  const pairs = Array.from({ length: rounds }, () => [time(ours, lines), time(theirs, lines)] as const);
  const best = Math.min(...pairs.map(([mine]) => mine));
  const other = Math.min(...pairs.map(([, their]) => their));
  const typical = median(pairs.map(([mine, their]) => their / mine)).toFixed(1);
  console.log(
    `${title.padEnd(17)} ${(1000 / best).toFixed(2)} million/s   ${peer.padEnd(12)} ${(1000 / other).toFixed(2)} million/s` +
      ` ${(other / best).toFixed(1).padStart(6)}x ${typical.padStart(6)}x`,
  );
}
