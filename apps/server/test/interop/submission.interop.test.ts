import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tlsFile } from '../support/certificates.ts';
import { freePort, startDsnd, temporaryFolder, waitFor, type Dsnd } from '../support/dsnd.ts';
import { readMaildirs } from '../support/maildir.ts';
import { userTable } from '../support/users.ts';

const has = (program: string, argument = '--version') => spawnSync(program, [argument]).status === 0;
const says = (program: string, argument: string) => spawnSync(program, [argument], { encoding: 'utf8' }).stdout;
const hasSwaks = has('swaks') && says('swaks', '--support').includes('=== TLS');
const hasMsmtp = has('msmtp');
const scramOfMsmtp =
  hasMsmtp && spawnSync('msmtp', ['--version'], { encoding: 'utf8' }).stdout.includes('scram-sha-256');
const hasCurl =
  has('curl') && /^Protocols:.* smtps\b/m.test(spawnSync('curl', ['--version'], { encoding: 'utf8' }).stdout);
const hasPython = has('python3');
const hasOpenssl = has('openssl', 'version');

const folder = temporaryFolder();
const root = tlsFile('root.pem');
let server: Dsnd;
let port: number;
let implicit: number;

beforeAll(async () => {
  [port, implicit] = [await freePort(), await freePort()];
  copyFileSync(tlsFile('first.pem'), join(folder.path, 'cert.pem'));
  copyFileSync(tlsFile('first.key.pem'), join(folder.path, 'key.pem'));
  writeFileSync(join(folder.path, 'users.toml'), userTable('alice', 'pencil'));
  const toml = `
hostname = "mx.example.org"
store = "sqlite:./queue"
[tls]
certificate = "cert.pem"
key = "key.pem"
[users]
file = "users.toml"
[[listen]]
address = "127.0.0.1:${port}"
role = "submission"
relay-from = []
[[listen]]
address = "127.0.0.1:${implicit}"
role = "submission"
relay-from = []
tls = "implicit"
[[route]]
match = "*"
to = "maildir:./mail"
`;
  server = await startDsnd(folder.path, toml, port);
});

afterAll(async () => {
  await server.stop();
  folder.remove();
});

/** Runs a program to its end. */
function run(program: string, args: readonly string[], input = ''): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: 30_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, output: `${stdout}${stderr}` });
    });
    child.stdin?.end(input);
  });
}

/** The message with that subject, once it is there. */
async function delivered(subject: string): Promise<string> {
  const find = () =>
    readMaildirs(join(folder.path, 'mail'))
      .map(({ message }) => message.toString('latin1'))
      .find((text) => text.includes(`Subject: ${subject}\r\n`));
  await waitFor(() => find() !== undefined);
  return find() ?? '';
}

const messageOf = (subject: string) =>
  `From: Alice <alice@example.org>\r\nTo: bob@far.example\r\nSubject: ${subject}\r\n\r\nHello\r\n`;

describe.skipIf(!hasSwaks)('swaks', () => {
  it.each(['PLAIN', 'LOGIN'])('RFC 3207 §4 RFC 4954 §4: STARTTLS and AUTH %s', async (mechanism) => {
    const subject = `swaks ${mechanism}`;
    const args = ['--server', `127.0.0.1:${port}`, '-tls', '--auth', mechanism, '--auth-user', 'alice'];
    const envelope = ['--auth-password', 'pencil', '--from', 'alice@example.org', '--to', 'bob@far.example'];
    const { code, output } = await run('swaks', [...args, ...envelope, '--header', `Subject: ${subject}`]);
    expect(output).toContain('~> ');
    expect(code).toBe(0);
    expect(await delivered(subject)).toMatch(/with ESMTPSA \(TLSv1\.3 TLS_\w+\) id /);
  });

  it('RFC 4954 §6 R6409-4.3-a: nobody submits without login, or with a wrong password', async () => {
    const args = ['--server', `127.0.0.1:${port}`, '--from', 'a@example.org', '--to', 'bob@far.example'];
    expect((await run('swaks', args)).output).toContain('530 5.7.0 Must issue a STARTTLS command first');
    expect((await run('swaks', [...args, '-tls'])).output).toContain('530 5.7.0 Authentication required');
    const wrong = ['-tls', '--auth', 'PLAIN', '--auth-user', 'alice', '--auth-password', 'brush'];
    expect((await run('swaks', [...args, ...wrong])).output).toContain('535 5.7.8 ');
  });
});

