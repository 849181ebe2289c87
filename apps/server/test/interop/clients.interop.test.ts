import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, startDsnd, temporaryFolder, waitFor, type Dsnd } from '../support/dsnd.ts';
import { readMaildirs } from '../support/maildir.ts';
import { hasPython, readWithPython, type PythonReport } from '../support/python.ts';
import { startRecordingHop, type RecordingHop } from '../support/recording-hop.ts';

const hasSwaks = spawnSync('swaks', ['--version']).status === 0;
const hasMsmtp = spawnSync('msmtp', ['--version']).status === 0;
const hasCurl = spawnSync('sh', ['-c', 'curl --version'], { encoding: 'utf8' }).stdout.includes(' smtp ');
const folder = temporaryFolder();
const mail = join(folder.path, 'mail');
let server: Dsnd;
let port: number;
let hop: RecordingHop;
let refusing: RecordingHop;
let plain: RecordingHop;

beforeAll(async () => {
  hop = await startRecordingHop();
  refusing = await startRecordingHop({ rcpt: (address) => `550 5.1.1 <${address}>: no such user here` });
  plain = await startRecordingHop({ extensions: ['PIPELINING', '8BITMIME'] });
  port = await freePort();
  server = await startDsnd(folder.path, configuration(), port);
});

afterAll(async () => {
  await server.stop();
  await Promise.all([hop, refusing, plain].map((each) => each.close()));
  folder.remove();
});

function configuration(): string {
  return `
hostname = "mx.example.org"
store = "sqlite:./queue"
[[listen]]
address = "127.0.0.1:${port}"
role = "relay"
[[route]]
match = "dsn.example"
to = "smtp://127.0.0.1:${hop.port}"
[[route]]
match = "rej.example"
to = "smtp://127.0.0.1:${refusing.port}"
[[route]]
match = "nodsn.example"
to = "smtp://127.0.0.1:${plain.port}"
[[route]]
match = "sender.example"
to = "maildir:./mail"
`;
}

/** The reports that came to one sender, read by Python. */
async function reportsTo(sender: string, count: number): Promise<PythonReport[]> {
  const theirs = () => readMaildirs(mail).filter((entry) => entry.folder === sender);
  await waitFor(() => theirs().length >= count);
  return theirs().map((entry) => readWithPython(entry.message));
}

/** Sends a message with msmtp as `NAME@sender.example`, with these lines in its configuration. */
function runMsmtp(name: string, lines: string, to: readonly string[]): void {
  const file = join(folder.path, `${name}.msmtprc`);
  const account = `account default\nhost 127.0.0.1\nport ${port}\ndomain client.example\ntls off\nauth off\n`;
  writeFileSync(file, `${account}from ${name}@sender.example\n${lines}\n`, { mode: 0o600 });
  const run = spawnSync('msmtp', ['-C', file, '--', ...to], { input: CONTENT, encoding: 'utf8', timeout: 60_000 });
  expect(run.status, run.stdout + run.stderr).toBe(0);
}

const CONTENT = 'From: a\r\nSubject: greetings\r\nMessage-ID: <1@sender.example>\r\n\r\nHello.\r\n';

