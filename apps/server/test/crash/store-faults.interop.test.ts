import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DSND } from '../support/commands.ts';
import { freePort, startDsnd, startProcess, temporaryFolder, waitFor } from '../support/dsnd.ts';
import { submit } from '../torture/client.ts';

let folder = temporaryFolder();
let port = 0;
beforeEach(async () => {
  folder = temporaryFolder();
  port = await freePort();
});
afterEach(() => folder.remove());

/** Everything goes to a port on which nobody listens, and stays in the queue. */
const toml = (store: string) => `hostname = "mx.example.org"
store = "sqlite:${store}"
[[listen]]
address = "127.0.0.1:${port}"
[[route]]
match = "*"
to = "smtp://127.0.0.1:9"
`;
const message = (content = 'Subject: hello\r\n\r\nHello.') => ({
  mail: 'MAIL FROM:<a@sender.example>',
  rcpt: ['RCPT TO:<b@hop.example>'],
  content,
});
const dsnd = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...DSND, ...args], {
    ...{ cwd: folder.path, encoding: 'utf8' as const },
  });
  return { status, stdout, stderr };
};

describe('the store of a running server', () => {
  it('takes the server with it when its thread dies, with one line that says so', async () => {
    // Dies after a few messages, as after running out of memory.
    const bomb = `import { isMainThread, workerData } from 'node:worker_threads';
      import { DatabaseSync } from 'node:sqlite';
      const { prepare } = DatabaseSync.prototype;
      if (!isMainThread) DatabaseSync.prototype.prepare = function (sql) {
        const statement = prepare.call(this, sql);
        if (sql === 'COMMIT') { let count = 0; const run = statement.run.bind(statement);
          statement.run = () => { const result = run(); if (++count === 12) setImmediate(() => { throw new Error('no memory'); }); return result; }; }
        return statement;
      };`;
    writeFileSync(join(folder.path, 'bomb.mjs'), bomb);
    writeFileSync(join(folder.path, 'dsnd.toml'), toml('queue'));
    const args = ['--import', join(folder.path, 'bomb.mjs'), ...DSND, '--config', 'dsnd.toml'];
    const server = await startProcess(args, folder.path, port);
    const answers = [await submit(port, message())];
    await waitFor(async () => {
      if (server.process.exitCode === null) answers.push(await submit(port, message()));
      return server.process.exitCode !== null;
    });
    expect(server.process.exitCode).toBe(1);
    expect(server.log()).toContain(
      `dsnd: ${folder.path}/queue: The queue's thread failed: no memory; the server ends, what it accepted is in the store\n`,
    );
    expect(answers).not.toContain('refused');
    const accepted = answers.filter((answer) => answer === 'accepted').length;
    expect(accepted).toBeGreaterThan(0);
    const { stdout } = dsnd('store', 'check', 'queue');
    expect(Number(/^(\d+) message/m.exec(stdout)?.[1])).toBeGreaterThanOrEqual(accepted);
  });
});

/** Overwrites the index of messages, which is read at the start, and some pages of messages. */
async function spoil(path: string): Promise<void> {
  const database = new DatabaseSync(path);
  const pages = database
    .prepare(
      `SELECT rootpage AS page FROM sqlite_schema WHERE name = 'message_id' UNION ALL
        SELECT pageno FROM (SELECT pageno FROM dbstat WHERE name = 'message' AND pagetype = 'leaf' LIMIT 3 OFFSET 4)`,
    )
    .all()
    .map(({ page }) => Number(page));
  database.close();
  expect(pages).toHaveLength(4);
  const file = await open(path, 'r+');
  for (const page of pages) await file.write(Buffer.alloc(4_096, 'garbage '), 0, 4_096, (page - 1) * 4_096);
  await file.close();
}

