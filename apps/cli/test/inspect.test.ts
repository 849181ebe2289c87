import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownThread, threads } from '../src/report/pool.ts';
import type { View } from '../src/report/batch.ts';
import { summarize } from '../src/report/summary.ts';
import { workOf } from '../src/report/work.ts';
import { WHOLE_OCTETS } from '../src/input/messages.ts';
import { charts } from '../src/report/chart.ts';
import { merge, noCounts } from '../src/report/statistics.ts';
import { palette } from '../src/terminal/palette.ts';
import { Progress } from '../src/terminal/progress.ts';
import { fillFolder, temporaryFolder } from './support/folder.ts';
import { dsn } from './support/terminal.ts';

const folder = temporaryFolder();
beforeAll(() => {
  fillFolder(folder.path);
  const mbox = readFileSync(join(folder.path, 'bounces.mbox'));
  writeFileSync(join(folder.path, 'long.mbox'), Buffer.concat(Array<Buffer>(1500).fill(mbox)));
});
afterAll(folder.remove);

const view = (format: View['format']): View => ({
  format,
  filter: {},
  explain: false,
  colors: false,
  columns: 80,
  shown: false,
});

const SOME = ['Maildir', 'long.mbox', 'missing.eml', 'failed.eml', 'bounces.mbox.gz'];

async function resultsOf(
  format: View['format'],
  count: number,
  paths: readonly string[] = SOME.map((name) => join(folder.path, name)),
): Promise<{ text: string; counts: string; complaints: string[] }> {
  const complaints: string[] = [];
  const complain = (message: string): void => void complaints.push(message);
  const crew = count === 0 ? ownThread(view(format), complain) : threads(count, view(format), complain);
  const counts = noCounts();
  let text = '';
  const results = [];
  const input = { stdin: (): never => expect.unreachable(), complain };
  for await (const work of workOf(paths, input)) results.push(await crew.work(work));
  for (const result of results) {
    text += Buffer.from(result.output).toString();
    if (result.counts) merge(counts, result.counts);
  }
  await crew.stop();
  return { text, counts: charts(counts, 10, 80, palette(false)), complaints };
}

describe('one core or several', () => {
  it('say the same, in the same order', async () => {
    for (const format of ['json', 'none'] as const) {
      const alone = await resultsOf(format, 0);
      expect(await resultsOf(format, 2)).toEqual(alone);
      expect(alone.complaints).toEqual([`${join(folder.path, 'missing.eml')}: no such file or folder`]);
      if (format === 'json') expect(alone.text.trimEnd().split('\n')).toHaveLength(2 + 4500 + 1 + 3);
      else expect(alone.counts).toMatch(/^4,506 messages: 3,005 reports, 1,501 others; 4,509 recipients reported on\n/);
    }
  });

  it('say the same of an mbox that is too large to be read in one go, each message under its number', async () => {
    const large = join(folder.path, 'large.mbox');
    const mbox = readFileSync(join(folder.path, 'bounces.mbox'));
    const copies = Math.ceil(WHOLE_OCTETS / mbox.length) + 1;
    writeFileSync(large, Buffer.concat(Array<Buffer>(copies).fill(mbox)));
    const alone = await resultsOf('json', 0, [large]);
    expect(await resultsOf('json', 2, [large])).toEqual(alone);
    const told = alone.text.trimEnd().split('\n');
    expect(told.map((line) => (JSON.parse(line) as { index: number }).index)).toEqual(told.map((_, at) => at + 1));
    const withoutPlace = (line: string): object => ({ ...(JSON.parse(line) as object), file: '', index: 0 });
    const { text } = await resultsOf('json', 0, [join(folder.path, 'bounces.mbox')]);
    const each = text.trimEnd().split('\n').map(withoutPlace);
    expect(told).toHaveLength(each.length * copies);
    expect(told.slice(-each.length).map(withoutPlace)).toEqual(each);
  });

  it('dsn inspect -j 2 gives what -j 1 gives', async () => {
    const files = Array<string>(2).fill(join(folder.path, 'long.mbox'));
    const args = (jobs: string): string[] => [
      'inspect',
      '--csv',
      '-j',
      jobs,
      '--action',
      'delayed',
      ...files.slice(0, 12),
    ];
    const [one, two] = [await dsn(args('1')), await dsn(args('2'))];
    expect(two).toEqual(one);
    expect(one.stdout.split('\n')).toHaveLength(1 + 2 * 1500 + 1);
  });
});

