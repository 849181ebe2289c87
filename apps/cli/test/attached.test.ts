import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
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

it('counts and filters what is attached as what it is', async () => {
  writeFileSync(join(folder.path, 'asked.eml'), asking([mail('delayed.eml')]));
  const { stdout } = await dsn(['inspect', '--csv', '--action', 'delayed', join(folder.path, 'asked.eml')]);
  expect(stdout.split('\n')[1]).toMatch(/asked\.eml,,dsn,.*,dana@example\.edu,/);
});
