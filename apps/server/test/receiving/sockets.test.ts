import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testRoot, tlsFile } from '../support/certificates.ts';
import { DSND } from '../support/commands.ts';
import { freePort, startDsnd, startProcess, temporaryFolder, waitFor, type Dsnd } from '../support/dsnd.ts';
import { readMaildirs } from '../support/maildir.ts';
import { ScramClient } from '../support/scram-client.ts';
import { userTable } from '../support/users.ts';

const folder = temporaryFolder('dsnd-sockets-');
const mail = join(folder.path, 'mail');
const ports = { submission: 0, implicit: 0, relay: 0 };
let server: Dsnd;

function install(name: 'first' | 'second'): void {
  copyFileSync(tlsFile(`${name}.pem`), join(folder.path, 'cert.pem'));
  copyFileSync(tlsFile(`${name}.key.pem`), join(folder.path, 'key.pem'));
}

beforeAll(async () => {
  install('first');
  writeFileSync(
    join(folder.path, 'users.toml'),
    userTable('alice@example.org', 'pencil', 'senders = ["@example.org"]'),
  );
  for (const name of ['submission', 'implicit', 'relay'] as const) ports[name] = await freePort();
  const listen = (name: keyof typeof ports, more: string) =>
    `[[listen]]\naddress = "127.0.0.1:${ports[name]}"\nrelay-from = []\nmax-connections-per-client = 200\nmax-connections-per-minute = 100000\n${more}\n`;
  const toml = `hostname = "mx.example.org"
store = "sqlite:./queue"
[tls]
certificate = "cert.pem"
key = "key.pem"
[users]
file = "users.toml"
max-failures = 1000
${listen('submission', 'role = "submission"')}
${listen('implicit', 'role = "submission"\ntls = "implicit"')}
${listen('relay', 'max-auth-attempts = 10')}
[[route]]
match = "*"
to = "maildir:./mail"
`;
  server = await startDsnd(folder.path, toml, ports.relay);
});

afterAll(async () => {
  await server.stop();
  folder.remove();
});

