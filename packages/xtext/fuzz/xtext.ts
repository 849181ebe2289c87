/**
 * Random and nearly valid strings against every function of the package, for a while.
 *
 *     node --conditions=source packages/xtext/fuzz/xtext.ts [seconds] [seed]
 *
 * Nothing but XtextError may be thrown, what decodes must encode to something that decodes to the same, and four times the
 * hostile input must not take sixteen times as long. The seed is printed, so that a finding can be run again.
 */
import {
  XtextError,
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
} from '../src/index.ts';

const seconds = Number(process.argv[2] ?? 60);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);
const PIECES = [
  ...[
    '+',
    '+2',
    '+2B',
    '+2b',
    '+C3',
    '+00',
    '+0D+0A',
    '+7F',
    '=',
    ' ',
    'a',
    '~',
    '!',
    '\x7f',
    '\0',
    '\t',
    'é',
    '\u{1F600}',
  ],
  ...[
    '\ud800',
    '\udc00',
    '\\',
    '\\x',
    '\\x{',
    '\\x{E9}',
    '\\x{0A}',
    '\\x{D800}',
    '\\x{10FFFF}',
    '\\x{110000}',
    '}',
    '{',
    '@',
    '"',
  ],
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
    if (error instanceof XtextError) return undefined;
    throw error;
  }
}

function assert(holds: boolean, input: string): void {
  if (!holds) throw new Error(`seed ${seed}: an invariant fails on ${JSON.stringify(input)}`);
}

function check(input: string): void {
  const octets = attempt(() => decodeXtextOctets(input));
  assert(isXtext(input) === (octets !== undefined), input);
  const lenient = decodeXtextLenient(input);
  assert((lenient.repairs.length === 0) === (octets !== undefined), input);
  if (octets !== undefined)
    assert(
      decodeXtextOctets(encodeXtextOctets(octets)).every((octet, at) => octet === octets[at]),
      input,
    );
  const text = attempt(() => decodeXtext(input));
  if (text !== undefined) assert(decodeXtext(encodeXtext(text)) === text, input);
  const xtext = attempt(() => encodeXtext(input));
  if (xtext !== undefined) assert(isXtext(xtext) && decodeXtext(xtext) === input, input);
  const ascii = attempt(() => encodeUtf8AddrXtext(input));
  if (ascii !== undefined) assert(isXtext(ascii) && decodeUtf8AddrXtext(ascii) === input, input);
  const native = attempt(() => encodeUtf8AddrUnitext(input));
  if (native !== undefined) assert(decodeUtf8AddrUnitext(native) === input, input);
  const address = attempt(() => decodeUtf8AddrUnitext(input));
  if (address !== undefined) assert(decodeUtf8AddrXtext(downconvertUtf8Addr(input)) === address, input);
}

const until = Date.now() + seconds * 1000;
let inputs = 0;
while (Date.now() < until)
  for (let turn = 0; turn < 1000; turn++, inputs++) {
    let input = '';
    for (let length = random(12); length > 0; length--)
      input += random(8) === 0 ? String.fromCharCode(random(0x300)) : (PIECES[random(PIECES.length)] ?? '');
    check(input.repeat(random(50) === 0 ? 40 : 1));
  }
console.log(`${inputs} inputs, seed ${seed}`);

/** The best of three, since other work on the machine only adds to it. */
function milliseconds(input: string): number {
  const times = [1, 2, 3].map(() => {
    const start = performance.now();
    check(input);
    return performance.now() - start;
  });
  return Math.min(...times);
}

for (const piece of PIECES) {
  const [small, large] = [milliseconds(piece.repeat(2 ** 17)), milliseconds(piece.repeat(2 ** 19))];
  if (large > 16 * Math.max(small, 5)) throw new Error(`${JSON.stringify(piece)} is not linear: ${small}, ${large} ms`);
}
console.log('linear up to half a million pieces');
