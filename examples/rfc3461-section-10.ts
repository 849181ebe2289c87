/**
 * The example of RFC 3461 §10 over real sockets: Alice's message to six recipients on five hosts, four reports.
 * Five server processes run on loopback ports; the hosts that speak no DSN are played by this program.
 *
 *     npm run demo
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseReport } from '@dsnkit/multipart-report';

const folder = mkdtempSync(join(tmpdir(), 'dsnkit-section-10-'));
const main = fileURLToPath(new URL('../apps/server/src/main.ts', import.meta.url));
const processes: ChildProcess[] = [];
const servers: Server[] = [];

/** What RFC 3461 §10.6 to §10.9 print, with the Status of §10.7 as exact as the host that refused told it. */
const EXPECTED = [
  {
    by: 'mail.Example.COM',
    original: 'Bob@Example.COM',
    final: 'Bob@Example.COM',
    action: 'delivered',
    status: '2.0.0',
  },
  { by: 'Example.ORG', original: 'Carol@Ivory.EDU', final: 'Carol@Ivory.EDU', action: 'failed', status: '5.1.1' },
  { by: 'Ivory.EDU', original: 'Dana@Ivory.EDU', final: 'Dana@Ivory.EDU', action: 'relayed', status: '2.0.0' },
  {
    by: 'Boondoggle.GOV',
    original: 'George@Tax-ME.GOV',
    final: 'Sam@Boondoggle.GOV',
    action: 'failed',
    status: '4.2.2',
  },
];

try {
  await demo();
} finally {
  for (const child of processes) child.kill('SIGTERM');
  for (const server of servers) server.close();
  await Promise.all(
    processes.map((child) => new Promise((ended) => (child.exitCode === null ? child.once('exit', ended) : ended(0)))),
  );
  rmSync(folder, { recursive: true, force: true });
}

async function demo(): Promise<void> {
  const [org = 0, com = 0, ivory = 0, tax = 0, boondoggle = 0] = await Promise.all([1, 2, 3, 4, 5].map(freePort));
  const fooMail = await playHost({ ehlo: true });
  const bombs = await playHost({ ehlo: false });
  const mailboxes = await playHost({ ehlo: true, content: '452 4.2.2 disk quota exceeded' });
  const route = (match: string, to: string, more = '') => `[[route]]\nmatch = "${match}"\nto = "${to}"\n${more}`;
  const home = route('example.org', `smtp://127.0.0.1:${org}`);
  await Promise.all([
    startHost('Example.ORG', org, [
      route('example.org', 'maildir:mail'),
      route('example.com', `smtp://127.0.0.1:${com}`),
      route('ivory.edu', `smtp://127.0.0.1:${ivory}`),
      route('bombs.af.mil', `smtp://127.0.0.1:${bombs}`),
      route('tax-me.gov', `smtp://127.0.0.1:${tax}`),
    ]),
    startHost('mail.Example.COM', com, [route('example.com', 'maildir:mail'), home]),
    startHost('Ivory.EDU', ivory, [
      route('carol@ivory.edu', 'maildir:mail', 'recipients = ["dana"]\n'),
      route('ivory.edu', `smtp://127.0.0.1:${fooMail}`),
      home,
    ]),
    startHost('Tax-ME.GOV', tax, [
      '[[alias]]\naddress = "George@Tax-ME.GOV"\nto = ["Sam@Boondoggle.GOV"]\n',
      route('boondoggle.gov', `smtp://127.0.0.1:${boondoggle}`),
      home,
    ]),
    startHost('Boondoggle.GOV', boondoggle, [
      '[retry]\ndelays = ["1s"]\nexpire-after = "3s"\n',
      route('boondoggle.gov', `lmtp://127.0.0.1:${mailboxes}`),
      home,
    ]),
  ]);
  console.log('Five servers are up. Alice submits one message to six recipients (RFC 3461 §10.1).\n');
  await submit(org);
  const reports = await collect(join(folder, 'Example.ORG/mail/alice@example.org/new'), EXPECTED.length, 20_000);
  let wrong = 0;
  for (const expected of EXPECTED) {
    const report = reports.find((each) => each.original === expected.original);
    const same = JSON.stringify(report) === JSON.stringify({ ...expected, envelope: 'QQ314159' });
    if (!same) wrong++;
    console.log(
      `${same ? 'as in the RFC' : 'DIFFERENT    '}  ${expected.original} -> ${report?.final ?? '-'}: ${report?.action ?? 'no report'} ${report?.status ?? ''}, told by ${report?.by ?? '-'}`,
    );
  }
  if (reports.length !== EXPECTED.length) wrong++;
  console.log(
    `\n${reports.length} reports; none about Eric and Fred, whose mail arrived and who asked for nothing more.`,
  );
  process.exitCode = wrong === 0 ? 0 : 1;
}