/** A conversation over a real socket. */
class Talk {
  #socket: Socket;
  #heard = '';

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  #listen(): void {
    this.#socket.on('error', () => undefined);
    this.#socket.on('data', (piece: Buffer) => (this.#heard += piece.toString()));
  }

  /** Says something and waits for so many replies. */
  async say(text: string, replies = 1): Promise<string> {
    this.#heard = '';
    if (text !== '') this.#socket.write(text);
    const heard = () => this.#heard.match(/^\d{3} .*\r\n/gm)?.length ?? 0;
    await waitFor(() => heard() >= replies || this.#socket.destroyed);
    return this.#heard;
  }

  async startTls(): Promise<TLSSocket> {
    this.#socket.removeAllListeners('data');
    const socket = connectTls({ socket: this.#socket, ca: testRoot, servername: 'mx.example.org' });
    await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    this.#socket = socket;
    this.#listen();
    return socket;
  }

  end(): void {
    this.#socket.destroy();
  }
}

async function talk(port: number): Promise<Talk> {
  const talking = new Talk(connect(port, '127.0.0.1'));
  await talking.say('');
  return talking;
}

async function secured(port = ports.submission): Promise<{ talking: Talk; socket: TLSSocket }> {
  const talking = await talk(port);
  await talking.say('EHLO client.example\r\n');
  await talking.say('STARTTLS\r\n');
  const socket = await talking.startTls();
  await talking.say('EHLO client.example\r\n');
  return { talking, socket };
}

const MESSAGE =
  'MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@far.example>\r\nDATA\r\nSubject: ended\r\n\r\nx\r\n.\r\n';

/** What is heard until the other side closes. */
async function all(socket: Socket): Promise<string> {
  let heard = '';
  for await (const piece of socket) heard += (piece as Buffer).toString();
  return heard;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('over real sockets', () => {
  it.each([
    ['RFC 3207 §4 RFC 4954 §4: STARTTLS and AUTH PLAIN', 'submission', false, 'PLAIN'],
    ['RFC 4954 §4: STARTTLS and AUTH LOGIN', 'submission', false, 'LOGIN'],
    ['RFC 8314 §3: TLS from the first octet', 'implicit', true, 'PLAIN'],
  ] as const)('%s, with nodemailer', async (_, name, secure, authMethod) => {
    const transport = createTransport({
      host: '127.0.0.1',
      port: ports[name],
      secure,
      requireTLS: true,
      authMethod,
      auth: { user: 'alice@example.org', pass: 'pencil' },
      tls: { ca: testRoot, servername: 'mx.example.org' },
    });
    const subject = `by ${name} and ${authMethod}`;
    const sent = await transport.sendMail({
      from: 'Alice <alice@example.org>',
      to: 'bob@far.example',
      subject,
      text: 'Hello',
      dsn: { id: 'x1', return: 'headers', notify: ['failure', 'delay'], recipient: 'bob@far.example' },
    });
    expect(sent.accepted).toEqual(['bob@far.example']);
    transport.close();
    const texts = () => readMaildirs(mail).map(({ message }) => message.toString());
    const delivered = () => texts().find((text) => text.includes(subject));
    await waitFor(() => delivered() !== undefined);
    expect(delivered()).toMatch(/by mx\.example\.org with ESMTPSA \(TLSv1\.3 TLS_\w+\) id \w+/);
  });

  it('RFC 4954 §6: a wrong password gets 535 5.7.8, and nodemailer knows what it means', async () => {
    const transport = createTransport({
      host: '127.0.0.1',
      port: ports.submission,
      auth: { user: 'alice@example.org', pass: 'crayon' },
      tls: { ca: testRoot, servername: 'mx.example.org' },
    });
    await expect(transport.verify()).rejects.toMatchObject({ code: 'EAUTH', responseCode: 535 });
    transport.close();
  });

  it('RFC 5802 §5: AUTH SCRAM-SHA-256, in the clear too, and both sides know each other', async () => {
    const { talking } = await secured();
    const client = new ScramClient('alice@example.org', 'pencil');
    const decoded = (reply: string) => Buffer.from(reply.replace(/^334 /, ''), 'base64').toString();
    const first = decoded(await talking.say(`AUTH SCRAM-SHA-256 ${base64(client.first())}\r\n`));
    expect(client.accepts(decoded(await talking.say(`${base64(client.final(first))}\r\n`)))).toBe(true);
    expect(await talking.say('\r\n')).toBe('235 2.7.0 Authentication succeeded\r\n');
    expect(await talking.say('MAIL FROM:<alice@example.org> RET=HDRS\r\n')).toMatch(/^250/);
    talking.end();
  });

  it('RFC 3207 §4.2 R3207-4.2-a: what comes in one packet with STARTTLS is never obeyed', async () => {
    const talking = await talk(ports.relay);
    await talking.say('EHLO client.example\r\n');
    const reply = await talking.say('STARTTLS\r\nMAIL FROM:<injected@client.example>\r\nRCPT TO:<x@far.example>\r\n');
    expect(reply).toBe('220 2.0.0 Ready to start TLS\r\n');
    await talking.startTls();
    expect(await talking.say('RCPT TO:<bob@far.example>\r\n')).toBe('503 5.5.1 Say hello first\r\n');
    expect(await talking.say('EHLO client.example\r\nRCPT TO:<bob@far.example>\r\n', 2)).toMatch(
      /503 5\.5\.1 MAIL first\r\n$/,
    );
    talking.end();
  });

  it('answers all that a client said before it closed its side', async () => {
    const socket = connect(ports.relay, '127.0.0.1');
    socket.end(`EHLO client.example\r\n${MESSAGE.repeat(40)}`);
    const heard = await all(socket);
    expect(heard.match(/^250 2\.0\.0 Ok: queued as /gm)).toHaveLength(40);
    expect(heard).toMatch(/queued as \w+\r\n$/);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'answers all that a client said before it closed its side of %s',
    async (version) => {
      const socket = connectTls({
        host: '127.0.0.1',
        port: ports.implicit,
        ca: testRoot,
        servername: 'mx.example.org',
        maxVersion: version,
      });
      await once(socket, 'secureConnect');
      socket.end(`EHLO client.example\r\nAUTH PLAIN ${base64('\0alice@example.org\0pencil')}\r\n${MESSAGE}`);
      const heard = await all(socket);
      expect(heard).toMatch(/^235 2\.7\.0 .*\r\n250 .*\r\n250 .*\r\n354 .*\r\n250 2\.0\.0 Ok: queued as \w+\r\n$/m);
    },
  );

  it('takes a new certificate and new users without a restart', async () => {
    const shown = async () => (await secured()).socket.getPeerCertificate().fingerprint256;
    const before = await shown();
    install('second');
    writeFileSync(join(folder.path, 'users.toml'), userTable('carol', 'brush'));
    await waitFor(async () => (await shown()) !== before);
    const { talking } = await secured();
    const login = (name: string, password: string) => talking.say(`AUTH PLAIN ${base64(`\0${name}\0${password}`)}\r\n`);
    expect(await login('alice@example.org', 'pencil')).toMatch(/^535/);
    expect(await login('carol', 'brush')).toMatch(/^235/);
    talking.end();
  });

  it('RFC 5321 §7.8: a hundred connections that fail to begin TLS leave nothing behind', async () => {
    for (let round = 0; round < 10; round++) {
      const sockets = Array.from({ length: 10 }, () => connect(ports.implicit, '127.0.0.1'));
      await Promise.all(
        sockets.map(
          (socket, i) =>
            new Promise<void>((resolve) => {
              socket.on('error', () => undefined).on('close', () => resolve());
              socket.on('data', () => undefined);
              socket.once('connect', () => (i % 2 === 0 ? socket.write('EHLO in the clear\r\n') : socket.destroy()));
            }),
        ),
      );
    }
    const { talking } = await secured();
    expect(await talking.say('NOOP\r\n')).toMatch(/^250/);
    talking.end();
    expect(server.log()).not.toContain('trouble');
  });

  it('ends the start with one line when certificate, key or users can not be used', async () => {
    const starts: readonly (readonly [string, RegExp])[] = [
      ['[tls]\ncertificate = "nowhere.pem"\nkey = "key.pem"', /^dsnd: .*nowhere\.pem.*ENOENT.*\n$/],
      ['[tls]\ncertificate = "key.pem"\nkey = "key.pem"', /^dsnd: .*key\.pem.*\n$/],
      ['[users]\nfile = "nobody.toml"', /^dsnd: .*ENOENT.*nobody\.toml.*\n$/],
    ];
    for (const [toml, line] of starts) {
      const file = join(folder.path, 'bad.toml');
      const listen = `[[listen]]\naddress = "127.0.0.1:${await freePort()}"`;
      writeFileSync(file, `hostname = "mx.example.org"\nstore = "sqlite:./other"\n${listen}\n${toml}\n`);
      const started = startProcess([...DSND, '--config', file], folder.path, 1);
      const message = await started.then(
        () => 'it started',
        (error: unknown) => (error instanceof Error ? error.message : ''),
      );
      expect(message.replace('the server ended: ', '')).toMatch(line);
    }
  });
});