describe.skipIf(!hasMsmtp)('msmtp', () => {
  const mechanisms = ['plain', 'login', ...(scramOfMsmtp ? ['scram-sha-256'] : [])];
  it.each(mechanisms)('RFC 7677 §3 RFC 4954 §4: AUTH %s, with the DSN parameters of RFC 3461', async (mechanism) => {
    const subject = `msmtp ${mechanism}`;
    const { code, output } = await run(
      'msmtp',
      [
        ...['--host=127.0.0.1', `--port=${port}`, '--tls=on', '--tls-starttls=on', `--tls-trust-file=${root}`],
        ...[`--auth=${mechanism}`, '--user=alice', '--passwordeval=echo pencil', '--from=alice@example.org'],
        ...['--dsn-notify=failure,delay', '--dsn-return=headers', 'bob@far.example'],
      ],
      messageOf(subject),
    );
    expect(output).toBe('');
    expect(code).toBe(0);
    expect(await delivered(subject)).toContain('with ESMTPSA');
  });

  it.skipIf(!scramOfMsmtp)('RFC 5802 §5: a wrong password is no login', async () => {
    const args = [
      '--host=127.0.0.1',
      `--port=${implicit}`,
      '--tls=on',
      '--tls-starttls=off',
      `--tls-trust-file=${root}`,
    ];
    const login = [
      '--auth=scram-sha-256',
      '--user=alice',
      '--passwordeval=echo brush',
      '--from=a@example.org',
      'b@far.example',
    ];
    const { code, output } = await run('msmtp', [...args, ...login], messageOf('never'));
    expect([code, output]).toEqual([77, expect.stringContaining('authentication failed')]);
  });
});

describe.skipIf(!hasCurl)('curl', () => {
  it('RFC 8314 §3: smtps, AUTH as it likes', async () => {
    const file = join(folder.path, 'curl.eml');
    writeFileSync(file, messageOf('curl'));
    const args = ['-sS', '--url', `smtps://localhost:${implicit}`, '--cacert', root, '--user', 'alice:pencil'];
    const envelope = ['--mail-from', 'alice@example.org', '--mail-rcpt', 'bob@far.example', '--upload-file', file];
    expect(await run('curl', [...args, ...envelope])).toEqual({ code: 0, output: '' });
    expect(await delivered('curl')).toContain('with ESMTPSA');
  });
});

describe.skipIf(!hasPython)('smtplib', () => {
  it('RFC 3207 §4 RFC 4954 §4: starttls, login, sendmail with options', async () => {
    const script = `
import smtplib, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[2])
with smtplib.SMTP('localhost', int(sys.argv[1])) as smtp:
    smtp.starttls(context=context)
    smtp.login('alice', 'pencil')
    print(sorted(smtp.esmtp_features))
    smtp.sendmail('alice@example.org', ['bob@far.example'], sys.stdin.read(),
        mail_options=['RET=HDRS', 'ENVID=x1'], rcpt_options=['NOTIFY=FAILURE'])
`;
    const { code, output } = await run('python3', ['-c', script, String(port), root], messageOf('smtplib'));
    expect(output).toContain("'futurerelease'");
    expect(code).toBe(0);
    expect(await delivered('smtplib')).toContain('with ESMTPSA');
  });
});

describe.skipIf(!hasOpenssl)('openssl s_client', () => {
  it('a session is resumed, and old versions are not spoken', async () => {
    const session = join(folder.path, 'session.pem');
    const client = (...args: string[]) =>
      run('openssl', ['s_client', '-connect', `127.0.0.1:${implicit}`, '-CAfile', root, ...args], 'QUIT\r\n');
    const first = await client('-tls1_2', '-sess_out', session);
    expect(first.output).toMatch(/Verify return code: 0 \(ok\)/);
    expect((await client('-tls1_2', '-sess_in', session)).output).toMatch(/^Reused, TLSv1\.2/m);
    expect((await client('-tls1_1')).output).not.toContain('220 mx.example.org');
  });
});