async function startHost(name: string, port: number, tables: readonly string[]): Promise<void> {
  const home = join(folder, name);
  mkdirSync(home);
  const file = join(home, 'dsnd.toml');
  // Keys of the top come before tables.
  const listen = `hostname = "${name}"\nstore = "sqlite:queue"\n[[listen]]\naddress = "127.0.0.1:${port}"\n`;
  writeFileSync(file, listen + tables.join(''));
  const child = spawn(process.execPath, ['--conditions=source', main, '--config', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  processes.push(child);
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${name} did not start`);
    await sleep(30);
  }
}

/** A host that is no dsnd: without EHLO, without DSN, or a mailbox store that puts everything off (LMTP). */
async function playHost(host: { readonly ehlo: boolean; readonly content?: string }): Promise<number> {
  const server = createServer((socket) => {
    let inContent = false;
    let text = '';
    socket.on('error', () => undefined);
    socket.write('220 ready\r\n');
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        if (inContent) {
          if (line !== '.') continue;
          inContent = false;
          socket.write(`${host.content ?? '250 accepted'}\r\n`);
        } else if (/^DATA$/i.test(line)) {
          inContent = true;
          socket.write('354 go ahead\r\n');
        } else if (/^[EL]HLO/i.test(line) && !host.ehlo) socket.write('502 not implemented\r\n');
        else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else socket.write('250 ok\r\n');
      }
    });
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return (server.address() as AddressInfo).port;
}

/** Alice's user agent: one line at a time, as on paper. */
async function submit(port: number): Promise<void> {
  const lines = [
    'EHLO agent.Example.ORG',
    'MAIL FROM:<Alice@Example.ORG> RET=HDRS ENVID=QQ314159',
    'RCPT TO:<Bob@Example.COM> NOTIFY=SUCCESS ORCPT=rfc822;Bob@Example.COM',
    'RCPT TO:<Carol@Ivory.EDU> NOTIFY=FAILURE ORCPT=rfc822;Carol@Ivory.EDU',
    'RCPT TO:<Dana@Ivory.EDU> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Dana@Ivory.EDU',
    'RCPT TO:<Eric@Bombs.AF.MIL> NOTIFY=FAILURE ORCPT=rfc822;Eric@Bombs.AF.MIL',
    'RCPT TO:<Fred@Bombs.AF.MIL> NOTIFY=NEVER',
    'RCPT TO:<George@Tax-ME.GOV> NOTIFY=FAILURE ORCPT=rfc822;George@Tax-ME.GOV',
    'DATA',
    'From: Alice <Alice@Example.ORG>\r\nSubject: six recipients\r\nMessage-ID: <six@Example.ORG>\r\n\r\n(message goes here)\r\n.',
    'QUIT',
  ];
  const socket = connect(port, '127.0.0.1');
  let text = '';
  await new Promise<void>((done, failed) => {
    socket.on('error', failed);
    socket.on('close', () => done());
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const reply = text.slice(0, end);
        text = text.slice(end + 2);
        if (reply[3] === '-') continue;
        if (!/^[23]/.test(reply)) failed(new Error(reply));
        const line = lines.shift();
        if (line === undefined) socket.end();
        else socket.write(`${line}\r\n`);
      }
    });
  });
}

interface Told {
  readonly by: string | undefined;
  readonly original: string | undefined;
  readonly final: string | undefined;
  readonly action: string | undefined;
  readonly status: string | undefined;
  readonly envelope: string | undefined;
}

async function collect(directory: string, count: number, timeoutMs: number): Promise<Told[]> {
  const untilMs = Date.now() + timeoutMs;
  const files = () => (existsSync(directory) ? readdirSync(directory) : []);
  while (files().length < count && Date.now() < untilMs) await sleep(50);
  // A report too many would come now.
  await sleep(500);
  return files().map((file) => {
    const status = parseReport(readFileSync(join(directory, file)))?.deliveryStatus;
    const recipient = status?.recipients[0];
    return {
      by: status?.message.reportingMta?.value,
      original: recipient?.originalRecipient?.value,
      final: recipient?.finalRecipient?.value,
      action: recipient?.action,
      status: recipient?.status,
      envelope: status?.message.originalEnvelopeId,
    };
  });
}

async function answers(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