describe.runIf(hasPython)('foreign clients', () => {
  it('nodemailer: its dsn option reaches the next hop and asks for reports', async () => {
    const transport = createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true });
    await transport.sendMail({
      envelope: { from: 'nodemailer@sender.example', to: ['bob@dsn.example'] },
      raw: CONTENT,
      dsn: { id: 'NM+1', return: 'headers', notify: ['success', 'failure'], recipient: 'bob@dsn.example' },
    });
    await transport.sendMail({
      envelope: { from: 'nodemailer@sender.example', to: ['carol@rej.example'] },
      raw: CONTENT,
      dsn: { id: 'NM+2', return: 'headers', notify: ['failure'], recipient: 'carol@rej.example' },
    });
    await waitFor(() => hop.transactions.some(({ mail: line }) => line.includes('nodemailer@')));
    const sent = hop.transactions.find(({ mail: line }) => line.includes('nodemailer@'))!;
    expect(sent.mail).toContain('ENVID=NM+2B1');
    expect(sent.mail).toContain('RET=HDRS');
    expect(sent.rcpt).toEqual(['RCPT TO:<bob@dsn.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@dsn.example']);

    const [report] = await reportsTo('nodemailer@sender.example', 1);
    expect(report).toMatchObject({ contentType: 'multipart/report', reportType: 'delivery-status', defects: [] });
    expect(report!.parts).toEqual(['text/plain', 'message/delivery-status', 'text/rfc822-headers']);
    expect(report!.groups[0]).toMatchObject({ 'original-envelope-id': 'NM+2', 'reporting-mta': 'dns; mx.example.org' });
    expect(report!.groups[1]).toMatchObject({ action: 'failed', status: '5.1.1' });
  });

  it('smtplib: parameters verbatim, one report for two failed recipients', async () => {
    const script = `
import smtplib
s = smtplib.SMTP('127.0.0.1', ${port})
s.ehlo('client.example')
assert s.has_extn('dsn'), s.ehlo_resp
s.mail('smtplib@sender.example', ['RET=FULL', 'ENVID=py+2Blib'])
for a, o in (('x@rej.example', ['NOTIFY=FAILURE', 'ORCPT=rfc822;X+2Btag@rej.example']), ('y@rej.example', []), ('z@rej.example', ['NOTIFY=NEVER'])):
    code, reply = s.rcpt(a, o)
    assert code == 250, (code, reply)
code, reply = s.data(${JSON.stringify(CONTENT)})
assert code == 250, (code, reply)
s.quit()
`;
    const run = spawnSync('python3', ['-c', script], { encoding: 'utf8' });
    expect(run.stderr).toBe('');
    const [report] = await reportsTo('smtplib@sender.example', 1);
    expect(report!.groups.slice(1).map((group) => group['final-recipient'])).toEqual([
      'rfc822; x@rej.example',
      'rfc822; y@rej.example',
    ]);
    expect(report!.groups[1]!['original-recipient']).toBe('rfc822; X+tag@rej.example');
    expect(report!.parts).toContain('message/rfc822');
    expect(report!.autoSubmitted).toBe('auto-replied');
  });

  it.runIf(hasSwaks)('swaks: knows no DSN, and is told of failures all the same', async () => {
    const to = ['dana@nodsn.example', 'carol@rej.example'].flatMap((address) => ['--to', address]);
    const from = ['--from', 'swaks@sender.example', '--helo', 'client.example'];
    const run = spawnSync('swaks', ['--server', '127.0.0.1', '--port', String(port), ...from, ...to], {
      encoding: 'utf8',
    });
    expect(run.status, run.stdout + run.stderr).toBe(0);
    const [report] = await reportsTo('swaks@sender.example', 1);
    expect(report!.groups.slice(1)).toHaveLength(1);
    expect(report!.groups[1]).toMatchObject({ action: 'failed', 'final-recipient': 'rfc822; carol@rej.example' });
    expect(report!.groups[0]!['original-envelope-id']).toBeUndefined();
  });

  it.runIf(hasMsmtp)('msmtp: dsn_notify and dsn_return reach the next hop', async () => {
    runMsmtp('msmtp-1', 'dsn_notify success,delay\ndsn_return headers', ['bob@dsn.example']);
    await waitFor(() => hop.transactions.some(({ mail: line }) => line.includes('msmtp-1@')));
    const sent = hop.transactions.find(({ mail: line }) => line.includes('msmtp-1@'))!;
    expect(sent.mail).toContain('RET=HDRS');
    expect(sent.rcpt).toEqual(['RCPT TO:<bob@dsn.example> NOTIFY=SUCCESS,DELAY']);
  });

  it.runIf(hasMsmtp)('msmtp: what it asks for decides who is told, and how much comes back', async () => {
    runMsmtp('msmtp-2', 'dsn_notify never', ['carol@rej.example']);
    runMsmtp('msmtp-2', 'dsn_notify failure\ndsn_return full', ['x@rej.example', 'bob@dsn.example']);
    const [report, ...more] = await reportsTo('msmtp-2@sender.example', 1);
    expect(more).toEqual([]);
    expect(report!.groups.slice(1)).toMatchObject([{ action: 'failed', 'final-recipient': 'rfc822; x@rej.example' }]);
    expect(report!.parts).toContain('message/rfc822');
  });

  it.runIf(hasCurl)('curl: knows no DSN, and is told of failures all the same', async () => {
    const to = ['bob@dsn.example', 'carol@rej.example'].flatMap((address) => ['--mail-rcpt', address]);
    const url = `smtp://127.0.0.1:${port}/client.example`;
    const run = spawnSync('curl', ['-sS', '-v', url, '--mail-from', 'curl@sender.example', ...to, '-T', '-'], {
      input: CONTENT,
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(run.status, run.stderr).toBe(0);
    expect(run.stderr).toContain('> MAIL FROM:<curl@sender.example>');
    const [report] = await reportsTo('curl@sender.example', 1);
    expect(report!.groups.slice(1)).toMatchObject([
      { action: 'failed', status: '5.1.1', 'final-recipient': 'rfc822; carol@rej.example' },
    ]);
    expect(report!.groups[0]!['original-envelope-id']).toBeUndefined();
    await waitFor(() => hop.transactions.some(({ mail: line }) => line.includes('curl@')));
    expect(hop.transactions.find(({ mail: line }) => line.includes('curl@'))!.rcpt).toEqual([
      'RCPT TO:<bob@dsn.example>',
    ]);
  });

  it.runIf(hasCurl)('curl: a recipient that is refused at RCPT stops it, unless told to go on with the others', () => {
    const to = ['--mail-rcpt', 'x@unrouted.example', '--mail-rcpt', 'bob@dsn.example'];
    const curl = (...more: readonly string[]) =>
      spawnSync(
        'curl',
        [
          '-sS',
          `smtp://127.0.0.1:${port}/client.example`,
          '--mail-from',
          'curl-2@sender.example',
          ...to,
          '-T',
          '-',
          ...more,
        ],
        { input: CONTENT, encoding: 'utf8', timeout: 60_000 },
      );
    expect(curl().status).toBe(55);
    const run = curl('--mail-rcpt-allowfails');
    expect(run.status, run.stderr).toBe(0);
  });

  it('RFC 3461 §5.2.2(b) R3461-5.2.2-b: a next hop without DSN gets no parameters, and we report relayed', async () => {
    const script = `
import smtplib
s = smtplib.SMTP('127.0.0.1', ${port})
s.sendmail('relayed@sender.example', ['dana@nodsn.example'], ${JSON.stringify(CONTENT)}, ['RET=HDRS', 'ENVID=R1'], ['NOTIFY=SUCCESS,FAILURE'])
s.quit()
`;
    expect(spawnSync('python3', ['-c', script], { encoding: 'utf8' }).stderr).toBe('');
    const [report] = await reportsTo('relayed@sender.example', 1);
    expect(report!.groups[1]).toMatchObject({ action: 'relayed', status: '2.0.0' });
    const sent = plain.transactions.find(({ mail: line }) => line.includes('relayed@'))!;
    expect(sent.mail).toMatch(/^MAIL FROM:<relayed@sender\.example>(?: BODY=\S+)?$/);
    expect(sent.rcpt).toEqual(['RCPT TO:<dana@nodsn.example>']);
  });
});

it.skipIf(hasPython && hasSwaks && hasMsmtp && hasCurl)(
  'skipped: python3, swaks, msmtp and curl (Debian packages) are needed for all of the suites with foreign clients',
  () => {
    expect(true).toBe(true);
  },
);
