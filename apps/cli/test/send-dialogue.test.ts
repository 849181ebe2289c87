import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Reply, ServerEvent } from '@dsnkit/smtp';
import { afterAll, afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { timeoutsOf } from '../src/send/open.ts';
import { Dialogue } from '../src/wire/dialogue.ts';
import { Listener, type ListenerOptions } from '../src/wire/listener.ts';
import { certificate } from './support/certificate.ts';
import { temporaryFolder } from './support/folder.ts';
import { dsn, type Ran } from './support/terminal.ts';

let listener: Listener | undefined;
const folder = temporaryFolder();
writeFileSync(join(folder.path, 'ca.pem'), certificate.cert);
writeFileSync(join(folder.path, 'password'), 'secret word\n');

afterAll(folder.remove);
afterEach(async () => {
  await listener?.stop();
  listener = undefined;
});

const everything = {
  pipelining: true, dsn: true, size: 0, eightBitMime: true, smtputf8: true, chunking: true, enhancedStatusCodes: true,
} as const; // prettier-ignore

async function listen(options: Partial<ListenerOptions> = {}): Promise<Listener> {
  const base = { host: '127.0.0.1', port: 0, hostname: 'mx.example.net', extensions: everything };
  return (listener = await Listener.start({ ...base, ...options }));
}

async function send(...options: readonly string[]): Promise<Ran> {
  const server = `127.0.0.1:${listener?.port ?? 0}`;
  return await dsn(['send', '--server', server, '--helo', 'client.example.org', '--from', 'a@example.org', ...options]);
}

/** What the client said, without what changes from run to run. */
function said({ stderr }: Ran): string[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('C: ') || line.startsWith('*: '))
    .map((line) => line.replace(/SIZE=\d+/, 'SIZE=n').replace(/\d+( LAST| octets)/, 'n$1'));
}

const refusing = (path: string): ((event: ServerEvent) => Reply | undefined) => {
  return (event) =>
    event.kind === 'rcpt' && event.path.address === path
      ? { code: 550, status: '5.1.1', lines: ['no such user'] }
      : undefined;
};

