/**
 * Random and nearly valid command lines against the parsers, readers and writers, for a while.
 *
 *     node --conditions=source packages/esmtp-parameters/fuzz/commands.ts [seconds] [seed]
 *
 * Nothing but EsmtpParameterError may be thrown, a line that is understood must be written back to the octet, what is
 * typed must be writable or refused, and four times the hostile line must not take sixteen times as long. The seed is printed, so
 * that a finding can be run again.
 */
import { writeMailParameters, writeRcptParameters } from '../src/client.ts';
import {
  EsmtpParameterError,
  MAIL_PARAMETERS,
  RCPT_PARAMETERS,
  assertPathLimits,
  formatMailCommand,
  formatRcptCommand,
  parseMailCommand,
  parseRcptCommand,
  readMailParameters,
  readRcptParameters,
} from '../src/index.ts';

const seconds = Number(process.argv[2] ?? 60);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);
const announced = new Set([...MAIL_PARAMETERS, ...RCPT_PARAMETERS].flatMap(({ extensions }) => extensions));
const STARTS = ['MAIL FROM:<', 'RCPT TO:<', 'mail from:<', 'rcpt to:<'];
const PIECES = [
  ...[
    'a',
    'a@b',
    '@',
    '.',
    '"',
    '\\',
    '>',
    '> ',
    '<',
    ' ',
    '\t',
    ',',
    ':',
    '[',
    ']',
    '192.0.2.1',
    'IPv6:',
    '::',
    '1',
    '-',
  ],
  ...[
    '@a,@b:',
    'postmaster',
    'é',
    '\u{1F600}',
    '\ud800',
    '\0',
    '\r\n',
    '=',
    ';',
    '+',
    '2B',
    '+0A',
    '\\x{E9}',
    'rfc822;',
    'utf-8;',
  ],
  ...[
    'NEVER',
    'SUCCESS',
    'FULL',
    'HDRS',
    '8BITMIME',
    '120;R',
    '2014-04-03T23:01:00Z',
    '<a@b>',
    'X-NEW',
    '9'.repeat(20),
  ],
  ...[...MAIL_PARAMETERS, ...RCPT_PARAMETERS].map(({ keyword }) => `${keyword}=`),
];

/** mulberry32: small, and the same everywhere. */
let state = seed;
function random(below: number): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof EsmtpParameterError) return undefined;
    throw error;
  }
}

function assert(holds: boolean, line: string): void {
  if (!holds) throw new Error(`seed ${seed}: an invariant fails on ${JSON.stringify(line)}`);
}

/** Gives whether the line was understood. */
function check(line: string, smtputf8: boolean): boolean {
  const trimmed = line.replace(/^\w+ \w+/, (verb) => verb.toUpperCase()).replace(/(?<![ \t])[ \t]+$/, '');
  const mail = attempt(() => parseMailCommand(line));
  if (mail !== undefined) {
    attempt(() => assertPathLimits(mail.reversePath, 'MAIL'));
    assert(formatMailCommand({ reversePath: mail.reversePath.wire, parameters: mail.parameters }) === trimmed, line);
    attempt(() => readMailParameters(mail.parameters, announced));
    const typed = attempt(() => readMailParameters(mail.parameters));
    if (typed !== undefined) attempt(() => writeMailParameters(typed));
  }
  const rcpt = attempt(() => parseRcptCommand(line, { smtputf8 }));
  if (rcpt !== undefined) {
    attempt(() => assertPathLimits(rcpt.forwardPath, 'RCPT'));
    const again = formatRcptCommand({ forwardPath: rcpt.forwardPath.wire, parameters: rcpt.parameters }, { smtputf8 });
    assert(again === trimmed, line);
    attempt(() => readRcptParameters(rcpt.parameters, announced, { smtputf8 }));
    const typed = attempt(() => readRcptParameters(rcpt.parameters, undefined, { smtputf8 }));
    // Whatever else is in it, no control character gets through to a field.
    assert(!/[\0-\x08\x0a-\x1f\x7f]/.test(typed?.orcpt?.address ?? ''), line);
    if (typed !== undefined) attempt(() => writeRcptParameters(typed, { smtputf8 }));
  }
  return mail !== undefined || rcpt !== undefined;
}

const until = Date.now() + seconds * 1000;
let inputs = 0;
let understood = 0;
while (Date.now() < until)
  for (let turn = 0; turn < 1000; turn++, inputs++) {
    let line = STARTS[random(STARTS.length)] ?? '';
    if (random(2) === 0) line += 'a@b> ';
    for (let length = random(9); length > 0; length--)
      line += random(20) === 0 ? String.fromCharCode(random(0x300)) : (PIECES[random(PIECES.length)] ?? '');
    if (check(line, random(2) === 0)) understood++;
  }
console.log(`${inputs} lines, ${understood} of them understood, seed ${seed}`);

/** The best of three, since other work on the machine only adds to it. */
function milliseconds(line: string): number {
  const times = [1, 2, 3].map(() => {
    const start = performance.now();
    check(line, true);
    return performance.now() - start;
  });
  return Math.min(...times);
}

for (const start of ['MAIL FROM:<', 'MAIL FROM:<a@b> ', 'MAIL FROM:<a@b> X=', 'MAIL FROM:<@a:'])
  for (const piece of [...PIECES, 'X ', 'X=1 ', 'a.', '\\a', '"a" ', '@a,']) {
    const [small, large] = [milliseconds(start + piece.repeat(2 ** 16)), milliseconds(start + piece.repeat(2 ** 18))];
    if (large > 16 * Math.max(small, 5)) throw new Error(`${start}${piece}… is not linear: ${small}, ${large} ms`);
  }
console.log('linear up to a quarter of a million pieces');
