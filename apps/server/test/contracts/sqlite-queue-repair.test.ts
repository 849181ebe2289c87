import { mkdir, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkStore } from '../../src/adapters/sqlite/check.ts';
import { exportStore, recoverStore } from '../../src/adapters/sqlite/recover.ts';
import { openSqliteSuppression } from '../../src/adapters/sqlite/suppression.ts';
import { openSqliteQueueStore } from '../../src/adapters/sqlite/queue-store.ts';
import { brief, claim, deferred, lease, octets, readAll, sample } from './queue-samples.ts';
import { newDirectory } from './queue-directory.ts';

let home = '';
const store = () => join(home, 'store');
const rescued = () => join(home, 'rescued');
beforeEach(async () => {
  home = await newDirectory();
  await mkdir(store());
});
afterEach(() => rm(home, { recursive: true }));

const change = (sql: string) => {
  const database = new DatabaseSync(join(store(), 'queue.db'));
  database.exec(sql);
  database.close();
};

/** So many messages of 3 000 octets, m0 under a claim that was never settled, m1 deferred, m2 in a file. */
async function fill(count: number): Promise<void> {
  const queue = await openSqliteQueueStore(store());
  const content = [octets('x'.repeat(3_000))];
  const spool = await queue.spool();
  await spool.write(octets('large '.repeat(20)));
  await queue.accept([sample('m0', { content })], lease(Number.MAX_SAFE_INTEGER));
  await queue.accept([sample('m1', { content })]);
  const [claimed] = await claim(queue);
  await queue.settle({
    ...{ messageId: 'm1', token: claimed?.token ?? '', children: [], messages: [] },
    updates: [deferred(0, { dueAtMs: 5_000 })],
  });
  await queue.accept([sample('m2', { content: await spool.finish() })]);
  await queue.accept(Array.from({ length: count - 3 }, (_, index) => sample(`m${index + 3}`, { content })));
  await queue.close();
}

async function spoil(page: number, file = join(store(), 'queue.db')): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(Buffer.alloc(4_096, 'garbage '), 0, 4_096, page * 4_096);
  await handle.close();
}