describe('dsn send, the dialogue', () => {
  it('RFC 3030 §2: with BDAT', async () => {
    const { messages } = await listen();
    const ran = await send('--to', 'b@example.net', '--chunking', '--text', '.', '-v');
    expect(ran.code).toBe(0);
    expect(said(ran).slice(1, -1)).toEqual([
      'C: MAIL FROM:<a@example.org> SIZE=n',
      'C: RCPT TO:<b@example.net>',
      'C: BDAT n LAST',
      'C: [n octets of content]',
    ]);
    expect(Buffer.from(messages[0]?.content ?? '').toString()).toMatch(/\r\n\r\n\.\r\n$/);
  });

  it('RFC 5321 §4.5.2: dots are doubled on the wire only', async () => {
    const { messages } = await listen();
    expect((await send('--to', 'b@example.net', '--text', '.\n..\nx')).code).toBe(0);
    expect(Buffer.from(messages[0]?.content ?? '').toString()).toMatch(/\r\n\r\n\.\r\n\.\.\r\nx\r\n$/);
  });

  it('RFC 2920 §3.1: a 354 that comes although nobody was accepted is answered with a lone dot', async () => {
    await listen({ answer: refusing('b@example.net') });
    const ran = await send('--to', 'b@example.net', '--to', 'b@example.net', '-v');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toBe('refused b@example.net: 550 5.1.1 no such user\n'.repeat(2));
    expect(said(ran).at(-1)).toBe('C: QUIT');
  });

  it('one of two recipients is refused', async () => {
    const { messages } = await listen({ answer: refusing('b@example.net') });
    for (const manner of [[], ['--no-pipelining'], ['--chunking']]) {
      const ran = await send('--to', 'b@example.net', '--to', 'c@example.net', ...manner);
      expect(ran.stdout).toMatch(/^refused b@example\.net: 550 5\.1\.1 no such user\ntaken {3}c@example\.net: 250 /);
      expect(ran.code).toBe(1);
    }
    expect(messages).toHaveLength(3);
  });

  it('RFC 2033 §4.2: LMTP answers for each recipient', async () => {
    await listen({ protocol: 'lmtp', extensions: { pipelining: true, dsn: true }, answer: refusing('b@example.net') });
    const ran = await send('--lmtp', '--to', 'b@example.net', '--to', 'c@example.net', '--to', 'd@example.net');
    expect(ran.stdout).toMatch(
      /^refused b@example\.net: 550.*\ntaken {3}c@example\.net: 250.*\ntaken {3}d@example\.net: 250.*\n$/,
    );
  });

  it('RFC 3207 §4: STARTTLS, with a certificate that is verified', async () => {
    const { messages } = await listen({ tls: certificate, extensions: { ...everything, startTls: true } });
    const trusted = ['--tls', 'starttls', '--tls-ca', join(folder.path, 'ca.pem'), '--tls-name', 'mx.example.net'];
    const ran = await send('--to', 'b@example.net', ...trusted, '-v');
    expect(ran.code).toBe(0);
    expect(said(ran).slice(0, 4)).toEqual([
      'C: EHLO client.example.org',
      'C: STARTTLS',
      expect.stringMatching(/^\*: TLSv1\.3, \S+, certificate verified$/),
      'C: EHLO client.example.org',
    ]);
    const doubtful = await send('--to', 'b@example.net', '--tls', 'starttls');
    expect(doubtful.code).toBe(2);
    expect(doubtful.stderr).toMatch(
      /^dsn: 127\.0\.0\.1:\d+: .*self-signed certificate.*; --tls-ca names what to trust\n$/,
    );
    expect((await send('--to', 'b@example.net', '--tls', 'starttls', '--no-tls-verify')).code).toBe(0);
    expect(messages).toHaveLength(2);
  });

  it.each(['PLAIN', 'LOGIN'])('RFC 4954 §4: AUTH %s, its secrets not shown', async (mechanism) => {
    const responses: string[] = [];
    await listen({
      extensions: { ...everything, auth: ['PLAIN', 'LOGIN'] },
      answer: (event) => {
        if (event.kind === 'auth' && event.initialResponse !== undefined)
          responses.push(Buffer.from(event.initialResponse).toString());
        return undefined;
      },
    });
    const credentials = ['--user', 'alice', '--password-file', join(folder.path, 'password'), '--auth', mechanism];
    const ran = await send('--to', 'b@example.net', ...credentials, '-v');
    expect(ran.code).toBe(0);
    expect(ran.stderr).not.toContain(Buffer.from('secret word').toString('base64').slice(0, 8));
    if (mechanism === 'PLAIN') expect(responses).toEqual(['\0alice\0secret word']);
  });

  /** A server of one dialogue: each line of the client has its answer, in turn. */
  async function scripted(...answers: readonly string[]): Promise<{ readonly port: number; readonly heard: string[] }> {
    const heard: string[] = [];
    const replies = [...answers];
    const server = createServer((socket) => {
      let rest = '';
      socket.on('error', () => undefined).write('220 mx.example.net\r\n');
      socket.on('data', (piece) => {
        rest += piece.toString();
        for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
          heard.push(rest.slice(0, end));
          rest = rest.slice(end + 2);
          socket.write(`${replies.shift() ?? '221 bye'}\r\n`);
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return { port: (server.address() as AddressInfo).port, heard };
  }

  it('RFC 4954 §4: AUTH CRAM-MD5 answers the challenge of its example, and is chosen before PLAIN', async () => {
    // User, password and digest are those that its specification shows.
    writeFileSync(join(folder.path, 'tim'), 'tanstaaftanstaaf\n');
    const challenge = 'PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+';
    const { port, heard } = await scripted(
      ...['250-mx.example.net\r\n250 AUTH PLAIN CRAM-MD5', `334 ${challenge}`, '235 2.7.0 ok'],
      ...['250 2.1.0 ok', '550 5.1.1 nobody'],
    );
    await dsn([
      ...['send', '--server', `127.0.0.1:${port}`, '--from', 'a@example.org', '--to', 'b@example.net'],
      ...['--user', 'tim', '--password-file', join(folder.path, 'tim')],
    ]);
    expect(heard.slice(1, 4)).toEqual([
      'AUTH CRAM-MD5',
      'dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw',
      expect.stringMatching(/^MAIL FROM:<a@example\.org>/),
    ]);
  });

  it('RFC 4954 §4: XOAUTH2 is refused after an empty response to what the server says of the fault; no mail goes', async () => {
    const fault = Buffer.from('{"status":"401"}').toString('base64');
    const { port, heard } = await scripted(
      ...['250-mx.example.net\r\n250 AUTH XOAUTH2', `334 ${fault}`, '535 5.7.8 no such token'],
    );
    const ran = await dsn([
      ...['send', '--server', `127.0.0.1:${port}`, '--from', 'a@example.org', '--to', 'b@example.net', '-v'],
      ...['--user', 'alice', '--password-file', join(folder.path, 'password')],
    ]);
    const token = Buffer.from('user=alice\u0001auth=Bearer secret word\u0001\u0001').toString('base64');
    expect(heard.slice(1, 3)).toEqual([`AUTH XOAUTH2 ${token}`, '']);
    expect(heard.some((line) => line.startsWith('MAIL'))).toBe(false);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('the server refuses AUTH XOAUTH2: 535 5.7.8 no such token');
    expect(ran.stderr).not.toContain(token.slice(0, 12));
  });

  it.each([
    ['no AUTH', '250 mx.example.net'],
    ['only AUTH GSSAPI', '250-mx.example.net\r\n250 AUTH GSSAPI'],
  ])('RFC 4954 §4: says so where the server offers %s, and sends nothing', async (what, greeting) => {
    const { port, heard } = await scripted(greeting);
    const ran = await dsn([
      ...['send', '--server', `127.0.0.1:${port}`, '--from', 'a@example.org', '--to', 'b@example.net'],
      ...['--user', 'alice', '--password-file', join(folder.path, 'password')],
    ]);
    expect([ran.code, ran.stderr]).toEqual([2, `dsn: --user: the server offers ${what}\n`]);
    expect(heard.join(' ')).not.toMatch(/AUTH|MAIL/);
  });

  it('RFC 4954 §4: no password without TLS to another host', async () => {
    const ran = await dsn([
      ...['send', '--server', 'mx.example.org', '--from', 'a@example.org', '--to', 'b@example.net'],
      ...['--user', 'alice', '--password-file', join(folder.path, 'password')],
    ]);
    expect(ran).toMatchObject({
      code: 2,
      stderr: 'dsn: --user: no password without TLS; add --tls starttls, or --auth-in-clear\n',
    });
  });

  it('RFC 6531 §3.4: an address beyond ASCII brings SMTPUTF8 with it', async () => {
    const { messages } = await listen();
    expect((await send('--to', 'josé@example.net', '--orcpt')).code).toBe(0);
    expect(messages[0]?.mail).toMatch(/ SMTPUTF8$/);
    expect(messages[0]?.recipients[0]?.raw).toBe('RCPT TO:<josé@example.net> ORCPT=utf-8;josé@example.net');
  });

  it('RFC 3461 §3: a server without DSN is sent none of its parameters, unless forced', async () => {
    const { messages } = await listen({ extensions: { pipelining: true } });
    const asked = await send('--to', 'b@example.net NOTIFY=NEVER');
    expect(asked.code).toBe(2);
    expect(asked.stderr).toMatch(/does not announce DSN, which NOTIFY needs; --force sends it all the same\n$/);
    const forced = await send('--to', 'b@example.net NOTIFY=NEVER', '--force');
    expect(forced.stdout).toMatch(/^refused b@example\.net: 555 /);
    expect(messages).toHaveLength(0);
  });

  it.each([
    ['goes away before it greets', '', 'the server closed the connection', 2],
    ['is no SMTP server', 'SSH-2.0-OpenSSH_9.2\r\n', 'Not a reply: "SSH-2.0-OpenSSH_9.2"', 2],
    ['wants nobody', '554 5.7.1 go away\r\n', '554 5.7.1 go away', 2],
  ])('a server that %s', async (_, greeting, fault, code) => {
    const server = createServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end(greeting),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const to = ['--server', `127.0.0.1:${port}`, '--from', 'a@example.org', '--to', 'b@example.net'];
    expect(await dsn(['send', ...to])).toMatchObject({ code, stderr: `dsn: 127.0.0.1:${port}: ${fault}\n` });
    await new Promise((resolve) => server.close(resolve));
  });

  it('RFC 1047: a connection cut after the content leaves the outcome unknown', async () => {
    const server = createServer((socket) => {
      let lines = '';
      socket.write('220 mx ESMTP\r\n');
      socket.on('data', (octets) => {
        lines += octets.toString();
        if (lines.endsWith('\r\n.\r\n')) socket.destroy();
        else socket.write(lines.endsWith('DATA\r\n') ? '354 go\r\n' : '250 ok\r\n');
      });
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const to = ['--server', `127.0.0.1:${port}`, '--from', 'a@example.org', '--to', 'b@example.net'];
    expect(await dsn(['send', ...to])).toMatchObject({
      code: 1,
      stdout: `unknown b@example.net: 127.0.0.1:${port}: the server closed the connection\n`,
    });
    await new Promise((resolve) => server.close(resolve));
  });

  it('RFC 5321 §4.5.3.2.5: content has time for as long as the server takes some of it', async () => {
    const server = createServer((socket) => {
      let tail = '';
      socket.write('220 mx ESMTP\r\n');
      socket
        .on('error', () => undefined)
        .on('data', (octets) => {
          tail = (tail + octets.toString('latin1')).slice(-64);
          if (octets.length < 100 || tail.endsWith('\r\n.\r\n')) {
            socket.write(tail.endsWith('DATA\r\n') ? '354 go\r\n' : '250 ok\r\n');
          } else {
            socket.pause();
            setTimeout(() => socket.resume(), 18);
          }
        });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const file = join(folder.path, 'large.eml');
    writeFileSync(file, `Subject: large\r\n\r\n${`${'x'.repeat(76)}\r\n`.repeat(200_000)}`);
    const to = ['--server', `127.0.0.1:${port}`, '--from', 'a@example.org', '--to', 'b@example.net'];
    const ran = await dsn(['send', ...to, '--data', file, '--timeout', '3']);
    expect(ran).toMatchObject({ code: 0, stdout: 'taken   b@example.net: 250 ok\n' });
    await new Promise((resolve) => server.close(resolve));
  });

  it('what went wrong is told of a recipient whose fate is unknown', async () => {
    const server = createServer((socket) => {
      socket.write('220 mx ESMTP\r\n');
      socket
        .on('error', () => undefined)
        .on('data', (octets) => {
          if (!octets.toString().startsWith('RCPT')) socket.write('250 ok\r\n');
        });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const to = ['--server', `127.0.0.1:${port}`, '--from', 'a@example.org', '--to', 'b@example.net'];
    const ran = await dsn(['send', ...to, '--timeout', '2']);
    expect(ran).toMatchObject({ code: 1, stdout: `unknown b@example.net: 127.0.0.1:${port}: no reply in time\n` });
    await new Promise((resolve) => server.close(resolve));
  });

  it('RFC 5321 §4.5.3.2.6: the reply to a message may take its time', async () => {
    expect(timeoutsOf({})).toEqual({ timeoutMs: 60_000, contentTimeoutMs: 10 * 60_000 });
    expect(timeoutsOf({ timeout: '5' })).toEqual({ timeoutMs: 5000, contentTimeoutMs: 5000 });
    const server = createServer((socket) => {
      socket.on('data', () => setTimeout(() => socket.write('250 looked through\r\n'), 2000));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const address = { host: '127.0.0.1', port, timeoutMs: 1000 };
    const patient = await Dialogue.connect({ ...address, contentTimeoutMs: 60_000 });
    patient.write(['.']);
    expect((await patient.contentReply()).code).toBe(250);
    patient.write(['RSET']);
    await expect(patient.reply()).rejects.toThrow('no reply in time');
    patient.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('RFC 3207 §4.1: a certificate for another name does not do for an address', async () => {
    const { messages } = await listen({ tls: certificate, extensions: { ...everything, startTls: true } });
    const trusted = ['--to', 'b@example.net', '--tls', 'starttls', '--tls-ca', join(folder.path, 'ca.pem')];
    const ran = await send(...trusted);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringMatching(/^dsn: .* not in the cert's list: *\n$/) });
    const named = await send(...trusted, '--tls-name', '127.0.0.2');
    expect(named).toMatchObject({ code: 2, stderr: expect.stringMatching(/^dsn: .*127\.0\.0\.2.*\n$/) });
    expect(messages).toHaveLength(0);
  });

  it.each([
    [['--tls', 'starttls', '--tls-ca', 'FOLDER/password'], /^dsn: --tls-ca \S+: expected certificates in PEM\n$/],
    [['--tls', 'starttls', '--tls-name', ''], /^dsn: --tls-name: expected a name\n$/],
    [['--helo', 'a\nRSET'], /^dsn: --helo "a\\nRSET": a control character\n$/],
    [['--server', '/run/lmtp'], /^dsn: --server "\/run\/lmtp": expected HOST, HOST:PORT or \[IPV6\]:PORT\n$/],
    [['--wait', '1', '--reports', 'FOLDER/password'], /^dsn: --reports \S+: expected a Maildir, which is a folder\n$/],
    [
      ['--wait', '1', '--reports', 'FOLDER'],
      /^dsn: --reports \S+: expected a Maildir, which has folders new and cur\n$/,
    ],
    [['--wait', '1', '--reports', 'imaps://u%@mx.example/'], /^dsn: --reports \S+: expected imaps:.*\n$/],
  ])('%j is wrong use, told in one line', async (options, told) => {
    await listen({ extensions: { ...everything, startTls: true }, tls: certificate });
    vi.stubEnv('DSN_IMAP_PASSWORD', 'secret');
    const ran = await send('--to', 'b@example.net', ...options.map((one) => one.replace('FOLDER', folder.path)));
    vi.unstubAllEnvs();
    expect(ran.stderr).toMatch(told);
    expect(ran.code).toBe(2);
  });
});
