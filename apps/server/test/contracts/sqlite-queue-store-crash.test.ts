import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { openSqliteQueueStore } from '../../src/adapters/sqlite-queue-store.ts';
import { claim, readAll } from './queue-samples.ts';
import { newDirectory } from './queue-directory.ts';

const victim = join(import.meta.dirname, 'queue-store-victim.ts');

/** Runs the victim until it has said about so many lines, kills it, and gives all that it had said. */
async function runAndKill(directory: string, round: number, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [victim, directory, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    // Not at once: the next line would always be the one that was cut off.
    if (said.length === lines) setTimeout(() => child.kill('SIGKILL'), Math.random() * 5);
  }
  expect((await exited)[1]).toBe('SIGKILL');
  return said;
}

it(
  'RFC 5321 §6.1 R5321-6.1-a R3464-3-d: kill -9 loses no accepted message, and no report nor doubles it',
  { timeout: 120_000 },
  async () => {
    const directory = await newDirectory();
    const said = {
      accepted: new Set<string>(),
      deferred: new Set<string>(),
      settling: new Set<string>(),
      settled: new Set<string>(),
    };
    const rounds = Number(process.env['DSNKIT_KILLS'] ?? 6);
    for (let round = 0; round < rounds; round++) {
      for (const line of await runAndKill(directory, round, 1 + Math.floor(Math.random() * 1_500))) {
        const [what, id] = line.split(' ') as [keyof typeof said | 'opened', string];
        if (what !== 'opened') said[what].add(id);
      }
    }
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