describe('spreadsheets', () => {
  it('RFC 4180: quotes, and no formulas', async () => {
    const text = readFileSync(join(folder.path, 'failed.eml'), 'utf8')
      .replace('QQ314159', '=cmd|"x"')
      .replace('550 5.1.1 <robert', '-1+"a", <robert');
    const { stdout } = await dsn(['inspect', '--csv', '-'], { stdin: text });
    expect(stdout).toContain(`,"'=cmd|""x""",`);
    expect(stdout).toContain(`,"'-1+""a"", <robert@mail.example.com>: no such user",`);
  });

  it('with --explain, what each recipient is judged to be stands in columns of its own', async () => {
    const text = readFileSync(join(folder.path, 'failed.eml'), 'utf8');
    const [plain = '', first = ''] = (await dsn(['inspect', '--csv', '-'], { stdin: text })).stdout.split('\n');
    const { stdout } = await dsn(['inspect', '--csv', '--explain', '-'], { stdin: text });
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      `${plain},reason,permanence,advice`,
      `${first},user-unknown,permanent,suppress`,
    ]);
    const letter = await dsn(['inspect', '--csv', '--explain', '-'], { stdin: 'Subject: x\n\n' });
    expect(letter.stdout.split('\n')[1]?.split(',')).toEqual(["'-", '', 'other', ...Array<string>(15).fill('')]);
  });

  it.each(['--table', '--summary'])('--explain is refused beside %s, which has no room for it', async (view) => {
    const { code, stderr } = await dsn(['inspect', view, '--explain', '-'], { stdin: '' });
    expect([code, stderr]).toEqual([2, expect.stringContaining("'--explain' cannot be used with")]);
  });
});

it('a message behind empty lines is read, from a file and from standard input', async () => {
  const file = join(folder.path, 'failed.eml');
  const wanted = JSON.parse((await dsn(['inspect', '--json', file])).stdout) as object;
  const read = await dsn(['inspect', '--json', '-'], { stdin: `\r\n\n${readFileSync(file, 'utf8')}` });
  expect(JSON.parse(read.stdout)).toEqual({ ...wanted, file: '-' });
});

describe('progress', () => {
  const drawn: string[] = [];
  const terminal = { err: (text: string) => void drawn.push(text) } as unknown as ConstructorParameters<
    typeof Progress
  >[0];

  it('is drawn after a second at most ten times a second, and leaves no trace', () => {
    const progress = new Progress(terminal, true, 4 * 2 ** 20, 0);
    progress.update(500, 2 ** 20, 999);
    expect(drawn).toEqual([]);
    progress.update(1000, 2 * 2 ** 20, 1000);
    progress.update(1001, 2 * 2 ** 20, 1099);
    expect(drawn).toEqual(['\r\u001b[2K[████████████░░░░░░░░░░░░] 50% 1,000 messages  2 MiB  1,000/s']);
    progress.end();
    expect(drawn.at(-1)).toBe('\r\u001b[2K');
    expect(process.listeners('SIGINT').some((listener) => listener.name.includes('interrupted'))).toBe(false);
  });

  it('is not drawn where nobody watches', () => {
    drawn.length = 0;
    const progress = new Progress(terminal, false, undefined, 0);
    progress.update(1000, 1000, 5000);
    progress.end();
    expect(drawn).toEqual([]);
  });
});

