import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tlsFile } from '../support/certificates.ts';
import { hasPostfix } from '../support/postfix.ts';
import { hasUnpacked, makeOwned, makeRoot } from '../support/unpacked.ts';

const page = (name: string): string => readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');
const example = (name: string): string => /^```ini\n([^]*?)^```$/m.exec(page(name))?.[1] ?? '';

describe.skipIf(!hasPostfix)('docs/postfix.md', () => {
  const postconf = (...names: readonly string[]) =>
    spawnSync('/usr/sbin/postconf', ['-d', ...names], { encoding: 'utf8' }).stderr;

  it('names parameters that Postfix has', () => {
    const table = page('postfix.md').split('## main.cf, key by key')[1]?.split('\n## ')[0] ?? '';
    const cells = Array.from(table.matchAll(/^\| (.*?) \|/gm), ([, cell = '']) => cell).join(' ');
    const names = Array.from(cells.matchAll(/`([a-z]+_[a-z_0-9]+)(?: = \w+)?`/g), ([, name = '']) => name);
    expect(names.length).toBeGreaterThan(50);
    // A restriction, not a parameter.
    expect(postconf(...names.filter((name) => name !== 'reject_unknown_sender_domain'))).toBe('');
    expect(postconf('relay_domain')).toContain('unknown parameter');
  });

  it('has an example of main.cf in which nothing but values stands behind names', () => {
    const lines = example('postfix.md').split('\n');
    const settings = lines.filter((line) => line !== '' && !line.startsWith('#'));
    expect(settings.length).toBeGreaterThan(10);
    expect(postconf(...settings.map((line) => line.split(' = ')[0] ?? ''))).toBe('');
    // To Postfix a # that begins no line is a part of the value.
    expect(settings.filter((line) => line.includes('#'))).toEqual([]);
  });
});

it.skipIf(!hasUnpacked('opensmtpd'))('docs/opensmtpd.md has an example that OpenSMTPD takes', () => {
  const root = makeRoot('opensmtpd');
  try {
    makeOwned(root, 'etc/ssl/private', 'root');
    for (const [file, text] of [
      ['smtpd.conf', example('opensmtpd.md')],
      ['etc/aliases', 'root: ann\n'],
      ['etc/secrets', 'provider relay:secret\n'],
      ['etc/ssl/relay.crt', readFileSync(tlsFile('first.pem'), 'utf8')],
      ['etc/ssl/private/relay.key', readFileSync(tlsFile('first.key.pem'), 'utf8')],
    ] as const)
      writeFileSync(join(root.path, file), text, { mode: 0o600 });
    const checked = spawnSync('chroot', [root.path, '/usr/sbin/smtpd', '-n', '-f', '/smtpd.conf'], {
      encoding: 'utf8',
    });
    expect(checked.stderr).toBe('configuration OK\n');
  } finally {
    root.remove();
  }
});
