import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { tlsFile } from '../support/certificates.ts';
import { collector } from '../support/collector.ts';
import { DSND } from '../support/commands.ts';
import { freePort, startDsnd, takesConnections, temporaryFolder, waitFor, type Dsnd } from '../support/dsnd.ts';
import { readMaildirs } from '../support/maildir.ts';

const folder = temporaryFolder('dsnd-reload-');
let server: Dsnd;
let port = 0;
let another = 0;

const config = (more = ''): string => `hostname = "mx.example.org"
store = "sqlite:queue"
[[listen]]
address = "127.0.0.1:${port}"
[[route]]
match = "old.example"
to = "maildir:mail"
${more}`;

class Talk {
  heard = '';
  readonly #socket: Socket;
  constructor(at: number) {
    this.#socket = connect(at, '127.0.0.1').on('data', (chunk: Buffer) => (this.heard += chunk.toString()));
  }

  async say(line: string, answer: RegExp): Promise<string> {
    this.heard = '';
    if (line !== '') this.#socket.write(`${line}\r\n`);
    await waitFor(() => /^\d{3} .*\r\n/m.test(this.heard));
    expect(this.heard).toMatch(answer);
    return this.heard;
  }

  leave(): void {
    this.#socket.destroy();
  }
}

async function hangUp(toml: string, told: string): Promise<void> {
  const before = server.log().split(told).length;
  writeFileSync(join(folder.path, 'dsnd.toml'), toml);
  server.process.kill('SIGHUP');
  await waitFor(() => server.log().split(told).length > before);
}

