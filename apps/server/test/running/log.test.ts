import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DSND } from '../support/commands.ts';
import { freePort, temporaryFolder, waitForPort } from '../support/dsnd.ts';
import { submitTo } from '../support/dialogue.ts';

const source = new URL('../../src/', import.meta.url);
const folder = temporaryFolder();
afterAll(() => folder.remove());

/** Writes lines with their numbers, says when that is done, and ends with one more line when it is told to. */
const WRITER = `
import { LogOutput } from ${JSON.stringify(new URL('adapters/process/log-output.ts', source).href)};
process.stdout.isTTY; // what the server asks, too: a pipe does not block from then on
const output = new LogOutput(1);
for (let n = 1; n <= 100000; n++) output.write(JSON.stringify({ n, fill: 'x'.repeat(80) }) + '\\n');
output.flush(() => process.send('done'));
process.once('message', () => output.flush(() => {
  output.write('{"n":"last"}\\n');
  output.flush(() => process.disconnect());
}));
`;

function startWriter(): ChildProcess {
  const script = join(folder.path, 'writer.mjs');
  writeFileSync(script, WRITER);
  return spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
}

describe('the log', () => {
  it('keeps what fits while nobody reads it, and tells how many lines it left out', async () => {
    const writer = startWriter();
    await once(writer, 'message');
    const ended = once(writer, 'exit');
    let text = '';
    writer.stdout?.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    const isRead = once(writer.stdout ?? writer, 'end');
    writer.send('go on');
    expect(await ended).toEqual([0, null]);
    await isRead;
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { n?: number | string; leftOut?: number });
    const kept = lines.findIndex(({ leftOut }) => leftOut !== undefined);
    expect(lines.slice(0, kept).map(({ n }) => n)).toEqual(Array.from({ length: kept }, (_, i) => i + 1));
    expect(lines[kept]?.leftOut).toBe(100_000 - kept);
    expect(lines.slice(kept + 1)).toEqual([{ n: 'last' }]);
  });

  it('ends without harm where its reader has gone', async () => {
    const writer = startWriter();
    writer.stdout?.destroy();
    await once(writer, 'message');
    const ended = once(writer, 'exit');
    writer.send('go on');
    expect(await ended).toEqual([0, null]);
  });

  it.skipIf(!existsSync('/dev/full'))('on a full disk stops no mail, and no stop', async () => {
    const port = await freePort();
    const toml = `hostname = "mx.example.org"\nstore = "sqlite:queue"\n[[listen]]\naddress = "127.0.0.1:${port}"\n`;
    writeFileSync(join(folder.path, 'dsnd.toml'), `${toml}[[route]]\nmatch = "*"\nto = "discard:"\n`);
    const full = openSync('/dev/full', 'w');
    const args = [...DSND, '--config', 'dsnd.toml'];
    const server = spawn(process.execPath, args, { cwd: folder.path, stdio: ['ignore', full, 'inherit'] });
    closeSync(full);
    const ended = once(server, 'exit');
    await waitForPort(port, () => '');
    // The first message is what the log has to write.
    for (const user of ['first', 'second']) {
      await submitTo(port, `<${user}@b.example>`, ['<c@d.example>'], 'Subject: x\r\n\r\nx\r\n');
    }
    server.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
