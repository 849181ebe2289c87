/**
 * xtext against the coders of nodemailer and smtp-server, side by side in one process.
 *
 *     node --conditions=source packages/xtext/bench/xtext.ts [rounds]
 *
 * Every round times each coder on the same values in turn. A figure is the best round, since other work on the machine
 * only adds to it; the first ratio is that of the figures, the second the median of the ratios within the rounds. The
 * last column is the ratio that a function would have which looks each character up once and makes nothing of it: what
 * JavaScript allows at most.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { encodeXText } from 'nodemailer/lib/shared';
import { decodeXtext, decodeXtextOctets, encodeXtext, encodeXtextOctets } from '../src/index.ts';

const rounds = Number(process.argv[2] ?? 15);
const encoder = new TextEncoder();

/** The decoder of smtp-server is not exported, so it is taken out of the published file. */
function smtpServerDecoder(): (value: string) => string {
  const file = fileURLToPath(import.meta.resolve('smtp-server/lib/smtp-connection.js'));
  const body = /function decodeXtext\(value\) \{([^]*?)\n\}/.exec(readFileSync(file, 'utf8'))?.[1];
  if (body === undefined) throw new Error(`no decodeXtext in ${file}`);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- runs what the peer published
  return new Function('value', body) as (value: string) => string;
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  'nothing to code': ['Bob@Example.COM', 'carol.smith@ivory.example.edu', 'QQ314159', 'x.y.z@host.example.org'],
  'one or two': ['Bob+news@Example.COM', 'order 7/x', '"x y"@example.org', 'id=12345 batch=77'],
  'return paths': ['bounces+123=user=example.com@em.example.net', 'srs0+k8=tt=example.org=bob@fwd.example'],
  'X.400': ['/C=DE/ADMD=P/PRMD=ACME/O=Example/S=Muster/G=Erika/', '/I=E B/S=Muster/OU1=R D/O=ACME/P=X/A= /C=DE/'],
  'mostly coded': ['+ = + = + = x y z = + = + a b', 'a b c d e f g h i j k l m n o p q'],
  'as long as allowed': ['/C=DE/ADMD=P/PRMD=ACME/O=Example/'.repeat(9), 'a b+c=d '.repeat(20)],
  'UTF-8': ['größe straße äöü', '日本語の件名です、そして識別子', 'Пользователь № 5, заказ № 7'],
};

function time(run: (value: never) => { readonly length: number }, values: readonly unknown[]): number {
  let octets = 0;
  const calls = 100_000;
  const start = process.hrtime.bigint();
  for (let call = 0; call < calls; call++) octets += run(values[call % values.length] as never).length;
  const nanoseconds = Number(process.hrtime.bigint() - start) / calls;
  if (octets === 0) throw new Error('nothing was coded');
  return nanoseconds;
}

const SEEN: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => (code > 32 && code < 127 ? 1 : 0));

/** Looks at each character and makes nothing of it. */
function look(text: string): { readonly length: number } {
  let seen = 1;
  for (let at = 0; at < text.length; at++) seen += SEEN[text.charCodeAt(at)] ?? 0;
  return { length: seen };
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

function compare(title: string, ours: () => number, peer: () => number, input: readonly string[]): void {
  for (let warm = 0; warm < 3; warm++) {
    ours();
    peer();
    time(look, input);
  }
  const pairs = Array.from({ length: rounds }, () => [ours(), peer()] as const);
  const [mine, theirs] = [Math.min(...pairs.map(([time]) => time)), Math.min(...pairs.map(([, time]) => time))];
  const least = Math.min(...Array.from({ length: rounds }, () => time(look, input)));
  const typical = median(pairs.map(([a, b]) => b / a)).toFixed(1);
  const figures = [mine, theirs].map((figure) => `${figure.toFixed(0)} ns`.padStart(8)).join(' ');
  console.log(
    `${title.padEnd(38)} ${figures} ${(theirs / mine).toFixed(1).padStart(6)}x ${typical.padStart(6)}x ${(theirs / least).toFixed(1).padStart(6)}x`,
  );
}

const smtpServer = smtpServerDecoder();
console.log(`${''.padEnd(38)} ${'ours'.padStart(8)} ${'peer'.padStart(8)}    best  median   limit`);
for (const [kind, texts] of Object.entries(VALUES)) {
  // Fresh strings, flat and of one octet per character, as a line reader hands them out.
  const coded = texts.map((text) => Buffer.from(encodeXtextOctets(encoder.encode(text))).toString('latin1'));
  // Both sides begin with a string; beyond ASCII its UTF-8 octets are coded.
  const encode = kind === 'UTF-8' ? (text: string) => encodeXtextOctets(encoder.encode(text)) : encodeXtext;
  compare(
    `encode, nodemailer: ${kind}`,
    () => time(encode, texts),
    () => time(encodeXText, texts),
    texts,
  );
  const peer = (): number => time(smtpServer, coded);
  if (kind !== 'UTF-8') compare(`decode, smtp-server: ${kind}`, () => time(decodeXtext, coded), peer, coded);
  compare(`to octets, smtp-server: ${kind}`, () => time(decodeXtextOctets, coded), peer, coded);
}
