import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { fillFolder, mail, temporaryFolder } from '../support/folder.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const built = existsSync(main);
const folder = temporaryFolder();
const key = `${process.platform}-${process.arch}`;

/** A Node of another major version, as npm has it; undefined where it can't be had. */
function nodeOf(version: string): string | undefined {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  const home = join(folder.path, `node-${version}`);
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{"private":true}');
  const args = ['install', '--no-audit', '--no-fund', '--prefer-offline', `node-${key}@${version}`];
  spawnSync('npm', args, { cwd: home, timeout: 120_000 });
  const binary = join(home, 'node_modules', `node-${key}`, 'bin/node');
  return existsSync(binary) ? binary : undefined;
}

describe.skipIf(!built)('the program as it was built (skipped until it is)', () => {
  afterAll(folder.remove);
  const box = join(folder.path, 'box');
  mkdirSync(box);
  fillFolder(box);

  it.each(['22', '24', '26'])('does on Node %s what it does on this one', (version) => {
    const node = nodeOf(version);
    if (node === undefined) {
      console.log(`Node ${version} could not be had: left out`);
      return;
    }
    const run = (program: string, args: readonly string[]): unknown => {
      const { status, stdout, stderr } = spawnSync(program, [main, ...args], {
        encoding: 'utf8',
        input: 'Subject: x\n\nx\n',
      });
      return { status, stdout, stderr };
    };
    expect(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout).toMatch(`v${version}.`);
    for (const args of [
      ['--version'],
      ['inspect', '--json', box],
      ['inspect', '--summary', '-j', '2', ...Array<string>(300).fill(join(mail, 'bounces.mbox'))],
      ['lint', '--sarif', join(mail, 'faulty.eml')],
      ['lint', '--fix', join(mail, 'faulty.eml')],
      ['compose', '--schema'],
      ['explain', '5.7.26'],
      ['params', 'parse', 'RCPT TO:<a@b.example> NOTIFY=NEVER'],
      ['xtext', 'encode', 'a b'],
      ['send', '--server', '127.0.0.1:1', '--from', 'a@b.example', '--to', 'c@d.example', '--timeout', '5'],
      ['inspect', '-'],
      ['inspect', 'no-such.eml'],
      ['man', 'probe'],
    ])
      expect([args[0], run(node, args)]).toEqual([args[0], run(process.execPath, args)]);
  });
});