describe('colours', () => {
  it('follow the terminal, unless --color says otherwise', async () => {
    const file = join(folder.path, 'failed.eml');
    const colored = async (args: readonly string[], colors: boolean): Promise<boolean> =>
      (await dsn([...args, file], { colors })).stdout.includes('\u001b[31m');
    expect(await colored(['inspect'], true)).toBe(true);
    expect(await colored(['inspect'], false)).toBe(false);
    expect(await colored(['inspect', '--color', 'never'], true)).toBe(false);
    expect(await colored(['--color=always', 'inspect', '--table'], false)).toBe(true);
  });

  it('a terminal does not obey what a stranger wrote', async () => {
    const text = readFileSync(join(folder.path, 'failed.eml'), 'utf8').replace(
      'no such user',
      'no \u001b[2J\u009b2J\u202e user',
    );
    for (const format of [[], ['--table'], ['--summary'], ['--json'], ['--csv']]) {
      const { stdout } = await dsn(['inspect', '-', ...format], { stdin: text, columns: 200, shown: true });
      expect(stdout).not.toMatch(/[\u001b\u009b\u202e]/);
    }
    const { stdout: json } = await dsn(['inspect', '-', '--json'], { stdin: text });
    expect(JSON.stringify(JSON.parse(json))).toContain('\u009b2J\u202e');
    // A file has what was written.
    expect((await dsn(['inspect', '-', '--csv'], { stdin: text })).stdout).toContain('\u001b[2J\u009b2J\u202e');
  });
});

describe('bounces in no standard form', () => {
  const bounce = [
    'Return-Path: <>',
    'From: MAILER-DAEMON@mx.example.net',
    'To: bob@example.net',
    'Subject: failure notice',
    '',
    'Hi. This is the qmail-send program at mx.example.net.',
    '',
    '<ann@example.org>:',
    '192.0.2.7 does not like recipient.',
    'Remote host said: 552 5.2.2 mailbox full',
    '',
    '--- Below this line is a copy of the message.',
    '',
    'Message-ID: <m1@example.net>',
    '',
  ].join('\n');

  it('are read by their words', () => {
    const summary = summarize({ file: '-', octets: Buffer.from(bounce) });
    expect(summary).toMatchObject({ kind: 'bounce', original: { messageId: '<m1@example.net>' } });
    expect(summary.recipients).toMatchObject([
      {
        address: 'ann@example.org',
        action: 'failed',
        status: '5.2.2',
        replyCode: 552,
        remoteMta: { type: 'dns', value: '192.0.2.7' },
        reason: 'mailbox-full',
        permanence: 'transient',
        advice: 'retry-later',
      },
    ]);
  });

  it('events of sending services too', () => {
    const event =
      '{"event":"bounce","email":"ann@example.org","sg_message_id":"1","status":"5.1.1","reason":"550 5.1.1 no such user"}';
    expect(summarize({ file: '-', octets: Buffer.from(event) })).toMatchObject({
      kind: 'bounce',
      recipients: [{ address: 'ann@example.org', reason: 'user-unknown', advice: 'suppress' }],
    });
  });

  it('a letter stays one', () => {
    const letter = bounce
      .replace('MAILER-DAEMON@mx.example.net', 'Eve <eve@example.org>')
      .replace('Return-Path: <>\n', '')
      .replace('failure notice', 'Re: failure notice');
    expect(summarize({ file: '-', octets: Buffer.from(letter) })).toMatchObject({ kind: 'other', recipients: [] });
  });
});

/** A report as OpenSMTPD writes it: its fields don't hold what the other host said. */
function fromOpensmtpd(said: string, action: string, status: string): string {
  return [
    'From: Mailer Daemon <MAILER-DAEMON@mta.example.net>',
    `Subject: Delivery status notification: ${action}`,
    'Content-Type: multipart/mixed;boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    '    This is the MAILER-DAEMON, please DO NOT REPLY to this email.',
    '',
    `ann@example.org: ${said}`,
    '',
    '    Below is a copy of the original message:',
    '',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mta.example.net',
    '',
    'Final-Recipient: rfc822; ann@example.org',
    `Action: ${action}`,
    `Status: ${status}`,
    '',
    '--b--',
    '',
  ].join('\n');
}

