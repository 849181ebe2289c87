import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillFolder, temporaryFolder } from './support/folder.ts';
import { dsn } from './support/terminal.ts';

const folder = temporaryFolder();
beforeAll(() => fillFolder(folder.path));
afterAll(folder.remove);

const mail = (name: string): string => readFileSync(join(folder.path, name), 'latin1');

/** What a customer writes who asks about what came back. */
function asking(attached: readonly string[], header = 'Content-Type: message/rfc822'): string {
  const parts = attached.map((message) => `--ask\n${header}\n\n${message}\n`);
  return [
    'From: Kim <kim@example.org>\nTo: help@example.com\nSubject: Fwd: what is this?\nMessage-ID: <ask@example.org>',
    `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=ask\n\n--ask\n\nIt came back. Why?\n${parts.join('')}--ask--\n`,
  ].join('\n');
}

async function told(message: string): Promise<readonly unknown[]> {
  const file = join(folder.path, 'asked.eml');
  writeFileSync(file, message, 'latin1');
  const { code, stdout } = await dsn(['inspect', '--json', file]);
  expect(code).toBe(0);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { attached, kind, recipients } = JSON.parse(line) as {
        readonly attached?: number;
        readonly kind: string;
        readonly recipients: readonly { readonly address: string }[];
      };
      return [attached, kind, ...recipients.map(({ address }) => address)];
    });
}

it('RFC 2046 §5.2.1: tells the bounce that is attached to a question about it', async () => {
  expect(await told(asking([mail('delayed.eml')]))).toEqual([[1, 'dsn', 'dana@example.edu']]);
  const { stdout } = await dsn(['inspect', join(folder.path, 'asked.eml')]);
  expect(stdout).toContain('asked.eml: attached: delivery status notification\n');
});

it('tells all that are attached, at their places, and one that was handed on twice', async () => {
  const letter = mail('letter.eml');
  expect(await told(asking([mail('delayed.eml'), letter, asking([mail('complaint.eml')])]))).toEqual([
    [1, 'dsn', 'dana@example.edu'],
    [2, 'feedback', 'heidi@isp.example.net'],
  ]);
});

it('QUIRK: tells one that is attached in base64, which RFC 2046 §5.2.1 does not allow', async () => {
  const coded = btoa(mail('global.eml')).replace(/.{76}/g, '$&\n');
  const [[, ...direct] = []] = (await told(mail('global.eml'))) as readonly (readonly unknown[])[];
  expect(direct.join()).toMatch(/[^\0-\x7f]/);
  expect(await told(asking([coded], 'Content-Type: message/rfc822\nContent-Transfer-Encoding: base64'))).toEqual([
    [1, ...direct],
  ]);
});

it('tells a letter as no report where letters are attached to it', async () => {
  expect(await told(asking([mail('letter.eml')]))).toEqual([[undefined, 'other']]);
  expect(await told(asking([]))).toEqual([[undefined, 'other']]);
});

it('RFC 6522 §3: what a report brings back is not attached to it', async () => {
  const doubled = mail('delayed.eml').replace(
    /Content-Type: text\/rfc822-headers\n[^]*$/,
    () => `Content-Type: message/rfc822\n\n${mail('failed.eml')}\n--=_report_2--\n`,
  );
  expect(doubled).toContain('bob@example.com');
  expect(await told(doubled)).toEqual([[undefined, 'dsn', 'dana@example.edu']]);
});

const QUOTED = [
  'From: Kim <kim@example.org>\nTo: help@example.com\nSubject: Fwd: failure notice\n\nWhy?\n',
  '---------- Forwarded message ---------\nFrom: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n',
  "> Hi. This is the qmail-send program at mx.example.net.\n> I'm afraid I wasn't able to deliver your message to the",
  '> following addresses.\n>\n> <bob@example.net>:\n> Remote host said: 550 5.1.1 no such user\n',
].join('\n');

