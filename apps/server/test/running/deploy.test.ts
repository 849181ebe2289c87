import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/adapters/files/config-files.ts';
import { tlsFile } from '../support/certificates.ts';
import { temporaryFolder } from '../support/dsnd.ts';
import { userTable } from '../support/users.ts';

const deploy = fileURLToPath(new URL('../../deploy/', import.meta.url));
const folder = temporaryFolder('dsnd-deploy-');
// Without the program there is no output at all.
const help: unknown = spawnSync('systemd-analyze', ['security', '--help'], { encoding: 'utf8' }).stdout;
const hasAnalyze = String(help).includes('--offline');

beforeAll(() => {
  mkdirSync(join(folder.path, 'tls'));
  copyFileSync(tlsFile('first.pem'), join(folder.path, 'tls/cert.pem'));
  copyFileSync(tlsFile('first.key.pem'), join(folder.path, 'tls/key.pem'));
  writeFileSync(join(folder.path, 'users.toml'), userTable('alice@example.org', 'pencil'));
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(folder.path, 'dkim.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(folder.path, 'provider.password'), 'secret\n');
});
afterAll(() => folder.remove());

describe('the sample configurations', () => {
  it.each(readdirSync(join(deploy, 'examples')))('%s is one with which the server starts', async (name) => {
    const text = readFileSync(join(deploy, 'examples', name), 'utf8');
    const file = join(folder.path, name);
    writeFileSync(file, text.replaceAll('/etc/dsnd', folder.path).replaceAll('/var/lib/dsnd', folder.path));
    const config = await checkConfig(file);
    expect(config.listen.length).toBeGreaterThan(0);
    // None of them is an open relay: what goes on to others is for trusted clients.
    for (const { to, acceptFrom } of config.routes)
      if (to.kind === 'mx' || to.kind === 'smtp') expect(acceptFrom).toBe('relay-from');
  });
});

describe('secrets', () => {
  it('come from a file, or from the environment', async () => {
    const file = join(folder.path, 'secret.toml');
    const text = readFileSync(join(deploy, 'examples/smart-host.toml'), 'utf8')
      .replace('/etc/dsnd/provider.password', 'env:DSND_TEST_PASSWORD')
      .replace('/var/lib/dsnd', folder.path);
    writeFileSync(file, text);
    await expect(checkConfig(file)).rejects.toThrow('env:DSND_TEST_PASSWORD: DSND_TEST_PASSWORD is not set');
    process.env['DSND_TEST_PASSWORD'] = 'from the environment';
    const { routes } = await checkConfig(file);
    delete process.env['DSND_TEST_PASSWORD'];
    expect(routes.at(-1)?.auth?.password).toBe('from the environment');
  });
});

describe('dsnd check-config', () => {
  it.each(['language = "tlh"', 'languages = ["en", "tlh"]'])('says that there are no texts for %s', async (line) => {
    const file = join(folder.path, 'language.toml');
    writeFileSync(
      file,
      `hostname = "mx.example.org"\nstore = "sqlite:q"\n[[listen]]\naddress = "127.0.0.1:0"\n[report]\n${line}`,
    );
    await expect(checkConfig(file)).rejects.toThrow('there are no texts for "tlh"; allowed: en, de');
  });
});

describe('the unit of systemd', () => {
  it.skipIf(!hasAnalyze)('is hardened: "OK" in systemd-analyze security (skips where there is none)', () => {
    const { stdout, stderr } = spawnSync(
      'systemd-analyze',
      ['security', '--offline=true', '--no-pager', '--threshold=30', join(deploy, 'dsnd.service')],
      { encoding: 'utf8' },
    );
    const [, level, word] = /Overall exposure level for dsnd\.service: ([\d.]+) (\w+)/.exec(stdout) ?? [];
    expect([word, stderr]).toEqual(['OK', '']);
    expect(Number(level)).toBeLessThan(3);
  });

  it('runs as a user of its own, with no more rights than to open low ports', () => {
    const unit = readFileSync(join(deploy, 'dsnd.service'), 'utf8');
    for (const line of [
      'User=dsnd',
      'NoNewPrivileges=yes',
      'CapabilityBoundingSet=CAP_NET_BIND_SERVICE',
      'Type=notify',
      'KillMode=mixed',
    ])
      expect(unit.split('\n')).toContain(line);
  });
});