describe('a damaged store', () => {
  const startAndEnd = async () => {
    const server = await startDsnd(folder.path, toml('queue'), port);
    for (let count = 0; count < 100; count++) {
      expect(await submit(port, message(`Subject: ${count}\r\n\r\n${'Hello.\r\n'.repeat(500)}`))).toBe('accepted');
    }
    await server.stop();
  };

  it('is not started with: one line says what to run, and that saves what can be read', async () => {
    await startAndEnd();
    expect(dsnd('store', 'check', 'queue')).toMatchObject({
      ...{ status: 0, stderr: '', stdout: '100 messages and 100 recipients can be read\n' },
    });
    await spoil(join(folder.path, 'queue/queue.db'));
    const started = dsnd('--config', 'dsnd.toml');
    expect(started.status).toBe(2);
    expect(started.stderr).toMatch(/^dsnd: The store is damaged: [^\n]*; run: dsnd store check [^\n]*\/queue\n$/);
    const checked = dsnd('store', 'check', 'queue');
    expect(checked.status).toBe(1);
    expect(checked.stderr).toBe('dsnd: the store is damaged; run: dsnd store recover queue NEW-DIRECTORY\n');
    const recovered = dsnd('store', 'recover', 'queue', 'rescued');
    expect(recovered).toMatchObject({ status: 1, stderr: '' });
    expect(recovered.stdout).not.toContain('what is to go on');
    const saved = Number(/^(\d+) messages with /m.exec(recovered.stdout)?.[1]);
    expect(saved).toBeGreaterThan(50);
    expect(saved).toBeLessThan(100);
    const server = await startDsnd(folder.path, toml('rescued'), port);
    await server.stop();
    expect(dsnd('store', 'check', 'rescued').stdout).toContain(`${saved} messages`);
    expect(dsnd('store', 'export', 'rescued', 'files').status).toBe(0);
    const files = readdirSync(join(folder.path, 'files'));
    expect(files.length).toBe(2 * saved);
    const text = readFileSync(join(folder.path, 'files', files.find((name) => name.endsWith('.eml')) ?? ''), 'latin1');
    expect(text).toMatch(/^Received: /);
  });

  it('recovered by halves is refused, and can be recovered once more', async () => {
    await startAndEnd();
    // Dies when all messages are there, and nothing else is.
    const death = `import { DatabaseSync } from 'node:sqlite';
      const { exec } = DatabaseSync.prototype;
      DatabaseSync.prototype.exec = function (sql) {
        exec.call(this, sql);
        if (sql === 'COMMIT') process.kill(process.pid, 'SIGKILL');
      };`;
    writeFileSync(join(folder.path, 'death.mjs'), death);
    const args = ['--import', join(folder.path, 'death.mjs'), ...DSND, 'store', 'recover', 'queue', 'rescued'];
    expect(spawnSync(process.execPath, args, { cwd: folder.path }).signal).toBe('SIGKILL');
    const line = 'dsnd: The store was not recovered to its end: remove it, and recover once more\n';
    expect(dsnd('store', 'check', 'rescued')).toMatchObject({ status: 2, stderr: line });
    writeFileSync(join(folder.path, 'dsnd.toml'), toml('rescued'));
    expect(dsnd('--config', 'dsnd.toml')).toMatchObject({ status: 2, stderr: line });
    expect(dsnd('store', 'recover', 'queue', 'rescued').stderr).toContain('rescued is not empty');
    rmSync(join(folder.path, 'rescued'), { recursive: true });
    expect(dsnd('store', 'recover', 'queue', 'rescued').status).toBe(0);
    expect(dsnd('store', 'check', 'rescued')).toMatchObject({
      ...{ status: 0, stderr: '', stdout: '100 messages and 100 recipients can be read\n' },
    });
  });

  it('says what else lies in its folder: keys, history and suppression list are no part of the queue', async () => {
    await (await startDsnd(folder.path, `${toml('queue')}\n[history]\n[suppression]\n`, port)).stop();
    writeFileSync(join(folder.path, 'queue', 'return-path.key'), 'k');
    const { status, stdout } = dsnd('store', 'recover', 'queue', 'rescued');
    expect([status, stdout.split('\n')]).toEqual([
      0,
      [
        '0 messages with 0 recipients stored in rescued',
        'history.db, return-path.key, suppression.db in queue: copy to rescued what is to go on',
        '',
      ],
    ]);
  });

  it.each([
    [
      'a store of a later version',
      'PRAGMA user_version = 999',
      /^dsnd: The store has version 999, but .* run a later dsnd\n$/,
    ],
    ['what is no queue', 'PRAGMA application_id = 1', /^dsnd: The store is not a mail queue\n$/],
  ])('is another thing than %s, which is refused in plain words', async (_, sql, line) => {
    await (await startDsnd(folder.path, toml('queue'), port)).stop();
    const database = new DatabaseSync(join(folder.path, 'queue/queue.db'));
    database.exec(sql);
    database.close();
    expect(dsnd('--config', 'dsnd.toml')).toMatchObject({ status: 2, stderr: expect.stringMatching(line) });
    expect(dsnd('store', 'check', 'queue')).toMatchObject({ status: 2, stderr: expect.stringMatching(line) });
  });

  it.each([[[]], [['check']], [['recover', 'queue']], [['mend', 'queue']], [['check', 'queue', 'other']]])(
    'is not looked after by "store %s"',
    (words) => {
      const { status, stderr } = dsnd('store', ...words);
      expect(status).toBe(2);
      expect(stderr).toContain('usage: dsnd store check DIRECTORY');
    },
  );
});

/** A small disk, which only root can have. */
function mountSmall(at: string, options: string): boolean {
  mkdirSync(at, { recursive: true });
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'none', at]).status === 0;
}

describe('a disk that is full', () => {
  it('RFC 5321 §4.2.5: refuses with 452 while there is no room, half-stores nothing, and takes mail again', async (context) => {
    const disk = join(folder.path, 'disk');
    if (!mountSmall(disk, 'size=80m')) return context.skip('only root can mount a small disk');
    try {
      const server = await startDsnd(folder.path, toml('disk/queue'), port);
      let accepted = 0;
      const answer = async (content?: string) => {
        const said = await submit(port, message(content));
        if (said === 'accepted') accepted += 1;
        return said;
      };
      const large = 'x'.repeat(70).concat('\r\n').repeat(14_000);
      expect(await answer(large)).toBe('accepted');
      // What is left is kept for reports of what was accepted.
      const ballast = join(disk, 'ballast');
      writeFileSync(ballast, Buffer.alloc(30 * 1_048_576));
      await waitFor(async () => (await answer(large)) === 'refused');
      for (const content of [large, undefined, large]) expect(await answer(content)).toBe('refused');
      rmSync(ballast);
      await waitFor(async () => (await answer()) === 'accepted');
      await server.kill();
      expect(dsnd('store', 'check', 'disk/queue')).toMatchObject({
        status: 0,
        // Nor is a content left over of a message that was refused.
        stdout: `${accepted} messages and ${accepted} recipients can be read\n`,
      });
    } finally {
      spawnSync('umount', ['-l', disk]);
    }
  });
});
