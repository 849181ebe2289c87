import { ESLint } from 'eslint';
import { configs } from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

// What needs types looks at nothing here, and would take half a minute.
const untyped = { parserOptions: { project: null, projectService: false } };
const eslint = new ESLint({
  cwd: new URL('../', import.meta.url).pathname,
  overrideConfig: [{ files: ['**/*.ts'], ...configs.disableTypeChecked, languageOptions: untyped }],
});

/** Whether a file with this in it is stopped by a rule of the house. */
async function isStopped(file: string, code: string): Promise<boolean> {
  const [result] = await eslint.lintText(code, { filePath: file });
  const messages = result?.messages ?? [];
  expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
  return messages.some(({ ruleId }) => /^(house\/|no-restricted-)/.test(ruleId ?? ''));
}

const pureFiles = ['packages/xtext/src/xtext.ts', 'packages/client/src/submit.ts', 'apps/server/src/queue/work.ts'];
const impureFiles = ['apps/server/src/run.ts', 'apps/server/src/adapters/system-clock.ts', 'apps/cli/src/main.ts'];

describe('lint: I/O, clock, randomness and timers live at the rim', () => {
  it.each([
    ["import { readFileSync } from 'node:fs'; readFileSync('x');"],
    ["import { readFile } from 'fs/promises'; readFile('x');"],
    ["import { EventEmitter } from 'events'; export const x = new EventEmitter();"],
    ["import { Buffer } from 'buffer'; export const x = Buffer;"],
    ["export const x = await import('node:net');"],
    ["export { readFileSync } from 'node:fs';"],
    ["export * from 'node:fs';"],
    ["export type X = import('node:fs').Stats;"],
    ['export const x = Date.now();'],
    ["export const x = Date['now']();"],
    ['const { now } = Date; export const x = now();'],
    ['export const x = new Date();'],
    ['export const x = new Date;'],
    ['export const x = Date();'],
    ['export const x = Temporal.Now.instant();'],
    ['export const x = performance.now();'],
    ['export const x = Math.random();'],
    ['const { random } = Math; export const x = random();'],
    ['export const x = crypto.randomUUID();'],
    ['export const x = globalThis.crypto.randomUUID();'],
    ['setTimeout(() => undefined, 3);'],
    ['globalThis.setInterval(() => undefined, 3);'],
    ['export const x = AbortSignal.timeout(3);'],
    ['export const x = process.env;'],
    ["export const x = fetch('http://localhost/');"],
    ["console.log('x');"],
  ])('%s', async (code) => {
    for (const file of pureFiles) expect([file, await isStopped(file, code)]).toEqual([file, true]);
    for (const file of impureFiles) expect([file, await isStopped(file, code)]).toEqual([file, false]);
  });

  it('lets a pure file make a date of a time that it was given, and stop at a signal', async () => {
    const code = 'export const x = new Date(0); export const y = AbortSignal.any([]); export const z = Math.max(1, 2);';
    for (const file of pureFiles) expect([file, await isStopped(file, code)]).toEqual([file, false]);
  });

  it('lets only main, run and adapters of the server name an adapter', async () => {
    const code = "export { SystemClock } from './adapters/system-clock.ts';";
    expect(await isStopped('apps/server/src/server.ts', code)).toBe(true);
    expect(await isStopped('apps/server/src/run.ts', code)).toBe(false);
  });
});

describe('lint: imports point down', () => {
  it.each([
    ['packages/xtext/src/xtext.ts', '@dsnkit/delivery-status'],
    ['packages/delivery-status/src/parse.ts', '@dsnkit/esmtp-parameters'],
    ['packages/smtp/src/reply.ts', '@dsnkit/dsn-policy'],
    ['packages/client/src/node.ts', '@dsnkit/bounce'],
    ['packages/client/src/nodemailer.ts', 'nodemailer'],
    ['packages/client/src/node.ts', 'nodemailer'],
    ['packages/xtext/src/xtext.ts', '../../smtp/src/reply.ts'],
    ['packages/xtext/src/xtext.test.ts', '../../smtp/src/reply.ts'],
    ['packages/xtext/src/xtext.ts', '@dsnkit/server'],
    ['apps/cli/src/main.ts', '@dsnkit/server'],
    ['apps/cli/src/main.ts', '../../server/src/run.ts'],
    ['apps/server/src/run.ts', '@dsnkit/cli'],
    ['tools/fuzz.ts', '../packages/xtext/src/index.ts'],
  ])('%s may not import %s, in any way of importing', async (file, source) => {
    expect(await isStopped(file, `import { x } from '${source}'; export const y = x;`)).toBe(true);
    expect(await isStopped(file, `import type { X } from '${source}'; export type Y = X;`)).toBe(true);
    expect(await isStopped(file, `export * from '${source}';`)).toBe(true);
    expect(await isStopped(file, `export const y = await import('${source}');`)).toBe(true);
    expect(await isStopped(file, `export type Y = import('${source}').X;`)).toBe(true);
  });

  it.each([
    ['packages/delivery-status/src/parse.ts', '@dsnkit/xtext'],
    ['packages/bounce/src/mail.ts', '@dsnkit/multipart-report/message'],
    ['packages/client/src/node.ts', 'node:net'],
    ['packages/client/src/node.ts', './error.ts'],
    ['packages/xtext/src/xtext.test.ts', 'fast-check'],
    ['apps/server/src/queue/work.ts', '@dsnkit/dsn-policy'],
    ['apps/server/src/queue/work.ts', '../ports.ts'],
  ])('%s may import %s', async (file, source) => {
    expect(await isStopped(file, `import { x } from '${source}'; export const y = x;`)).toBe(false);
  });
});
