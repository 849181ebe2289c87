import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DSND } from '../support/commands.ts';
import { freePort, startDsnd, startProcess, temporaryFolder, waitFor, type Dsnd } from '../support/dsnd.ts';
import { submit } from '../torture/client.ts';

let folder = temporaryFolder();
let port = 0;
let server: Dsnd;
beforeEach(async () => {
  folder = temporaryFolder();
  port = await freePort();
});
afterEach(async () => {
  await server.kill();
  folder.remove();
});

/** Everything goes to a port on which nobody listens, and stays in the queue. */
const toml = (): string => `hostname = "mx.example.org"
store = "sqlite:queue"
[[listen]]
address = "127.0.0.1:${port}"
[[route]]
match = "*"
to = "smtp://127.0.0.1:9"
`;

/**
 * Runs in the thread of the store. Commits take their time, so that what is asked for meanwhile comes together; those of
 * acceptances fail as the file says that lies there, before or after they have been made; or, with content in a file, they
 * take the thread with them.
 */
const faults = `import { existsSync, readFileSync, writeSync } from 'node:fs';
  import { DatabaseSync } from 'node:sqlite';
  import { isMainThread } from 'node:worker_threads';
  const { prepare } = DatabaseSync.prototype;
  let accepts = 0;
  let spooled = 0;
  if (!isMainThread) DatabaseSync.prototype.prepare = function (sql) {
    const statement = prepare.call(this, sql);
    const run = statement.run.bind(statement);
    if (sql.startsWith('BEGIN')) statement.run = (...values) => { accepts = spooled = 0; return run(...values); };
    if (/^INSERT INTO (fresh|message)/.test(sql)) statement.run = (...values) => {
      accepts += 1;
      if (values[4] !== null) spooled += 1;
      return run(...values);
    };
    if (sql === 'COMMIT') statement.run = () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      const fault = accepts > 0 && existsSync('fault') ? readFileSync('fault', 'utf8') : '';
      if (accepts > 0) writeSync(2, \`together: \${accepts} \${fault}\\n\`);
      if (fault === 'before') throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
      const result = run();
      if (fault === 'after') throw Object.assign(new Error('disk I/O error'), { errcode: 1034 });
      if (fault === 'death' && spooled > 0) process.exit(1);
      return result;
    };
    return statement;
  };`;

async function start(): Promise<void> {
  writeFileSync(join(folder.path, 'faults.mjs'), faults);
  writeFileSync(join(folder.path, 'dsnd.toml'), toml());
  const args = ['--import', join(folder.path, 'faults.mjs'), ...DSND, '--config', 'dsnd.toml'];
  server = await startProcess(args, folder.path, port);
}
const fail = (how: 'before' | 'after' | 'death') => writeFileSync(join(folder.path, 'fault'), how);

/** Each from a client of its own, all at once: the final replies, and what refused them. */
async function sendAll(octets: readonly number[]): Promise<{ answers: string[]; refusals: string[] }> {
  const refusals: string[] = [];
  const answers = await Promise.all(
    octets.map((size, index) =>
      submit(port, {
        mail: 'MAIL FROM:<a@sender.example>',
        rcpt: [`RCPT TO:<b${index}@hop.example>`],
        content: `Subject: ${index}\r\n\r\n${'x'
          .repeat(70)
          .concat('\r\n')
          .repeat(Math.ceil(size / 72))}`,
        refused: (reply) => refusals.push(reply),
      }),
    ),
  );
  return { answers, refusals };
}

/** What lies there; contents that may be named after all wait for the next start. */
function stored(): string {
  const args = [...DSND, 'store', 'check', 'queue'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder.path, encoding: 'utf8' });
  const left = /^2 content files of no message; the server removes them when it starts\n/;
  return `${status} ${stdout.replace(left, '')}${stderr}`;
}

/** How many messages came in one transaction that failed so. */
function largestTogether(fault: string): number {
  const counts = [...server.log().matchAll(/^together: (\d+) (\w*)$/gm)];
  return Math.max(0, ...counts.filter(([, , how]) => how === fault).map(([, count]) => Number(count)));
}

const SMALL = 200;
/** Goes to the spool. */
const LARGE = 400_000;
const company = [...Array.from({ length: 9 }, () => SMALL), LARGE, LARGE];
const all = <Value>(value: Value): Value[] => company.map(() => value);
const NOT_STORED = '452 4.3.1 The message could not be stored; try again later';

describe('a commit that fails with many messages in it', () => {
  it('RFC 5321 §4.2.5: each of their clients gets 452, nothing is stored, and the next group is', async () => {
    await start();
    fail('before');
    expect(await sendAll(company)).toEqual({ answers: all('refused'), refusals: all(NOT_STORED) });
    expect(largestTogether('before')).toBeGreaterThan(3);
    rmSync(join(folder.path, 'fault'));
    expect(await sendAll(company)).toEqual({ answers: all('accepted'), refusals: [] });
    await server.kill();
    expect(stored()).toBe(`0 ${company.length} messages and ${company.length} recipients can be read\n`);
    server = await startDsnd(folder.path, toml(), port);
    expect(readdirSync(join(folder.path, 'queue/spool'))).toHaveLength(2);
  });

  it('though it was made: 452 all the same, and the next start finds each content that is named', async () => {
    await start();
    fail('after');
    expect(await sendAll(company)).toEqual({ answers: all('refused'), refusals: all(NOT_STORED) });
    expect(largestTogether('after')).toBeGreaterThan(3);
    await server.kill();
    // Better twice than never: the clients try again, and nobody has said that the first time came to nothing.
    expect(stored()).toBe(`0 ${company.length} messages and ${company.length} recipients can be read\n`);
    server = await startDsnd(folder.path, toml(), port);
  });

  it('and the thread with it: nobody in it gets 250, the server ends, and the next start finds each content', async () => {
    await start();
    fail('death');
    const { answers } = await sendAll(company);
    expect(answers.slice(-2)).not.toContain('accepted');
    await waitFor(() => server.process.exitCode !== null);
    expect(server.log()).toContain('what it accepted is in the store');
    expect(stored()).toMatch(/^0 \d+ messages and \d+ recipients can be read\n$/);
    server = await startDsnd(folder.path, toml(), port);
    expect(readdirSync(join(folder.path, 'queue/spool')).length).toBeLessThanOrEqual(2);
  });
});
