import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { check } from '../src/lint/check.ts';
import { summarize } from '../src/report/summary.ts';
import { mail } from './support/folder.ts';
import { dsn } from './support/terminal.ts';

const corpus = fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));
const errorsIn = (text: string): unknown[] =>
  check({ file: 'x', octets: Buffer.from(text) }).findings.filter(({ level }) => level === 'error');

describe('dsn compose', () => {
  it.each(['failed', 'delayed', 'delivered', 'relayed', 'expanded'])(
    'RFC 3464 §2.3.3 RFC 6522 §3: what it writes for %s lints without errors, in every form',
    async (action) => {
      const base = ['compose', '--reporting-mta', 'mx.example.net', '--to', 'alice@example.org'];
      for (const address of ['bob@example.com', 'josé@例え.example']) {
        for (const more of [
          [],
          ['--original', join(mail, 'letter.eml')],
          ['--language', 'fr', '--language', 'es'],
          ['--global'],
        ]) {
          const ran = await dsn([...base, ...more, '--recipient', `${address} action=${action}`]);
          expect({ stderr: ran.stderr, errors: errorsIn(ran.stdout) }).toEqual({ stderr: '', errors: [] });
          const { recipients } = summarize({ file: 'x', octets: Buffer.from(ran.stdout) });
          expect(recipients.map((one) => [one.address, one.action])).toEqual([[address, action]]);
        }
      }
    },
  );

  it.each([
    ['--message-id', 'made.1', '--message-id "made.1": expected <ID@HOST>'],
    ['--message-id', '<a b@x>', '--message-id "<a b@x>": expected <ID@HOST>'],
    ['--reporting-mta', 'a b', '--reporting-mta "a b": the name of a host holds no blanks'],
    ['--received-from', '', '--received-from "": the name of a host holds no blanks'],
    ['--recipient', 'c@example.com remote=', '--recipient "c@example.com remote=": remote has no value'],
  ])('RFC 5322 §3.6.4 RFC 3464 §2.1.2: refuses %s %j', async (flag, value, said) => {
    const base = [
      'compose',
      '--reporting-mta',
      'mx.example.net',
      '--to',
      'a@example.org',
      '--recipient',
      'b@example.com',
    ];
    expect(await dsn([...base, flag, value])).toMatchObject({ code: 2, stdout: '', stderr: `dsn: ${said}\n` });
  });

  it('RFC 3461 §4.3: the whole message only with a failure', async () => {
    for (const action of ['failed', 'delayed', 'delivered']) {
      const base = ['compose', '--reporting-mta', 'mx.example.net', '--original', join(mail, 'letter.eml')];
      const { stdout } = await dsn([...base, '--recipient', `bob@example.com action=${action}`]);
      expect(stdout.includes('Content-Type: message/rfc822')).toBe(action === 'failed');
      expect(stdout.includes('Content-Type: text/rfc822-headers')).toBe(action !== 'failed');
      expect(stdout).toContain('In-Reply-To: <letter.9@example.com>');
    }
  });

  it('takes what dsn inspect tells, and tells the same again', async () => {
    const files = readdirSync(mail).filter((name) => /^(failed|delayed|delivered|faulty|global)\.eml$/.test(name));
    expect(files).toHaveLength(5);
    for (const name of files) {
      const { stdout: told } = await dsn(['inspect', '--json', join(mail, name)]);
      const written = await dsn(['compose', '-', '--global'], { stdin: told });
      expect(written.stderr).toBe('');
      const again = summarize({ file: join(mail, name), octets: Buffer.from(written.stdout) });
      const { recipients, report } = JSON.parse(told) as ReturnType<typeof summarize>;
      const plain = (list: typeof recipients): unknown =>
        list.map(({ address, action, status, replyCode }) => [address, action, status, replyCode]);
      expect(plain(again.recipients)).toEqual(plain(recipients));
      expect(again.report?.originalEnvelopeId).toBe(report?.originalEnvelopeId);
    }
  });

  it.skipIf(!existsSync(corpus))(
    'writes what inspect tells of bounces from the wild (skipped where ../shared is absent)',
    async () => {
      const truth = JSON.parse(readFileSync(join(corpus, 'truth.json'), 'utf8')) as {
        file: string;
        standardDsn: boolean;
      }[];
      let written = 0;
      for (const { file } of truth.filter(({ standardDsn }) => standardDsn)) {
        const told = await dsn(['inspect', '--json', join(corpus, file)]);
        for (const line of told.stdout.trimEnd().split('\n')) {
          const ran = await dsn(['compose', '-', '--to', 'a@example.org', '--from', 'b@example.org'], { stdin: line });
          if (ran.code === 0) {
            written++;
            expect([file, errorsIn(ran.stdout)]).toEqual([file, []]);
          } else expect(ran.stderr).toMatch(/^dsn: [^\n]+\n$/);
        }
      }
      console.log(`compose: ${written} of ${truth.filter(({ standardDsn }) => standardDsn).length} written`);
    },
  );

  it('says that one report is written at a time where several are given', async () => {
    const { stdout } = await dsn(['inspect', '--json', join(mail, 'failed.eml'), join(mail, 'delayed.eml')]);
    const ran = await dsn(['compose', '-'], { stdin: stdout });
    expect(ran).toMatchObject({ code: 2, stderr: 'dsn: -: several JSON documents; one report is written at a time\n' });
    expect((await dsn(['compose', '-'], { stdin: '{' })).stderr).toBe('dsn: -: not a JSON document\n');
  });
});
