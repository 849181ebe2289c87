/**
 * Fuzzes the libraries: random and mutated inputs against every reader and against the server's and the client's session
 * in each of their states.
 *
 *     npm run fuzz -- [--inputs 10000000] [--seed 1] [--only xtext|server|client|…] [--no-growth]
 *
 * Wanted: no reader throws anything but its package's error; what is read and written again is the same; and time grows
 * no faster than the input (sizes doubling to 64 MiB of hostile text). Of sessions it is wanted that they throw nothing,
 * answer each command once, leave nothing unread, come to an end, are silent behind it, and say and tell the same however
 * the octets are cut. Prints a table; exit code 1 and the input in base64 where something is found.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readBounce } from '@dsnkit/bounce';
import {
  DeliveryStatusError,
  formatDeliveryStatus,
  parseDeliveryStatus,
  parseFields,
  type DeliveryStatus,
} from '@dsnkit/delivery-status';
import {
  EsmtpParameterError,
  formatParameters,
  parseMailCommand,
  parseParameters,
  parseRcptCommand,
  readMailParameters,
  readRcptParameters,
} from '@dsnkit/esmtp-parameters';
import { parseReport } from '@dsnkit/multipart-report';
import { classifyMessage } from '@dsnkit/multipart-report/message';
import { ReplyReader, ServerSession, SmtpError } from '@dsnkit/smtp';
import {
  decodeUtf8AddrUnitext,
  decodeUtf8AddrXtext,
  decodeXtextLenient,
  decodeXtextOctets,
  encodeXtextOctets,
  XtextError,
} from '@dsnkit/xtext';
import { Fault, same, tolerate, type Target } from './fuzz-target.ts';
import { clientTargets } from './fuzz-client.ts';
import { serverTargets } from './fuzz-server.ts';

const utf8 = new TextEncoder();
const latin1 = (octets: Uint8Array): string =>
  Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1');
const text = (octets: Uint8Array): string =>
  Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('utf8');
const repeat = (piece: string, octets: number): Uint8Array =>
  Buffer.from(piece.repeat(Math.ceil(octets / piece.length)).slice(0, octets), 'latin1');
const framed =
  (head: string, piece: string, tail = '') =>
  (octets: number): Uint8Array =>
    Buffer.concat([Buffer.from(head), repeat(piece, octets), Buffer.from(tail)]);

const REPORT_HEAD =
  'From: a@b\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\r\nhi\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a.example\r\n\r\n';
const GROUP = 'Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.0.0\r\n\r\n';

const BOUNCE_HEAD =
  'From: MAILER-DAEMON@a.example\r\nSubject: Undeliverable\r\n\r\nThis is the mail system at host a.\r\n';
const BOUNCES = [
  `${BOUNCE_HEAD}\r\n<a@b.example>: host b.example[192.0.2.7] said: 550 5.1.1 no such user (in reply to RCPT TO command)\r\n`,
  '{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{"emailAddress":"a@b.example","status":"5.1.1"}]}}',
  'Return-Path: <>\r\nSubject: failure notice\r\n\r\n<a@b.example>:\r\n>>> RCPT TO:<a@b.example>\r\n<<< 550 no\r\n\r\n--- Below this line is a copy of the message.\r\n',
  'From: postmaster@a\r\nSubject: Undeliverable\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n',
];

const readers: readonly Target[] = [
  {
    name: 'xtext',
    share: 0.4,
    own: [XtextError],
    seeds: ['a+2Bb', 'QQ314159', 'jos\\x{E9}@example.com', '+C3+A9', '\\x{10FFFF}', 'é@ü.example'].map((seed) =>
      utf8.encode(seed),
    ),
    tokens: ['+2B', '+', '\\x{', '}', '=', '+zz', '\\x{D800}', 'é', '\0'],
    run(octets) {
      const input = text(octets);
      tolerate([XtextError], () => decodeUtf8AddrXtext(input));
      tolerate([XtextError], () => decodeUtf8AddrUnitext(input));
      decodeXtextLenient(input);
      same(decodeXtextOctets(encodeXtextOctets(octets)), octets);
      same(utf8.encode(encodeXtextOctets(decodeXtextOctets(input))).length > 0 || octets.length === 0, true);
    },
    hostile: [(octets) => repeat('+', octets), (octets) => repeat('\\x{', octets), (octets) => repeat('+2B', octets)],
  },
  {
    name: 'esmtp-parameters',
    share: 0.35,
    own: [EsmtpParameterError],
    seeds: [
      'MAIL FROM:<a@b.example> RET=HDRS ENVID=QQ+2B1 SIZE=100 BODY=8BITMIME SMTPUTF8 BY=120;RT',
      'RCPT TO:<@r.example,@s.example:"a b"@[IPv6:::1]> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a+2Bb@c.example',
      'MAIL FROM:<> AUTH=<> REQUIRETLS MT-PRIORITY=-3 HOLDUNTIL=2026-01-01T00:00:00Z MTRK=abc:1 TRANSID=<a@b>',
      'RCPT TO:<Postmaster> RRVS=2026-01-01T00:00:00Z;C CONPERM CONNEG',
    ].map((seed) => utf8.encode(seed)),
    tokens: [
      'NOTIFY=',
      'NEVER',
      'SUCCESS,',
      'ORCPT=utf-8;',
      'ENVID=',
      '<',
      '>',
      '@',
      '"',
      '\\',
      ' ',
      '[IPv6:',
      'ü',
      '\r\n',
      '\0',
    ],
    run(octets) {
      const line = text(octets);
      const space = line.indexOf(' ', 10);
      tolerate([EsmtpParameterError], () => readMailParameters(parseMailCommand(line).parameters));
      tolerate([EsmtpParameterError], () => readRcptParameters(parseRcptCommand(line, { smtputf8: true }).parameters));
      const rest = space < 0 ? line : line.slice(space + 1);
      const parameters = parseParameters(rest);
      // Whoever reads parameters can write them again, to the octet.
      same(formatParameters(parameters), rest);
    },
    hostile: [
      framed('MAIL FROM:<', '"\\"'),
      framed('RCPT TO:<', '@a,'),
      framed('MAIL FROM:<a@b> ', 'A=1 '),
      framed('RCPT TO:<a@b> NOTIFY=', ','),
    ],
  },
  {
    name: 'delivery-status',
    share: 0.15,
    own: [],
    seeds: samples('message/delivery-status'),
    tokens: [
      '\r\n',
      '\n',
      '\r',
      '(',
      ')',
      '\\',
      ':',
      ';',
      ' ',
      'Status: 5.7.133 (x)',
      'Action: delivered (to mailbox)',
      '\r\n\r\n',
      'é',
      '\0',
    ],
    run(octets) {
      const input = latin1(octets);
      const parsed = parseDeliveryStatus(input);
      // Lossless: what was not changed is written as it came.
      tolerate([DeliveryStatusError], () => {
        const { message, recipients } = parsed;
        if (recipients.length > 0) same(formatDeliveryStatus({ message, recipients } as DeliveryStatus), input);
      });
      parseFields(input);
    },
    hostile: [
      framed('Reporting-MTA: dns; a\r\n\r\n', GROUP),
      framed('Status: 5.0.0 ', '('),
      framed('Status: 5.0.0 ', '\\('),
      framed('X: a', '\r\n '),
      (octets) => repeat('\r\n', octets),
      (octets) => repeat('\r', octets),
      framed('Reporting-MTA: dns; a\r\n\r\n', 'X: y\r\n'),
    ],
  },
  {
    name: 'multipart-report',
    share: 0.05,
    own: [],
    seeds: samples('message'),
    tokens: [
      '\r\n',
      '\r',
      '--x',
      'Content-Type: multipart/mixed; boundary=x\r\n',
      '=?utf-8?q?',
      '?=',
      '=\r\n',
      'boundary="',
      '--',
      'é',
    ],
    run(octets) {
      parseReport(octets);
      classifyMessage(octets);
    },
    hostile: [
      framed(REPORT_HEAD, GROUP, '--x--\r\n'),
      framed('Content-Type: multipart/mixed; boundary=x\r\n\r\n', '--x\r\n\r\n'),
      framed(
        'Content-Type: multipart/mixed; boundary=x\r\n\r\n',
        '--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n',
      ),
      framed('Subject: ', '=?utf-8?q?'),
      framed('Content-Type: text/plain; a="', '\\"'),
      framed('X: a', '\r\n '),
      (octets) => repeat('\r', octets),
    ],
  },
  {
    name: 'bounce',
    share: 0.03,
    own: [],
    seeds: [...samples('message'), ...BOUNCES.map((seed) => utf8.encode(seed))],
    tokens: [
      '\n',
      '\r',
      'a@b.example',
      '<a@b.example>:',
      '550 5.1.1 ',
      '>>> DATA\n',
      '<<< 550 ',
      'Final-Recipient: ',
      '{"',
      '"}',
      'This is the mail system at host ',
      'X-Failed-Recipients: ',
    ],
    run(octets) {
      readBounce(octets);
    },
    hostile: [
      framed(REPORT_HEAD, GROUP, '--x--\r\n'),
      framed(BOUNCE_HEAD, '<a@b.example>: 550 no such user\n'),
      framed(BOUNCE_HEAD, '>>> RCPT TO:<a@b.example>\n<<< 550 no such user\n'),
      framed(BOUNCE_HEAD, '@'),
      framed(BOUNCE_HEAD, 'not be '),
      framed(`Content-Type: text/html\r\n${BOUNCE_HEAD}`, '<style>'),
      framed('Subject: ', 'delivery error '),
      framed(
        'From: MAILER-DAEMON\r\nX-Failed-Recipients: ',
        'a@b.example,',
        '\r\n\r\nThis is the mail system at host\n',
      ),
      framed('\r\n', '[{"a":'),
      (octets) => repeat('\n', octets),
    ],
  },
  {
    name: 'smtp',
    share: 0.05,
    own: [SmtpError],
    seeds: [
      'EHLO a.example\r\nMAIL FROM:<a@b> RET=FULL\r\nRCPT TO:<c@d> NOTIFY=NEVER\r\nDATA\r\nhi\r\n..\r\n.\r\nQUIT\r\n',
      'EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 5 LAST\r\nhello',
      '250-a\r\n250-DSN\r\n250 SIZE\r\n',
    ].map((seed) => utf8.encode(seed)),
    tokens: [
      '\r\n',
      '\n',
      '\r',
      '.',
      '\r\n.\r\n',
      'DATA\r\n',
      'BDAT 3\r\n',
      'RSET\r\n',
      'AUTH PLAIN =\r\n',
      'é',
      '\0',
      '250-',
      '550 ',
    ],
    run(octets) {
      const session = new ServerSession({ hostname: 'mx.example.org', extensions: EXTENSIONS });
      session.start();
      session.receive(octets);
      for (let event = session.next(); event !== undefined; event = session.next()) {
        if (session.paused) session.answer();
      }
      session.takeOutput();
      const reader = new ReplyReader();
      reader.receive(octets);
      while (reader.next() !== undefined);
    },
    hostile: [
      (octets) => repeat('NOOP\r\n', octets),
      (octets) => repeat('x', octets),
      (octets) => repeat('\n', octets),
      framed('EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n', '.\r'),
    ],
  },
];

const targets: readonly Target[] = [...readers, ...serverTargets, ...clientTargets];

const EXTENSIONS = {
  pipelining: true,
  dsn: true,
  smtputf8: true,
  chunking: true,
  eightBitMime: true,
  size: 1000,
  enhancedStatusCodes: true,
  auth: ['PLAIN'],
};

main();

function main(): void {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: '10000000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      only: { type: 'string' },
      'no-growth': { type: 'boolean', default: false },
    },
  });
  const chosen = targets.filter((target) => values.only === undefined || target.name.startsWith(values.only));
  const shares = chosen.reduce((sum, target) => sum + target.share, 0);
  let total = 0;
  console.log(
    `seed ${values.seed}\n\n${'reader'.padEnd(20)}${'inputs'.padStart(12)}${'seconds'.padStart(10)}${'slowest ms'.padStart(12)}`,
  );
  for (const target of chosen) {
    const count = Math.ceil((Number(values.inputs) * target.share) / shares);
    const { seconds, slowestMs } = fuzz(target, count, Number(values.seed));
    total += count;
    console.log(
      `${target.name.padEnd(20)}${String(count).padStart(12)}${seconds.toFixed(1).padStart(10)}${slowestMs.toFixed(1).padStart(12)}`,
    );
  }
  console.log(`\n${total} inputs, no fault`);
  if (!values['no-growth']) for (const target of chosen) growth(target);
}

function fuzz(target: Target, count: number, seed: number): { readonly seconds: number; readonly slowestMs: number } {
  const random = generator(seed);
  const startMs = performance.now();
  let slowestMs = 0;
  for (let i = 0; i < count; i++) {
    const input = mutate(target, random);
    const beganMs = performance.now();
    try {
      target.run(input);
    } catch (error) {
      if (!target.own.some((own) => error instanceof own) || error instanceof Fault) report(target, input, error);
    }
    const tookMs = performance.now() - beganMs;
    if (tookMs > 1_000) report(target, input, new Fault(`took ${tookMs.toFixed(0)} ms`));
    slowestMs = Math.max(slowestMs, tookMs);
  }
  return { seconds: (performance.now() - startMs) / 1_000, slowestMs };
}

/** A seed with some octets changed, cut, doubled, or replaced by what means something to the reader. */
function mutate({ seeds, tokens }: Target, random: (below: number) => number): Uint8Array {
  let octets = Buffer.from(seeds[random(seeds.length)] ?? []);
  for (let left = 1 + random(6); left > 0; left--) {
    const at = random(octets.length + 1);
    switch (random(5)) {
      case 0:
        if (at < octets.length) octets[at] = random(256);
        break;
      case 1:
        octets = Buffer.concat([octets.subarray(0, at), octets.subarray(at + 1 + random(20))]);
        break;
      case 2:
        octets = Buffer.concat([
          octets.subarray(0, at),
          Buffer.from(tokens[random(tokens.length)] ?? ''),
          octets.subarray(at),
        ]);
        break;
      case 3: {
        const from = random(octets.length + 1);
        octets = Buffer.concat([octets.subarray(0, at), octets.subarray(from, from + random(64)), octets.subarray(at)]);
        break;
      }
      default:
        octets = octets.subarray(0, at);
    }
  }
  return octets;
}

