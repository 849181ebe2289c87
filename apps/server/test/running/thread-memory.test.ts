import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DSND } from '../support/commands.ts';
import { freePort, startProcess, temporaryFolder, waitFor } from '../support/dsnd.ts';

/** Each thread says to what size its heap may grow, once the server has begun to run. */
const TELL = `
import { isMainThread } from 'node:worker_threads';
import { getHeapStatistics } from 'node:v8';
console.error((isMainThread ? 'main' : 'store') + ' may take ' + getHeapStatistics().heap_size_limit + ' octets');
`;

const folder = temporaryFolder();
const tell = join(folder.path, 'tell.mjs');

beforeAll(() => writeFileSync(tell, TELL));
afterAll(() => folder.remove());

/** The limits of the heaps, with so many MB for each half of the young generation. */
async function limits(semiSpaceMb: number): Promise<{ readonly main: number; readonly store: number }> {
  const port = await freePort();
  const home = temporaryFolder();
  const toml = `hostname = "mx.example.org"\nstore = "sqlite:queue"\n[[listen]]\naddress = "127.0.0.1:${port}"\n`;
  writeFileSync(join(home.path, 'dsnd.toml'), `${toml}[[route]]\nmatch = "*"\nto = "discard:"\n`);
  const options = [`--max-semi-space-size=${semiSpaceMb}`, `--import=${pathToFileURL(tell).href}`];
  const args = [...options, ...DSND, '--config', 'dsnd.toml'];
  const server = await startProcess(args, home.path, port);
  const read = (thread: string): number =>
    Number(new RegExp(`${thread} may take (\\d+) octets`).exec(server.log())?.[1]);
  await waitFor(() => !Number.isNaN(read('main')) && !Number.isNaN(read('store')));
  await server.stop();
  home.remove();
  return { main: read('main'), store: read('store') };
}

describe('--max-semi-space-size', () => {
  it('is for the thread that receives and relays; that of the store has its own limit', async () => {
    const few = await limits(8);
    const many = await limits(32);
    expect(many.main - few.main).toBeGreaterThan(40 * 1_048_576);
    expect(many.store).toBe(few.store);
  });
});
