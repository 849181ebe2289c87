import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openSqliteQueueStore } from '../../src/adapters/sqlite/queue-store.ts';
import { claim, readAll } from './queue-samples.ts';
import { newDirectory } from './queue-directory.ts';

const victim = join(import.meta.dirname, 'queue-store-victim.ts');

/** Runs the victim until it has written so many octets more into the file, and kills it. */
async function runAndKill(directory: string, file: string, round: number, octets: number): Promise<void> {
  const enough = (await stat(file)).size + octets;
  const child = spawn(process.execPath, [victim, directory, file, String(round)], { stdio: 'inherit' });
  const exited = once(child, 'exit');
  while (child.exitCode === null && (await stat(file)).size < enough) await setTimeout(1);
  child.kill('SIGKILL');
  expect((await exited)[1]).toBe('SIGKILL');
}

/** What the victims have said, as sets of message ids. */
async function readSaid(file: string): Promise<Record<'accepted' | 'deferred' | 'settling' | 'settled', Set<string>>> {
  const said = { accepted: [], deferred: [], settling: [], settled: [], opened: [] } as Record<string, string[]>;
  for (const line of (await readFile(file, 'utf8')).trimEnd().split('\n')) {
    const [what = '', id = ''] = line.split(' ');
    said[what]?.push(id);
  }
  const set = (what: string) => new Set(said[what]);
  return { accepted: set('accepted'), deferred: set('deferred'), settling: set('settling'), settled: set('settled') };
}

it(
  'RFC 5321 §6.1 R5321-6.1-a R3464-3-d: kill -9 loses no accepted message, nor a report, nor doubles one',
  { timeout: 120_000 },
  async () => {
    const directory = await newDirectory();
    const file = join(directory, 'said');
    await writeFile(file, '');
    const rounds = Number(process.env['DSNKIT_KILLS'] ?? 6);
    for (let round = 0; round < rounds; round++) {
      await runAndKill(directory, file, round, 1 + Math.floor(Math.random() * 40_000));
    }
    const said = await readSaid(file);
    for (const ids of Object.values(said)) expect(ids.size).toBeGreaterThan(0);

    const store = await openSqliteQueueStore(directory);
    const claims = await claim(store, { limit: 1_000_000, perDestination: 1_000_000 });
    const present = new Map(claims.map((claimed) => [claimed.message.id, claimed]));
    expect(present.size).toBe(claims.length);
    expect(await store.counts()).toEqual({ messages: claims.length, recipients: claims.length });
    for (const id of said.accepted) {
      const here = { message: present.has(id), report: present.has(`r${id}`) };
      if (!said.settling.has(id)) expect(here, id).toEqual({ message: true, report: false });
      else if (said.settled.has(id)) expect(here, id).toEqual({ message: false, report: true });
      else expect(here.message, id).not.toBe(here.report);
      if (said.deferred.has(id) && here.message) expect(present.get(id)?.recipients[0]?.attempts).toBe(1);
    }
    for (const id of present.keys()) expect(await readAll(store, id)).toBe(`content of ${id}`);
    const spooled = claims.filter(({ message: { id } }) => Number(/^m.*x(\d+)$/.exec(id)?.[1]) % 16 === 5);
    expect(await readdir(join(directory, 'spool'))).toHaveLength(spooled.length);
    await store.close();
    await rm(directory, { recursive: true });
  },
);