describe('checking a store', () => {
  it('finds nothing wrong with what a server left', async () => {
    await fill(50);
    expect(checkStore(store())).toEqual({ messages: 50, recipients: 50, problems: [], beside: [], remarks: [] });
  });

  it('is for stores that nobody has open, and only for stores', async () => {
    const queue = await openSqliteQueueStore(store());
    expect(() => checkStore(store())).toThrow(expect.objectContaining({ code: 'locked' }));
    await queue.close();
    expect(() => checkStore(home)).toThrow(`There is no store in ${home}`);
    change('PRAGMA application_id = 7');
    expect(() => checkStore(store())).toThrow('not a mail queue');
  });

  it.each([
    ["DELETE FROM message WHERE id = 'm4'", /recipients without a message: \d/],
    ["DELETE FROM recipient WHERE seq = (SELECT seq FROM message WHERE id = 'm4')", /it has no recipients/],
    ["UPDATE message SET id = 'm5' WHERE id = 'm4'", /messages of one id: m5/],
    ["UPDATE message SET envelope = '{' WHERE id = 'm4'", /can't be read: .*JSON/],
    ["UPDATE message SET content = NULL WHERE id = 'm4'", /no content/],
    ['UPDATE recipient SET n = 7 WHERE seq = 3', /recipient 7 is counted beyond 0/],
    ['INSERT INTO fresh SELECT seq, id, envelope, 1, NULL, content FROM message WHERE seq = 4', /in two places: 4/],
  ])('sees what %s does', async (sql, problem) => {
    await fill(10);
    change(sql);
    expect(checkStore(store()).problems.join('\n')).toMatch(problem);
  });

  it('reads every page of history and suppression list, too', async () => {
    await fill(10);
    const suppression = openSqliteSuppression(join(store(), 'suppression.db'));
    await suppression.change([], []);
    await suppression.close();
    const history = new DatabaseSync(join(store(), 'history.db'));
    history.exec("CREATE TABLE event (event TEXT); INSERT INTO event VALUES ('x')");
    history.close();
    expect(checkStore(store())).toMatchObject({ problems: [], beside: [] });
    await spoil(1, join(store(), 'history.db'));
    await writeFile(join(store(), 'suppression.db'), 'no database at all, of whatever length it may be');
    const { problems, beside } = checkStore(store());
    expect(problems).toEqual([]);
    expect(beside).toEqual([
      expect.stringMatching(/^history\.db: /),
      expect.stringMatching(/^suppression\.db: .*not a database/),
    ]);
  });

  it('sees content that is missing, and remarks on content of no message', async () => {
    await fill(10);
    const [name = ''] = await readdir(join(store(), 'spool'));
    await rm(join(store(), 'spool', name));
    await writeFile(join(store(), 'spool', '0000000z'), 'left over');
    const { problems, remarks } = checkStore(store());
    expect(problems).toEqual([`Message m2: its content file ${name} is missing`]);
    expect(remarks).toEqual([expect.stringMatching(/^1 content files of no message/)]);
  });
});

describe('recovering a store', () => {
  it('makes one of the same messages, which a server opens', async () => {
    await fill(50);
    expect(await recoverStore(store(), rescued())).toEqual({ messages: 50, recipients: 50, lost: [] });
    expect(checkStore(rescued()).problems).toEqual([]);
    const queue = await openSqliteQueueStore(rescued());
    const [, ...others] = Array.from({ length: 50 }, (_, index) => `m${index}:0`);
    const claimed = await claim(queue);
    expect(brief(claimed).toSorted()).toEqual(['m0:0', ...others.filter((each) => each !== 'm1:0')].toSorted());
    const later = await claim(queue, { nowMs: 5_000 });
    expect(later[0]?.recipients[0]).toMatchObject({ attempts: 1, dueAtMs: 5_000 });
    expect(await readAll(queue, 'm2')).toBe('large '.repeat(20));
    expect(await readAll(queue, 'm0')).toBe('x'.repeat(3_000));
    await queue.close();
  });

  it.each(['', '.', '..', '../../outside', 'folder', 'link', 'no\0thing'])(
    'takes content from its own folder alone, whatever a row says: %j',
    async (name) => {
      await fill(10);
      await writeFile(join(home, 'outside'), 'secret');
      await mkdir(join(store(), 'spool', 'folder'));
      await symlink(join(home, 'outside'), join(store(), 'spool', 'link'));
      const database = new DatabaseSync(join(store(), 'queue.db'));
      database.prepare("UPDATE message SET spool = ? WHERE id = 'm2'").run(name);
      database.close();
      const expected = { messages: 9, recipients: 9, lost: [`Message m2: its content file ${name} can't be read`] };
      expect(await recoverStore(store(), rescued())).toEqual(expected);
      expect(await readdir(join(rescued(), 'spool'))).toEqual([]);
      expect(await exportStore(store(), join(home, 'files'))).toEqual(expected);
      expect(await readdir(home)).toEqual(['files', 'outside', 'rescued', 'store']);
    },
  );

  it('saves what lies before and behind damaged pages, wherever they are', async () => {
    await fill(400);
    const file = join(store(), 'queue.db');
    const pristine = await readFile(file);
    const pages = pristine.length / 4_096;
    let least = Infinity;
    for (let page = 2; page < pages; page += 23) {
      await writeFile(file, pristine);
      await spoil(page);
      await rm(rescued(), { recursive: true, force: true });
      const { messages, lost } = await recoverStore(store(), rescued());
      expect(checkStore(rescued())).toMatchObject({ messages, problems: [] });
      if (messages < 400) expect(lost).not.toEqual([]);
      least = Math.min(least, messages);
    }
    expect(least).toBeGreaterThan(0);
  });

  it('makes no folder where there is no store to read, nor does an export', async () => {
    for (const rescue of [recoverStore, exportStore])
      await expect(rescue(home, rescued())).rejects.toThrow(`There is no store in ${home}`);
    expect(await readdir(home)).toEqual(['store']);
  });

  it('does not write into what is there, and loses nothing of the old store', async () => {
    await fill(5);
    await mkdir(rescued());
    await writeFile(join(rescued(), 'file'), '');
    await expect(recoverStore(store(), rescued())).rejects.toThrow('is not empty');
    await rm(join(rescued(), 'file'));
    await recoverStore(store(), rescued());
    expect(checkStore(store())).toMatchObject({ messages: 5, problems: [] });
  });

  it('says of each message that it can not save why', async () => {
    await fill(10);
    change("UPDATE message SET envelope = '{' WHERE id = 'm4'");
    const [name = ''] = await readdir(join(store(), 'spool'));
    await rm(join(store(), 'spool', name));
    const { messages, lost } = await recoverStore(store(), rescued());
    expect(messages).toBe(8);
    expect(lost).toEqual([
      `Message m2: its content file ${name} can't be read`,
      expect.stringMatching(/^Message \d+ can't be read: /),
    ]);
  });
});

it('exporting a store writes each message as a file, and its envelope beside it', async () => {
  await fill(4);
  expect(await exportStore(store(), rescued())).toEqual({ messages: 4, recipients: 4, lost: [] });
  expect((await readdir(rescued())).toSorted()).toEqual(
    ['m0', 'm1', 'm2', 'm3'].flatMap((id) => [`${id}.eml`, `${id}.json`]),
  );
  expect(await readFile(join(rescued(), 'm2.eml'), 'utf8')).toBe('large '.repeat(20));
  expect(JSON.parse(await readFile(join(rescued(), 'm1.json'), 'utf8'))).toMatchObject({
    message: { id: 'm1' },
    recipients: [{ n: 0, attempts: 1, dueAtMs: 5_000 }],
  });
});
