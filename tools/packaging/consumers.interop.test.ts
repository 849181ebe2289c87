import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const PACKAGES = [
  'xtext',
  'esmtp-parameters',
  'delivery-status',
  'multipart-report',
  'bounce',
  'dsn-policy',
  'smtp',
  'client',
];
const isBuilt = PACKAGES.every((name) => existsSync(`${root}packages/${name}/dist/index.d.ts`));

/** A consumer's code: the same that runs in the browser test, and the types by name. */
const CONSUMER = `${readFileSync(new URL('./exercise.ts', import.meta.url), 'utf8')}
import type { DeliveryStatus, StatusCode } from '@dsnkit/delivery-status';
import type { MailParameters, Notify } from '@dsnkit/esmtp-parameters';
import { decideNotifications } from '@dsnkit/dsn-policy';
import { submit, type Message } from '@dsnkit/client';
import { ServerSession, type ServerEvent } from '@dsnkit/smtp';
export type All = [DeliveryStatus, StatusCode, MailParameters, Message, Notify, ServerEvent];
export const session: ServerSession = new ServerSession({ hostname: 'mx.example.org' });
export { decideNotifications, submit };
`;

const COMPILERS = [
  ['5.9', 'typescript59/bin/tsc'],
  ['6', 'typescript/bin/tsc6'],
  ['7', 'typescript7/bin/tsc'],
] as const;

describe.runIf(isBuilt)('consumers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dsnkit-consumer-'));

  beforeAll(() => {
    // What npm would install: the published files alone.
    for (const name of PACKAGES) {
      const home = join(folder, 'node_modules/@dsnkit', name);
      mkdirSync(home, { recursive: true });
      cpSync(`${root}packages/${name}/package.json`, join(home, 'package.json'));
      cpSync(`${root}packages/${name}/dist`, join(home, 'dist'), { recursive: true });
    }
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'consumer.ts'), CONSUMER);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(
    COMPILERS.flatMap(([version, path]) => [[version, 'nodenext', path] as const, [version, 'bundler', path] as const]),
  )('TypeScript %s with module resolution %s takes the types, library checks on', (_version, resolution, path) => {
    const compilerOptions = {
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      target: 'es2022',
      lib: ['es2022', 'dom'],
      types: [],
      module: resolution === 'bundler' ? 'esnext' : 'nodenext',
      moduleResolution: resolution,
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
    const args = [join(root, 'node_modules', path), '-p', 'tsconfig.json'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    expect(stdout + stderr).toBe('');
    expect(status).toBe(0);
  });
});

it.skipIf(isBuilt)('skipped: needs built packages (npm test)', () => undefined);
