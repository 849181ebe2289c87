import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readBounce, readForwarded } from '@dsnkit/bounce';
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
  MAIL_PARAMETERS,
  parseMailCommand,
  parseParameters,
  parseRcptCommand,
  RCPT_PARAMETERS,
  readMailParameters,
  readRcptParameters,
} from '@dsnkit/esmtp-parameters';
import { cutHeaders, parseReport, splitHeader } from '@dsnkit/multipart-report';
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
import { hold, same, tolerate, type Target } from './target.ts';
import { checkMail, checkPieces, checkRcpt, checkWriting, checkXtext } from './round-trips.ts';

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

const XTEXT_TOKENS = [
  ...['+', '+2', '+2B', '+2b', '+C3', '+00', '+0D+0A', '+7F', '+zz', '=', ' ', '~', '!', '\x7f', '\0', '\t'],
  ...['\\', '\\x', '\\x{', '\\x{E9}', '\\x{0A}', '\\x{D800}', '\\x{10FFFF}', '\\x{110000}', '}', '{', '@', '"'],
  ...['a', 'é', '\u{1F600}'],
];

const COMMAND_TOKENS = [
  ...['a', 'a@b', '@', '.', '"', '\\', '>', '> ', '<', ' ', '\t', ',', ':', '[', ']', '192.0.2.1', '[IPv6:', '::', '-'],
  ...[
    '@a,@b:',
    'postmaster',
    'é',
    '\u{1F600}',
    '\0',
    '\r\n',
    '=',
    ';',
    '+',
    '+2B',
    '+0A',
    '\\x{E9}',
    'rfc822;',
    'utf-8;',
  ],
  ...['NEVER', 'SUCCESS,', 'FULL', 'HDRS', '8BITMIME', '120;R', '2014-04-03T23:01:00Z', 'X-NEW', '9'.repeat(20)],
  ...[...MAIL_PARAMETERS, ...RCPT_PARAMETERS].map(({ keyword }) => ` ${keyword}=`),
];

const MESSAGE_TOKENS = [
  ...[
    '\r\n',
    '\r\n\r\n',
    '\n',
    '\r',
    ' ',
    '-',
    '--',
    '--x',
    '--x--\r\n',
    '--x \t\r\n',
    '--y\r\n',
    '--y--\r\n',
    'words\r\n',
  ],
  ...['=?utf-8?q?', '?=', '=\r\n', 'QUJD', 'boundary="', 'é', 'Content-Language: de\r\n', GROUP],
  ...[
    'multipart/report; report-type=delivery-status; boundary=x\r\n',
    'multipart/mixed; boundary=x\r\n',
    'multipart/alternative; boundary=y\r\n',
    'multipart/multilingual; boundary=y\r\n',
    'message/delivery-status\r\n\r\n',
    'message/global-delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n',
    'message/rfc822\r\n\r\n',
    'text/rfc822-headers\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n',
    'message/disposition-notification\r\n\r\n',
    'text/html; charset=iso-8859-1\r\n\r\n',
  ].map((type) => `Content-Type: ${type}`),
];

/** The readers of the libraries. */
export const readerTargets: readonly Target[] = [
  {
    name: 'xtext',
    share: 0.4,
    own: [XtextError],
    seeds: ['a+2Bb', 'QQ314159', 'jos\\x{E9}@example.com', '+C3+A9', '\\x{10FFFF}', 'é@ü.example'].map((seed) =>
      utf8.encode(seed),
    ),
    tokens: XTEXT_TOKENS,
    run(octets) {
      const input = text(octets);
      tolerate([XtextError], () => decodeUtf8AddrXtext(input));
      tolerate([XtextError], () => decodeUtf8AddrUnitext(input));
      decodeXtextLenient(input);
      same(decodeXtextOctets(encodeXtextOctets(octets)), octets);
    },
    check(octets) {
      checkXtext(text(octets));
      // In this reading surrogates stand alone.
      checkXtext(Buffer.from(octets).toString('utf16le'));
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
    tokens: COMMAND_TOKENS,
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
    check(octets) {
      const line = text(octets);
      checkMail(line);
      for (const smtputf8 of [false, true]) checkRcpt(line, smtputf8);
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
    tokens: MESSAGE_TOKENS,
    run(octets) {
      parseReport(octets);
      classifyMessage(octets);
    },
    check(octets) {
      hold(splitHeader(octets).bodyOffset >= cutHeaders(octets).length, 'the body begins behind the header');
      const report = parseReport(octets);
      checkPieces(octets, report);
      if (report !== undefined) checkWriting(octets, report);
    },
    hostile: [
      framed(REPORT_HEAD, GROUP, '--x--\r\n'),
      framed('Content-Type: multipart/mixed; boundary=x\r\n\r\n', '--x\r\n\r\n'),
      framed(
        'Content-Type: multipart/mixed; boundary=x\r\n\r\n',
        '--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n',
      ),
      framed('Content-Type: multipart/report; boundary=x\r\n\r\n', ' --x\r\n'),
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
      '\n> ',
      'From: ',
      'Subject: ',
    ],
    run(octets) {
      readBounce(octets);
      readForwarded(octets, () => undefined);
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
      framed('Subject: a\r\n\r\n', '> > From: a\n'),
      framed('Subject: a\r\n\r\n', 'From: a\nSubject: a\n\n'),
      framed('Subject: a\r\n\r\n', '> a\n\n'),
      framed('Subject: a\r\n\r\n', '@:'),
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

/** Reports of real servers where ../shared is there, else a small one of our own. */
function samples(kind: 'message' | 'message/delivery-status'): Uint8Array[] {
  const folder = fileURLToPath(new URL('../../../shared/samples/postfix/', import.meta.url));
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