/** Sizes doubling to 64 MiB: time per MiB must not grow with the size. */
function growth(target: Target): void {
  for (const [index, make] of target.hostile.entries()) {
    const perMiB: number[] = [];
    for (const size of [4, 8, 16, 32, 64]) {
      const input = make(size * 1_048_576);
      const beganMs = performance.now();
      tolerate(target.own, () => target.run(input));
      perMiB.push((performance.now() - beganMs) / size);
    }
    const [first = 0] = perMiB;
    const last = perMiB.at(-1) ?? 0;
    console.log(
      `${target.name}, hostile ${index}: ms per MiB at 4 to 64 MiB: ${perMiB.map((ms) => ms.toFixed(1)).join(' ')}`,
    );
    // Linear time stays flat; quadratic time would grow by sixteen. Small numbers are noise.
    if (last > 4 * Math.max(first, 2))
      report(target, make(256), new Fault(`hostile ${index} grows faster than its input`));
  }
}

function report(target: Target, input: Uint8Array, error: unknown): never {
  console.error(`${target.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  console.error(`input, base64: ${Buffer.from(input).toString('base64')}`);
  process.exit(1);
}

/** Mulberry32: the same seed gives the same inputs. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

/** Reports of real servers where ../shared is there, else a small one of our own. */
function samples(kind: 'message' | 'message/delivery-status'): Uint8Array[] {
  const folder = fileURLToPath(new URL('../../shared/samples/postfix/', import.meta.url));
  const own = Buffer.from(
    `${REPORT_HEAD}${GROUP}--x\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: a\r\n\r\n--x--\r\n`,
  );
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.eml'))
        .slice(0, 20)
    : [];
  const messages = [own, ...files.map((name) => readFileSync(folder + name))];
  if (kind === 'message') return messages;
  return messages.flatMap((message) => {
    const part = parseReport(message)?.machineReadable?.octets;
    return part === undefined ? [] : [Buffer.from(part)];
  });
}
