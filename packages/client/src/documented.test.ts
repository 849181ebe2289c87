import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import * as nodemailer from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificate } from '../test/certificate.ts';
import { startTestServer, type TestServer } from '../test/server.ts';
import * as index from './index.ts';
import * as node from './node.ts';
import * as transport from './nodemailer.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = Array.from(readme.matchAll(/^```(\w*)\n([^]*?)^```$/gm), ([, language, text = '']) => ({
  language,
  text,
}));
const blocksOf = (of: string): string[] => blocks.filter(({ language }) => language === of).map(({ text }) => text);
const [withNodemailer = '', alone = '', ...others] = blocksOf('ts');

const MODULES: Readonly<Record<string, unknown>> = {
  nodemailer,
  '@dsnkit/client': index,
  '@dsnkit/client/node': node,
  '@dsnkit/client/nodemailer': transport,
};
const FROM_IMPORT = /^import (\{.*\}) from ('.*');$/gm;

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer({ tls: certificate, login: 'alice pencil' });
});
afterEach(() => server.stop());

/** Runs a block against our server in place of smtp.example.org; gives the lines that it prints. */
async function run(code: string): Promise<unknown[][]> {
  const printed: unknown[][] = [];
  const ours = `host: 'localhost', port: ${server.port}, tlsOptions: { ca }`;
  const body = stripTypeScriptTypes(code)
    .replace(FROM_IMPORT, 'const $1 = modules[$2];')
    .replace(/host: 'smtp\.example\.org'(?:, port: 587)?/, ours);
  expect(body).toContain(ours);
  const AsyncFunction = Object.getPrototypeOf(run).constructor as new (...source: string[]) => Run;
  const console = { log: (...values: unknown[]): void => void printed.push(values) };
  const process = { env: { SMTP_PASSWORD: 'pencil' } };
  await new AsyncFunction('modules', 'console', 'process', 'ca', body)(MODULES, console, process, certificate.cert);
  return printed;
}

type Run = (modules: typeof MODULES, console: object, process: object, ca: string) => Promise<void>;

/** What the server heard, in the words of SMTP; how large the message is depends on its date. */
function envelope(): string[] {
  const command = (note: string): string =>
    note
      .replace(/^mail (\S*)/, 'MAIL FROM:<$1>')
      .replace(/^rcpt (\S*)/, 'RCPT TO:<$1>')
      .replace(/SIZE=\d+/, 'SIZE=…');
  return server.heard.filter((note) => /^(?:mail|rcpt) /.test(note)).map(command);
}

describe('the README of @dsnkit/client', () => {
  it('has two examples', () => {
    expect([withNodemailer, alone].map((code) => code.match(FROM_IMPORT)?.length)).toEqual([2, 2]);
    expect(others).toEqual([]);
  });

  it('shows what a server hears by way of nodemailer', async () => {
    await run(withNodemailer);
    const [heard = ''] = blocksOf('');
    expect(envelope()).toEqual(heard.trim().split('\n'));
    expect(server.heard.slice(0, 2)).toEqual(['starttls', 'auth']);
    expect(server.heard.join('\n')).toContain('Subject: Lunch\r\n');
  });

  it('shows how to submit alone, and learns what became of each recipient', async () => {
    const reply: unknown[] = [expect.stringMatching(/^250/)];
    expect(await run(alone)).toEqual([
      ['bob@example.com', true, reply],
      ['carol@example.net', true, reply],
    ]);
    expect(envelope().map((line) => line.replace(/SIZE=… /, ''))).toEqual([
      'MAIL FROM:<alice@example.org> RET=HDRS ENVID=QQ314159',
      'RCPT TO:<bob@example.com> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@example.com',
      'RCPT TO:<carol@example.net> NOTIFY=NEVER',
    ]);
  });
});
