/**
 * Reading and writing reports beside the mail parsers and composers of npm, in one process.
 *
 *     node --conditions=source packages/multipart-report/bench/reports.ts [rounds]
 *
 * Reading: octets to typed recipients, returned message and text for us; for the peers the MIME parts alone, since none of
 * them reads the fields. letterparser takes text and gets it decoded beforehand. Writing: one report with text, delivery
 * status and the header of the message. Every round times each in turn; a figure is the best round, since other work on
 * the machine only adds to it; the first ratio is that of the figures, the second the median of those within the rounds.
 */
import { parse as letterparser } from 'letterparser';
// @ts-expect-error -- has no types
import { simpleParser } from 'mailparser';
import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime from 'postal-mime';
import { cutHeaders, deriveBoundary, formatReport, parseReport, type Report } from '../src/index.ts';

type Work = () => unknown;
type Mailparser = (message: Buffer, options: object) => Promise<unknown>;

const rounds = Number(process.argv[2] ?? 9);
const original = octetsOf([
  'Received: from client.example.net (client.example.net [192.0.2.1])',
  '\tby mx.example.net (Postfix) with ESMTP id 3F8A2120045',
  '\tfor <bob@example.org>; Mon, 20 Feb 2012 10:00:00 +0100 (CET)',
  'From: Alice <alice@example.net>',
  'To: Bob <bob@example.org>',
  'Subject: Lunch on Tuesday',
  'Date: Mon, 20 Feb 2012 09:59:58 +0100',
  'Message-ID: <20120220085958.12345@client.example.net>',
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Shall we?',
  '',
]);
const text = octetsToText(
  octetsOf([
    'This is the mail system at host mx.example.net.',
    '',
    "I'm sorry to have to inform you that your message could not",
    "be delivered to one or more recipients. It's attached below.",
    '',
    'For further assistance, please send mail to postmaster.',
    '',
    'If you do so, please include this problem report. You can',
    'delete your own text from the attached returned message.',
    '',
    '                   The mail system',
    '',
    '<bob@example.org>: host mail.example.org[192.0.2.7] said: 550 5.1.1',
    '    <bob@example.org>: Recipient address rejected: User unknown in virtual',
    '    mailbox table (in reply to RCPT TO command)',
    '',
  ]),
);
const report: Report = {
  headers: [
    { name: 'From', value: 'Mail Delivery System <MAILER-DAEMON@mx.example.net>' },
    { name: 'To', value: 'alice@example.net' },
    { name: 'Subject', value: 'Undelivered Mail Returned to Sender' },
    { name: 'Date', value: 'Mon, 20 Feb 2012 10:00:01 +0100' },
    { name: 'Message-ID', value: '<20120220090001.5A1C312004A@mx.example.net>' },
  ],
  humanReadable: { text },
  deliveryStatus: {
    message: { reportingMta: { type: 'dns', value: 'mx.example.net' }, arrivalDate: new Date('2012-02-20T09:00:00Z') },
    recipients: [
      {
        originalRecipient: { type: 'rfc822', value: 'bob@example.org' },
        finalRecipient: { type: 'rfc822', value: 'bob@example.org' },
        action: 'failed',
        status: '5.1.1',
        remoteMta: { type: 'dns', value: 'mail.example.org' },
        diagnosticCode: {
          type: 'smtp',
          value: '550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown in virtual mailbox table',
        },
      },
    ],
  },
  returned: { kind: 'headers', octets: cutHeaders(original) },
};
const message = write();
const messageText = octetsToText(message);

function write(): Uint8Array {
  const returned = cutHeaders(original);
  return formatReport(
    { ...report, returned: { kind: 'headers', octets: returned } },
    { boundary: deriveBoundary('3F8A2120045', [text, returned]) },
  );
}

/** The same report by MailComposer; the delivery status comes as finished text. */
function compose(): Promise<Buffer> {
  const composer = new MailComposer({
    from: 'Mail Delivery System <MAILER-DAEMON@mx.example.net>',
    to: 'alice@example.net',
    subject: 'Undelivered Mail Returned to Sender',
    date: 'Mon, 20 Feb 2012 10:00:01 +0100',
    messageId: '<20120220090001.5A1C312004A@mx.example.net>',
    headers: { 'Auto-Submitted': 'auto-replied' },
    text,
    attachments: [
      {
        contentType: 'message/delivery-status',
        content: statusText,
        contentTransferEncoding: '7bit' as const,
        contentDisposition: 'inline' as const,
      },
      {
        contentType: 'text/rfc822-headers',
        content: headerText,
        contentTransferEncoding: '7bit' as const,
        contentDisposition: 'inline' as const,
      },
    ],
  });
  return composer.compile().build();
}
const statusText = octetsToText(parseReport(message)?.machineReadable?.octets ?? new Uint8Array());
const headerText = octetsToText(cutHeaders(original));

console.log(`reading ${message.length} octets`);
await race([
  ['@dsnkit/multipart-report', () => parseReport(message)],
  ['letterparser', () => letterparser(messageText)],
  ['postal-mime', () => PostalMime.parse(message)],
  [
    'mailparser',
    (): unknown => (simpleParser as Mailparser)(Buffer.from(message), { skipHtmlToText: true, skipTextToHtml: true }),
  ],
]);
console.log('writing');
await race([
  ['@dsnkit/multipart-report', write],
  ['nodemailer MailComposer', compose],
]);

async function race(runners: readonly (readonly [string, Work])[]): Promise<void> {
  const taken = runners.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [index, [, work]] of runners.entries()) {
      const time = await once(work);
      if (round >= 0) taken[index]?.push(time);
    }
  }
  const [ours = []] = taken;
  for (const [index, [name]] of runners.entries()) {
    const theirs = taken[index] ?? [];
    const ratios = theirs.map((time, round) => time / (ours[round] ?? time)).sort((a, b) => a - b);
    const median = ratios[Math.floor(ratios.length / 2)] ?? 1;
    const figure = Math.round(1e9 / Math.min(...theirs)).toLocaleString('en');
    const ratio = Math.min(...theirs) / Math.min(...ours);
    console.log(
      `  ${name.padEnd(26)} ${figure.padStart(9)}/s  ${times(ratio)} our time, ${times(median)} in the median round`,
    );
  }
}

function times(ratio: number): string {
  return `${ratio.toFixed(1).padStart(5)}×`;
}

/** Nanoseconds for one call, over a fifth of a second. Only promises are waited for: waiting costs as much as some of the work. */
async function once(work: Work): Promise<number> {
  let calls = 0;
  const start = process.hrtime.bigint();
  let now = start;
  while (now - start < 200_000_000n) {
    for (let i = 0; i < 20; i++) {
      const result = work();
      if (result instanceof Promise) await result;
    }
    calls += 20;
    now = process.hrtime.bigint();
  }
  return Number(now - start) / calls;
}

function octetsOf(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.join('\r\n'));
}

function octetsToText(octets: Uint8Array): string {
  return new TextDecoder().decode(octets);
}
