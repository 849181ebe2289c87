import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkStore } from '../../src/adapters/sqlite/check.ts';
import { recoverStore } from '../../src/adapters/sqlite/recover.ts';
import { schemaVersion } from '../../src/adapters/sqlite/schema.ts';
import { openSqliteQueueStore } from '../../src/adapters/sqlite/queue-store.ts';
import { brief, claim, failure, readAll } from './queue-samples.ts';
import { newDirectory } from './queue-directory.ts';

const fixtures = join(import.meta.dirname, 'schema-versions');
const versions = [1, 2];
const journalSince = 2;
let home = '';
beforeEach(async () => {
  home = await newDirectory();
});
afterEach(() => rm(home, { recursive: true }));

/** The store that the code of a version left, as its fixture tells. */
async function restore(version: number): Promise<string> {
  const directory = join(home, `version-${version}`);
  await mkdir(join(directory, 'spool'), { recursive: true });
  const database = new DatabaseSync(join(directory, 'queue.db'));
  database.exec(await readFile(join(fixtures, `version-${version}.sql`), 'utf8'));
  database.close();
  await writeFile(join(directory, 'spool', '00000001'), 'large '.repeat(10));
  return directory;
}

function schemaOf(directory: string): unknown {
  const database = new DatabaseSync(join(directory, 'queue.db'));
  const entries = database.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name').all();
  const { is } = schemaVersion(database);
  database.close();
  return { is, entries: entries.map((entry) => ({ ...entry })) };
}

async function expectAll(directory: string, version: number): Promise<void> {
  const store = await openSqliteQueueStore(directory);
  expect(await store.counts()).toEqual({ messages: 5, recipients: 7 });
  const due = await claim(store);
  expect(brief(due).toSorted()).toEqual(['m2:1,7', 'm3:0', 'm4:0,1', 'r2:0']);
  expect(due.find(({ message }) => message.id === 'm2')).toMatchObject({
    lastN: 7,
    recipients: [{ n: 1 }, { n: 7, shownAs: 'list@example.com' }],
  });
  expect(due.find(({ message }) => message.id === 'r2')?.message).toMatchObject({ reversePath: '', origin: 'report' });
  expect(brief(await claim(store, { nowMs: 4_999 }))).toEqual([]);
  const [deferred] = await claim(store, { nowMs: 5_000 });
  expect(deferred?.recipients).toMatchObject([{ n: 0, attempts: 1, dueAtMs: 5_000, lastFailure: failure }]);
  expect(await readAll(store, 'm3')).toBe('large '.repeat(10));
  expect(await readAll(store, 'm4')).toBe('Subject: m4\r\n\r\nbody\r\n');
  if (version >= journalSince) {
    await store.journal.follow(['first', 'second']);
    const event = { kind: 'delivered', atMs: 1, messageId: 'm1', recipient: 'user0@example.com' };
    expect(await store.journal.read({ reader: 'first', limit: 9 })).toEqual([]);
    expect(await store.journal.read({ reader: 'second', limit: 9 })).toMatchObject([{ events: [event] }]);
    expect(await store.journal.deadLetters('first', 0, 9)).toMatchObject([{ event, atMs: 2, reason: 'nobody there' }]);
    expect(await store.paused()).toEqual([{ destination: 'smtp://paused', sinceMs: 3 }]);
  }
  await store.close();
}

describe.each(versions)('a store of schema version %d', (version) => {
  it('is brought up to date when it is opened, with all that it holds', async () => {
    const directory = await restore(version);
    await expectAll(directory, version);
    const fresh = join(home, 'fresh');
    await (await openSqliteQueueStore(fresh)).close();
    expect(schemaOf(directory)).toEqual(schemaOf(fresh));
    expect(checkStore(directory).problems).toEqual([]);
  });

  it('is checked and recovered as it is', async () => {
    const directory = await restore(version);
    const { messages, recipients, problems } = checkStore(directory);
    expect({ messages, recipients, problems }).toEqual({ messages: 5, recipients: 7, problems: [] });
    const rescued = join(home, 'rescued');
    expect(await recoverStore(directory, rescued)).toEqual({ messages: 5, recipients: 7, lost: [] });
    await expectAll(rescued, version);
    expect(schemaOf(directory)).toMatchObject({ is: version });
  });
});

it('there is a fixture of every version, so that a new one can not be forgotten', async () => {
  const database = new DatabaseSync(':memory:');
  const { latest } = schemaVersion(database);
  expect(versions).toEqual(Array.from({ length: latest }, (_, index) => index + 1));
  expect((await readdir(fixtures)).toSorted()).toEqual(versions.map((version) => `version-${version}.sql`));
});