describe('a report whose fields leave out the reply', () => {
  it('RFC 3464 §2.3.6: is judged by the words beside them, in every view', async () => {
    const stdin = fromOpensmtpd('550 5.1.1 <ann@example.org>: User unknown', 'failed', '5.0.0');
    const { stdout } = await dsn(['inspect', '--json', '-'], { stdin });
    expect((JSON.parse(stdout) as { recipients: unknown }).recipients).toMatchObject([
      {
        status: '5.0.0',
        diagnostic: { type: 'smtp', value: '550 5.1.1 <ann@example.org>: User unknown' },
        replyCode: 550,
        reason: 'user-unknown',
        permanence: 'permanent',
        advice: 'suppress',
      },
    ]);
    for (const how of ['--explain', '--csv'])
      expect((await dsn(['inspect', how, '-'], { stdin })).stdout).toContain(
        '550 5.1.1 <ann@example.org>: User unknown',
      );
    expect((await dsn(['inspect', '--summary', '-'], { stdin })).stdout).toMatch(/user-unknown +1/);
  });

  it('RFC 3463 §3.1: where the status gives no detail, what the words say is explained, and advised on', async () => {
    const stdin = fromOpensmtpd('550 5.1.1 <ann@example.org>: User unknown', 'failed', '5.0.0');
    const { stdout } = await dsn(['inspect', '--explain', '-'], { stdin });
    expect(stdout).toMatch(/reason: +user-unknown, permanent: No mailbox has this address\.\n/);
    expect(stdout).toMatch(/sender: +Check the spelling of the address/);
    expect(stdout).not.toMatch(/the code itself tells no more/);
  });

  it('RFC 3461 §9.2: shows what a dsnkit server says where no other host answered', async () => {
    const group = (name: string): string =>
      `Final-Recipient: rfc822; ${name}@example.org\nAction: failed\nStatus: 5.7.1\nX-Dsnkit-Reason: Not sent by us\n`;
    const stdin = [
      'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
      '',
      '--b',
      '',
      'Your message could not be delivered to:\n\n  ann@example.org\n  bob@example.org\n',
      "      What you can do: The recipient's side does not want this message, or not from you.\n",
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.example.net',
      '',
      group('ann'),
      group('bob'),
      '--b--',
      '',
    ].join('\n');
    const { stdout } = await dsn(['inspect', '--json', '-'], { stdin });
    const told = { diagnostic: { type: 'x-dsnkit', value: 'Not sent by us' }, reason: 'policy' };
    expect((JSON.parse(stdout) as { recipients: unknown }).recipients).toMatchObject([told, told]);
    expect((await dsn(['inspect', '-'], { stdin })).stdout).toMatch(/its words: +Not sent by us\n/);
  });

  it('RFC 3464 §2.3.3: a message whose time is up is not said to be tried any more', async () => {
    const stdin = fromOpensmtpd('Envelope expired', 'delayed', '4.4.7');
    const { stdout } = await dsn(['inspect', '--explain', '-'], { stdin });
    expect(stdout).toContain('said to be delayed, but its time is up: it will not be delivered');
    expect(stdout).not.toMatch(/goes on trying/);
  });
});

it.skipIf(process.platform === 'win32')('names of files do nothing to a terminal', async () => {
  const name = join(folder.path, 'e\u001b[31mvil\n.eml');
  writeFileSync(name, 'Subject: x\n\n');
  for (const args of [
    ['inspect', name],
    ['lint', name],
    ['inspect', `${name}x`],
  ]) {
    const { stdout, stderr } = await dsn(args);
    expect(stdout + stderr).toContain('e [31mvil .eml');
    expect(stdout + stderr).not.toContain('\u001b');
  }
  rmSync(name);
});

it('a folder without mail is told as such, since silence would mean that all is fine', async () => {
  const empty = join(folder.path, 'empty');
  mkdirSync(join(empty, 'new'), { recursive: true });
  for (const command of ['inspect', 'lint']) {
    expect(await dsn([command, empty])).toMatchObject({ code: 0, stdout: '', stderr: 'no message there\n' });
    expect(await dsn([command, '--quiet', empty])).toMatchObject({ code: 0, stderr: '' });
    const { stderr } = await dsn([command, join(folder.path, 'nosuch')]);
    expect(stderr).not.toContain('no message there');
  }
  rmSync(empty, { recursive: true });
});
