import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mail, temporaryFolder } from './support/folder.ts';
import { dsn } from './support/terminal.ts';
import { uriOf } from '../src/lint/sarif.ts';

const require = createRequire(import.meta.url);
/** The schema of OASIS, which is one of draft 4. */
const sarifSchema = require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json') as object;
const { default: Ajv } = require('ajv-draft-04') as {
  default: new (options: object) => { compile(schema: object): ((value: unknown) => boolean) & { errors: unknown } };
};

const faulty = join(mail, 'faulty.eml');
const lines = readFileSync(faulty, 'utf8').split('\n');

interface Region {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endColumn: number;
}

describe('dsn lint, for programs', () => {
  it('RFC 3464 §2.1.2 R3464-2.1.2-a: every issue has code, line, columns, field, clause, message, and what was made of it', async () => {
    const { stdout, code } = await dsn(['lint', '--json', faulty]);
    const { file, index, kind, issues } = JSON.parse(stdout) as {
      file: string;
      index: null;
      kind: string;
      issues: Record<string, unknown>[];
    };
    expect({ code, file, index, kind }).toEqual({ code: 1, file: faulty, index: null, kind: 'dsn' });
    const type = issues.find((issue) => issue['code'] === 'missing-type' && issue['field'] === 'Final-Recipient');
    expect(type).toMatchObject({ level: 'error', line: 19, column: 18, endColumn: 35, clause: 'RFC 3464 §2.1.2' });
    for (const issue of issues) {
      expect(Object.keys(issue)).toEqual(
        expect.arrayContaining(['code', 'line', 'field', 'clause', 'message', 'repaired']),
      );
      expect(issue['clause']).toMatch(/^RFC \d+ §\d/);
    }
  });

  it('SARIF 2.1.0: each result points at a rule, and at the text that is wrong', async () => {
    const { stdout, code } = await dsn(['lint', '--sarif', faulty, join(mail, 'bounces.mbox')]);
    expect(code).toBe(1);
    const log = JSON.parse(stdout) as {
      version: string;
      runs: {
        tool: { driver: { rules: { id: string; helpUri: string }[] } };
        results: {
          ruleId: string;
          ruleIndex: number;
          level: string;
          locations: {
            physicalLocation: { artifactLocation: { uri: string }; region: Region };
            logicalLocations?: { name: string }[];
          }[];
        }[];
      }[];
    };
    const isSarif = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(sarifSchema);
    expect([isSarif(log), isSarif.errors]).toEqual([true, null]);
    expect(isSarif({ ...log, version: '2.0.0' })).toBe(false);
    expect(log.version).toBe('2.1.0');
    const [run] = log.runs;
    for (const { ruleId, ruleIndex } of run!.results) expect(run!.tool.driver.rules[ruleIndex]!.id).toBe(ruleId);
    for (const { helpUri } of run!.tool.driver.rules)
      expect(helpUri).toMatch(/^https:\/\/www\.rfc-editor\.org\/rfc\/rfc\d+\.html#section-[\d.]+$/);
    const status = run!.results.find(({ ruleId }) => ruleId === 'unclosed-comment')!;
    const { startLine, startColumn, endColumn } = status.locations[0]!.physicalLocation.region;
    expect(lines[startLine - 1]!.slice(startColumn - 1, endColumn - 1)).toBe('5.1.1 (User unknown');
    const letter = run!.results.find(({ ruleId }) => ruleId === 'not-a-report')!;
    expect(letter.locations[0]!.logicalLocations).toEqual([{ name: 'message 2', kind: 'object' }]);
  });

  it.each([
    ['From missing', 'From: a@b.example\n', '', 'header-field-missing', 'error'],
    ['two subjects', 'Subject: failure notice\n', 'Subject: a\nSubject: b\n', 'header-field-repeated', 'error'],
    ['no MIME-Version', 'MIME-Version: 1.0\n', '', 'header-field-missing', 'error'],
    ['a reverse-path', 'From:', 'Return-Path: <a@b.example>\nFrom:', 'report-not-from-null', 'note'],
    ['auto-generated', 'From:', 'Auto-Submitted: auto-generated\nFrom:', 'not-auto-replied', 'note'],
  ])('the header: %s', async (_, from, to, code, level) => {
    const text = readFileSync(faulty, 'utf8').replace('From: MAILER-DAEMON@old.example.net\n', 'From: a@b.example\n');
    const { stdout } = await dsn(['lint', '--json', '-'], { stdin: text.replace(from, to) });
    const { issues } = JSON.parse(stdout) as { issues: { code: string; level: string }[] };
    expect(issues).toContainEqual(expect.objectContaining({ code, level }));
  });

  it('RFC 3461 §6.2 R3461-6.2-f: the whole message without a failure is noted', async () => {
    const text = readFileSync(join(mail, 'failed.eml'), 'utf8').replaceAll('Action: failed', 'Action: delayed');
    const { stdout } = await dsn(['lint', '--json', '-'], { stdin: text });
    expect(stdout).toContain('"code":"message-without-failure"');
  });

  it('--fix writes nothing of a report that was not read to its end, and says so where there is none', async () => {
    const folder = temporaryFolder();
    const long = join(folder.path, 'long.eml');
    writeFileSync(long, readFileSync(join(mail, 'failed.eml'), 'utf8') + `${'x'.repeat(2 ** 20 - 1)}\n`.repeat(66));
    const words = `dsn: ${long}: longer than 64 MiB; the rest was not read\n`;
    expect(await dsn(['lint', '--fix', long])).toMatchObject({ code: 2, stdout: '', stderr: words });
    expect(await dsn(['lint', long])).toMatchObject({ code: 2, stderr: words });
    rmSync(long);
    const none = { code: 2, stdout: '', stderr: `dsn: ${folder.path}: no message to repair\n` };
    expect(await dsn(['lint', '--fix', folder.path])).toMatchObject(none);
    folder.remove();
    expect((await dsn(['lint', '--fix', folder.path])).stderr).toBe(`dsn: ${folder.path}: no such file or folder\n`);
  });

  it('a hostile report is checked in linear time', async () => {
    // With the square of it this would take hours.
    const bad = 'X\u0001Y\n'.repeat(1_000_000);
    const text = readFileSync(join(mail, 'failed.eml'), 'utf8').replace('Reporting-MTA:', `${bad}Reporting-MTA:`);
    const { stdout } = await dsn(['lint', '-'], { stdin: text });
    expect(stdout).toContain('too-many-issues');
  });
});

describe('names of files in SARIF', () => {
  it.each([
    ['mail/bounce 1.eml', '/', 'mail/bounce%201.eml'],
    ['/var/mail/a#b?.eml', '/', '/var/mail/a%23b%3F.eml'],
    ['odd\\name.eml', '/', 'odd%5Cname.eml'],
    ['1709902800.M2P2.mx:2,S', '/', './1709902800.M2P2.mx:2,S'],
    ['mail\\bounce.eml', '\\', 'mail/bounce.eml'],
    ['C:\\Mail\\größe.eml', '\\', 'file:///C:/Mail/gr%C3%B6%C3%9Fe.eml'],
    ['d:/mail/x.eml', '\\', 'file:///d:/mail/x.eml'],
    ['-', '/', 'stdin'],
  ])('RFC 3986 §4.2: %s', (file, separator, uri) => {
    expect(uriOf(file, separator)).toBe(uri);
  });
});