beforeAll(async () => {
  [port, another] = [await freePort(), await freePort()];
  server = await startDsnd(folder.path, config(), port);
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

describe('SIGHUP', () => {
  it('new rules hold for new connections; who is in the middle of something is not disturbed', async () => {
    const open = new Talk(port);
    await open.say('', /^220 /);
    await open.say('EHLO c', /^250/);
    await open.say('MAIL FROM:<a@b.example>', /^250/);
    await open.say('RCPT TO:<bob@old.example>', /^250/);
    await open.say('DATA', /^354/);
    await hangUp(
      config(
        `[[route]]\nmatch = "new.example"\nto = "maildir:mail"\n[[listen]]\naddress = "127.0.0.1:${another}"\nmax-connections = 1\n`,
      ),
      '"reloaded"',
    );
    await open.say('Subject: through\r\n\r\nx\r\n.', /^250 2\.0\.0/);
    await waitFor(() => readMaildirs(join(folder.path, 'mail')).length === 1);
    for (const at of [port, another]) {
      const fresh = new Talk(at);
      await fresh.say('', /^220 /);
      await fresh.say('EHLO c', /^250/);
      await fresh.say('MAIL FROM:<a@b.example>', /^250/);
      await fresh.say('RCPT TO:<bob@new.example>', /^250/);
      fresh.leave();
    }
    open.leave();
  });

  it('a configuration that is wrong is told in the log, and the old one stays', async () => {
    for (const [wrong, why] of [
      [config('[retry]\ndelay = "1m"\n'), 'retry.delay'],
      [config('[tls]\ncertificate = "none.pem"\nkey = "none.key"\n'), 'none.pem'],
      [config().replace('sqlite:queue', 'sqlite:elsewhere'), 'store'],
      [config(`[[listen]]\naddress = "192.0.2.1:25"\n`), 'EADDRNOTAVAIL'],
      ['hostname = ', 'no TOML'],
    ] as const) {
      await hangUp(wrong, '"not reloaded');
      expect(
        server
          .log()
          .split('\n')
          .findLast((line) => line.includes('not reloaded')),
      ).toContain(why);
      const talk = new Talk(port);
      await talk.say('', /^220 /);
      await talk.say('EHLO c', /^250/);
      await talk.say('MAIL FROM:<a@b.example>', /^250/);
      await talk.say('RCPT TO:<bob@new.example>', /^250/);
      talk.leave();
    }
  });

  it('that comes while the server starts does not end it: it reads the configuration once it is ready', async () => {
    const [smtp, http] = [await freePort(), await freePort()];
    const file = join(folder.path, 'starting.toml');
    writeFileSync(
      file,
      config(`[admin]\nlisten = "127.0.0.1:${http}"\n`)
        .replace(`:${port}"`, `:${smtp}"`)
        .replace('sqlite:queue', 'sqlite:starting'),
    );
    const starting = spawn(process.execPath, [...DSND, '--config', file], { cwd: folder.path });
    onTestFinished(() => void starting.kill('SIGKILL'));
    let log = '';
    starting.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
    // The HTTP side listens first, the queue is opened after it.
    while (!(await takesConnections(http)) && starting.exitCode === null);
    starting.kill('SIGHUP');
    await waitFor(() => log.includes('"reloaded"') || starting.exitCode !== null || starting.signalCode !== null);
    expect([starting.signalCode, log]).toEqual([null, expect.stringMatching(/"ready"[^]*"reloaded"/)]);
  });

  it('[traces] come and go', async () => {
    const { endpoint, spans } = await collector();
    const post = async (): Promise<void> => {
      const talk = new Talk(port);
      await talk.say('', /^220 /);
      await talk.say('EHLO c', /^250/);
      await talk.say('MAIL FROM:<a@b.example>', /^250/);
      await talk.say('RCPT TO:<bob@old.example>', /^250/);
      await talk.say('DATA', /^354/);
      await talk.say('Subject: traced\r\n\r\nx\r\n.', /^250/);
      talk.leave();
    };
    await hangUp(config(`[traces]\nendpoint = "${endpoint}"\n`), '"reloaded"');
    await post();
    await waitFor(() => spans.some(({ name }) => name === 'delivered'));
    await hangUp(config(), '"reloaded"');
    const before = spans.length;
    await post();
    await hangUp(config(`[traces]\nendpoint = "${endpoint}"\n`), '"reloaded"');
    await post();
    const accepted = (): number => spans.slice(before).filter(({ name }) => name === 'accept').length;
    await waitFor(() => accepted() > 0);
    expect(accepted()).toBe(1);
    await hangUp(config(), '"reloaded"');
  });

  it('[admin] comes and goes, and comes again elsewhere', async () => {
    const [one, other] = [await freePort(), await freePort()];
    const admin = (at: number): string => config(`[admin]\nlisten = "127.0.0.1:${at}"\n`);
    const metrics = async (at: number): Promise<string> => await (await fetch(`http://127.0.0.1:${at}/metrics`)).text();
    const post = async (): Promise<void> => {
      const talk = new Talk(port);
      await talk.say('', /^220 /);
      await talk.say('EHLO c', /^250/);
      await talk.say('MAIL FROM:<a@b.example>', /^250/);
      await talk.say('RCPT TO:<bob@old.example>', /^250/);
      await talk.say('DATA', /^354/);
      await talk.say('Subject: counted\r\n\r\nx\r\n.', /^250/);
      talk.leave();
    };
    await hangUp(admin(one), '"reloaded"');
    await post();
    // What comes late sees all that comes after it: connections, events, and commits of the store.
    expect(await metrics(one)).toMatch(/^dsnd_accept_commit_seconds_count 1$/m);
    await hangUp(config(), '"reloaded"');
    expect(await takesConnections(one)).toBe(false);
    await hangUp(admin(other), '"reloaded"');
    expect(await metrics(other)).toMatch(/^dsnd_accept_commit_seconds_count 1$/m);
    expect(await takesConnections(one)).toBe(false);
    await hangUp(config(), '"reloaded"');
    expect(server.log()).not.toContain('restart only');
  });

  it('a listener at any address takes the place of one at a single address, and gives it back', async () => {
    const anywhere = config().replace('127.0.0.1:', '0.0.0.0:');
    const greeted = async (host: string): Promise<boolean> => {
      const socket = connect(port, host);
      const [isGreeted] = await Promise.race([
        once(socket, 'data').then(() => [true]),
        once(socket, 'end').then(() => [false]),
      ]).catch(() => [false]);
      socket.destroy();
      return isGreeted ?? false;
    };
    await hangUp(anywhere, '"reloaded"');
    expect([await greeted('127.0.0.1'), await greeted('127.0.0.2')]).toEqual([true, true]);
    await hangUp(`${config()}[[listen]]\naddress = "192.0.2.1:25"\n`, '"not reloaded');
    expect([await greeted('127.0.0.1'), await greeted('127.0.0.2')]).toEqual([true, true]);
    await hangUp(config(), '"reloaded"');
    expect([await greeted('127.0.0.1'), await greeted('127.0.0.2')]).toEqual([true, false]);
  });

  it('a listener that is gone takes no connections any more; TLS can come in', async () => {
    copyFileSync(tlsFile('first.pem'), join(folder.path, 'cert.pem'));
    copyFileSync(tlsFile('first.key.pem'), join(folder.path, 'key.pem'));
    await hangUp(config('[tls]\ncertificate = "cert.pem"\nkey = "key.pem"\n'), '"reloaded"');
    await expect(
      new Promise((resolve, reject) => connect(another, '127.0.0.1').once('connect', resolve).once('error', reject)),
    ).rejects.toThrow('ECONNREFUSED');
    const talk = new Talk(port);
    await talk.say('', /^220 /);
    await talk.say('EHLO c', /STARTTLS/);
    talk.leave();
  });
});

describe('dsnd check-config', () => {
  const check = (toml: string): readonly [number | null, string] => {
    writeFileSync(join(folder.path, 'check.toml'), toml);
    const args = [...DSND, 'check-config', 'check.toml'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: folder.path,
      encoding: 'utf8',
      timeout: 30_000,
    });
    return [status, stdout + stderr];
  };

  it('says that all is fine, or in one line what is not; it starts nothing', () => {
    const everywhere = '[[route]]\nmatch = "*"\nto = "mx:"\n';
    const fine = `check.toml: fine; listens on 127.0.0.1 port ${port} (relay);`;
    expect(check(config(everywhere))).toEqual([0, `${fine} 2 routes\n`]);
    expect(check(config())).toEqual([0, expect.stringMatching(/ 1 route\ncheck.toml: note: no route is for "\*"/)]);
    const [status, told] = check(config('[retry]\ndelay = "1m"\n'));
    expect([status, told]).toEqual([2, expect.stringMatching(/^dsnd: check\.toml:9: retry\.delay: .*\n$/)]);
    expect(check(config('[users]\nfile = "nobody.toml"\n'))).toEqual([
      2,
      expect.stringMatching(/^dsnd: .*nobody\.toml.*\n$/),
    ]);
    const folders = config('[users]\nfile = "."\n');
    expect(check(folders)).toEqual([
      2,
      expect.stringMatching(/^dsnd: .*check\.toml:9: users\.file: can't be read: EISDIR: .*\n$/),
    ]);
    expect(check(config('[tls]\ncertificate = "a"\nkey = "b"\n'))[0]).toBe(2);
  });

  it.each([
    ['members-file', '[[list]]\naddress = "l@a.example"\nowner = "o@a.example"\nmembers-file = "FILE"\n'],
    ['recipients-file', '[[route]]\nmatch = "b.example"\nto = "discard:"\nrecipients-file = "FILE"\n'],
    ['users', '[users]\nfile = "FILE"\n'],
    ['texts', '[report]\ntexts = ["FILE"]\n'],
    ['certificate', '[tls]\ncertificate = "FILE"\nkey = "FILE"\n'],
  ])('a pipe or a device in the place of a file is refused in one line, and never waited for: %s', (_, tables) => {
    const pipe = join(folder.path, 'pipe');
    if (!existsSync(pipe)) execFileSync('mkfifo', [pipe]);
    expect(check(config(tables.replaceAll('FILE', 'pipe')))).toEqual([
      2,
      expect.stringMatching(/^dsnd: [^\n]*pipe: is a pipe; allowed: a file[^\n]*\n$/),
    ]);
    expect(check(config(tables.replaceAll('FILE', '/dev/zero')))).toEqual([
      2,
      expect.stringMatching(/^dsnd: [^\n]*\/dev\/zero: is a device; allowed: a file[^\n]*\n$/),
    ]);
  });

  it('reads what the shell hands over', () => {
    writeFileSync(join(folder.path, 'handed.toml'), config());
    const words = ['-c', 'cat handed.toml | "$0" "$@"', process.execPath, ...DSND, 'check-config', '/dev/stdin'];
    const { status, stdout } = spawnSync('sh', words, { cwd: folder.path, encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^\/dev\/stdin: fine; /)]);
  });

  it('dsnd route says where addresses lead; exit code 1 if one is refused, 2 if something is wrong', () => {
    const toml = config('[[alias]]\naddress = "a@alias.example"\nto = ["b@alias.example"]\n');
    writeFileSync(join(folder.path, 'route.toml'), toml.replace(/^match = .*$/m, 'match = "alias.example"'));
    const route = (...words: readonly string[]) =>
      spawnSync(process.execPath, [...DSND, 'route', ...words], { cwd: folder.path, encoding: 'utf8' });
    const fine = route('route.toml', 'a@alias.example');
    expect([fine.status, fine.stderr]).toEqual([0, '']);
    expect(fine.stdout).toMatch(/^a@alias\.example: alias, from anyone\n  b@alias\.example: \S+\n$/);
    expect(route('route.toml', 'a@alias.example', 'a@other.example')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('a@other.example: 550 5.1.2 '),
    });
    expect(route('route.toml', 'nobody')).toMatchObject({ status: 2, stderr: 'dsnd: "nobody" is no address\n' });
    expect(route('route.toml')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('needs a FILE and an ADDRESS'),
    });
  });

  it('RFC 5321 §7.8: the connections of before count against the limit of now', async () => {
    await hangUp(config(), '"reloaded"');
    const before = new Talk(port);
    await before.say('', /^220 /);
    await hangUp(config().replace(/^address = .*$/m, '$&\nmax-connections = 1'), '"reloaded"');
    const after = new Talk(port);
    await after.say('', /^421 /);
    before.leave();
    after.leave();
    await hangUp(config(), '"reloaded"');
  });
});
