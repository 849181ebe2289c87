import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type ApiServer } from './api-server.ts';

const docs = fileURLToPath(new URL('../../../../docs/api.md', import.meta.url));
const cli = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));
const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

/** What stands in blocks of a language. */
const blocks = Array.from(readFileSync(docs, 'utf8').matchAll(/^```sh\n([^]*?)^```$/gm), ([, text = '']) => text);

describe.skipIf(!has('curl') || !has('bash'))('docs/api.md (skipped where curl and bash are not installed)', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApi();
  });
  afterAll(() => server.stop());

  it('has commands', () => {
    expect(blocks.length).toBeGreaterThan(6);
  });

  it.each(blocks.map((text) => ({ first: text.split('\n', 1)[0], text })))('$first', async ({ text }) => {
    const isStream = text.includes('/api/v1/events');
    const isWatch = text.includes('dsn watch');
    const script = text
      .replaceAll('http://127.0.0.1:8025', new URL(server.url).origin)
      .replaceAll('curl ', `curl --fail-with-body ${isStream ? '--max-time 1 ' : ''}`)
      .replaceAll(/^dsn /gm, `"${process.execPath}" --conditions=source "${cli}" `);
    const env = { ...process.env, DSN_API_URL: server.url };
    const feed = setInterval(() => {
      if (!isWatch) return;
      const body = { from: '', recipients: [{ address: 'ok@simulator.test' }], raw: 'a: b\n\n' };
      void server.post('/api/v1/messages', body);
    }, 50);
    const run = promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { env });
    const result = await run.catch((error: unknown) => error as { code: number; stdout: string; stderr: string });
    clearInterval(feed);
    // A stream has no end: curl is told to leave, and says that it had to.
    expect(['code' in result ? result.code : 0, result.stderr.replace(/^curl: \(28\).*\n/, '')]).toEqual([
      isStream ? 28 : 0,
      '',
    ]);
    expect(result.stdout).not.toContain('"code":');
  });
});