it('tells the bounce that is quoted in a question about it, and says so', async () => {
  expect(await told(QUOTED)).toEqual([[1, 'bounce', 'bob@example.net']]);
  const file = join(folder.path, 'asked.eml');
  const { stdout } = await dsn(['inspect', file]);
  expect(stdout).toContain('asked.eml: quoted: bounce in no standard form\n');
  const { stdout: json } = await dsn(['inspect', '--json', file]);
  expect(JSON.parse(json)).toMatchObject({ attached: 1, quoted: true });
});

it('counts and filters what is attached as what it is', async () => {
  writeFileSync(join(folder.path, 'asked.eml'), asking([mail('delayed.eml')]));
  const { stdout } = await dsn(['inspect', '--csv', '--action', 'delayed', join(folder.path, 'asked.eml')]);
  expect(stdout.split('\n')[1]).toMatch(/asked\.eml,,dsn,.*,dana@example\.edu,/);
});

/** What `dsn lint` says of a message, as JSON. */
async function linted(message: string): Promise<readonly Linted[]> {
  const file = join(folder.path, 'asked.eml');
  writeFileSync(file, message, 'latin1');
  const { stdout } = await dsn(['lint', '--json', file]);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Linted);
}

interface Linted {
  readonly attached?: number;
  readonly kind: string;
  readonly issues: readonly { readonly code: string; readonly line: number }[];
}

describe('dsn lint', () => {
  it('RFC 2046 §5.2.1: checks the report that is attached, and counts its lines where it stands', async () => {
    const alone = await linted(mail('faulty.eml'));
    const question = asking([mail('delayed.eml'), mail('faulty.eml')]);
    const attached = await linted(question);
    const before = question.slice(0, question.indexOf(mail('faulty.eml'))).split('\n').length - 1;
    expect(alone[0]?.issues).not.toEqual([]);
    expect(attached.map(({ attached: place, kind }) => [place, kind])).toEqual([
      [1, 'dsn'],
      [2, 'dsn'],
    ]);
    expect(attached[1]?.issues.map(({ code, line }) => [code, line])).toEqual(
      alone[0]?.issues.map(({ code, line }) => [code, line + before]),
    );
    const { code, stdout } = await dsn(['lint', join(folder.path, 'asked.eml')]);
    expect(code).toBe(1);
    const [{ line } = { line: 0 }] = attached[1]?.issues ?? [];
    expect(stdout).toMatch(new RegExp(`asked\\.eml:${line}:\\d+: attached 2: (?:error|note): `));
  });

  it('QUIRK: counts the lines of one in base64 as its own', async () => {
    const coded = btoa(mail('faulty.eml')).replace(/.{76}/g, '$&\n');
    const header = 'Content-Type: message/rfc822\nContent-Transfer-Encoding: base64';
    const [alone] = await linted(mail('faulty.eml'));
    expect(await linted(asking([coded], header))).toEqual([
      { ...alone, file: expect.any(String) as string, attached: 1 },
    ]);
  });

  it('says that a letter is no report, whatever letters are attached to it', async () => {
    expect(await linted(asking([mail('letter.eml')]))).toMatchObject([{ kind: 'other', issues: [{ line: 1 }] }]);
  });

  it('tells code scanners where it is', async () => {
    writeFileSync(join(folder.path, 'asked.eml'), asking([mail('faulty.eml')]), 'latin1');
    const { stdout } = await dsn(['lint', '--sarif', join(folder.path, 'asked.eml')]);
    expect(stdout).toContain('"logicalLocations":[{"name":"attached report 1","kind":"object"}]');
  });

  it('repairs the one report that is attached, and none of several', async () => {
    const file = join(folder.path, 'asked.eml');
    writeFileSync(join(folder.path, 'alone.eml'), mail('faulty.eml'), 'latin1');
    const alone = await dsn(['lint', '--fix', join(folder.path, 'alone.eml')]);
    expect(alone.stdout).toContain('message/delivery-status');
    writeFileSync(file, asking([mail('faulty.eml')]), 'latin1');
    expect((await dsn(['lint', '--fix', file])).stdout).toBe(alone.stdout);
    writeFileSync(file, asking([mail('faulty.eml'), mail('delayed.eml')]), 'latin1');
    const { code, stderr } = await dsn(['lint', '--fix', file]);
    expect(code).toBe(2);
    expect(stderr).toContain('2 reports are attached');
  });
});
