import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkConfig } from './config-files.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dsnd-config-'));
  writeFileSync(join(folder, 'short'), 'abc\n');
  writeFileSync(join(folder, 'nl.toml'), 'language = 7\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const LEAST = ['hostname = "mx.example.org"', 'store = "sqlite:q"', '[[listen]]', 'address = "127.0.0.1:0"'];

/** What is said of a configuration, without its folder. */
async function faultOf(...lines: readonly string[]): Promise<string> {
  const file = join(folder, 'dsnd.toml');
  writeFileSync(file, [...LEAST, ...lines].join('\n'));
  const told = await checkConfig(file).then(
    () => 'fine',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return told.replaceAll(`${folder}/`, '');
}

describe('what a configuration names and can not be used is told with file, line and key', () => {
  const route = ['[[route]]', 'match = "*"', 'to = "smtp://mx.example.net:587"'];
  it.each([
    [
      'a token that is away',
      ['[admin]', '', 'token-file = "away"'],
      "dsnd.toml:7: admin.token-file: can't be read: ENOENT",
    ],
    [
      'a token that is none',
      ['[admin]', 'token-file = "short"'],
      'dsnd.toml:6: admin.token-file: short: expected one line',
    ],
    [
      'a variable',
      ['[admin]', 'password-file = "env:DSND_NOT_SET"'],
      "dsnd.toml:6: admin.password-file: can't be read: env:DSND_NOT_SET",
    ],
    [
      'a password',
      [...route, 'auth = { user = "u", password-file = "away" }'],
      "dsnd.toml:8: route.auth.password-file: can't",
    ],
    ['recipients', [...route, 'recipients-file = "away"'], "dsnd.toml:8: route.recipients-file: can't be read: ENOENT"],
    [
      'members',
      ['[[list]]', 'address = "l@example.org"', 'owner = "o@example.org"', 'members-file = "away"'],
      "dsnd.toml:8: list.members-file: can't be read: ENOENT",
    ],
    ['users', ['[users]', 'file = "away"'], "dsnd.toml:6: users.file: can't be read: ENOENT"],
    ['a certificate', ['[tls]', 'certificate = "away"', 'key = "short"'], 'dsnd.toml:6: tls.certificate: '],
    ['the key of a certificate', ['[tls]', 'certificate = "short"', 'key = "away"'], 'dsnd.toml:7: tls.key: '],
    [
      'a key of DKIM',
      ['[[report.dkim]]', 'domain = "example.org"', 'selector = "s"', 'key-file = "short"'],
      'dsnd.toml:8: report.dkim.key-file: short: no private key',
    ],
    ['texts that are away', ['[report]', 'texts = [', '"away"]'], "dsnd.toml:7: report.texts: can't be read: ENOENT"],
    ['texts that are none', ['[report]', 'texts = ["nl.toml"]'], 'dsnd.toml:6: report.texts: nl.toml: language: is no'],
    [
      'a language',
      ['[report]', 'languages = ["en",', '"tlh"]'],
      'dsnd.toml:7: report.languages: there are no texts for "tlh"',
    ],
    [
      'a secret',
      ['[[webhook]]', 'url = "https://example.org/"', 'secret-file = "short"'],
      'dsnd.toml:7: webhook.secret-file: short: expected "whsec_"',
    ],
    [
      'the variable of a secret',
      ['[[webhook]]', 'url = "https://example.org/"', 'secret-env = "DSND_NOT_SET"'],
      'dsnd.toml:7: webhook.secret-env: DSND_NOT_SET is not set',
    ],
  ])('%s', async (_, lines, said) => {
    const told = await faultOf(...lines);
    expect(told.slice(0, said.length)).toBe(said);
  });

  it('and with what would be right', async () => {
    expect(await faultOf('[users]', 'file = "away"')).toMatch(/; allowed: what is there, and may be read/);
    expect(await faultOf('[tls]', 'certificate = "short"', 'key = "short"')).toMatch(/; allowed: .* in PEM$/);
  });
});
