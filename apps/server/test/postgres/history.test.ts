import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { openPostgresHistory } from '../../src/adapters/postgres/history.ts';
import { openPostgresQueueStore } from '../../src/adapters/postgres/queue-store.ts';
import { openPostgresSuppression } from '../../src/adapters/postgres/suppression.ts';
import { sharedSecret } from '../../src/adapters/postgres/secrets.ts';
import { SystemClock } from '../../src/adapters/system-clock.ts';
import { HISTORY_READER, makeKeeper } from '../../src/history/keeper.ts';
import type { MailEvent } from '../../src/model.ts';
import type { HistoryWriter } from '../../src/ports.ts';
import { historyContract } from '../contracts/history.ts';
import { suppressionContract } from '../contracts/suppression.ts';
import { waitFor } from '../support/dsnd.ts';
import { describePostgres, openNode } from '../support/postgres-suite.ts';

describePostgres('beside the queue', (server) => {
  /** A database with its tables. */
  async function made(): Promise<string> {
    const url = await server.newDatabase();
    await openPostgresQueueStore(url, { node: 'a' }).then((store) => store.close());
    return url;
  }

  historyContract('the history in PostgreSQL', async () => {
    const url = await made();
    const open = () => {
      const history = openPostgresHistory(url);
      onTestFinished(() => history.close());
      return Promise.resolve(history);
    };
    return { history: await open(), reopen: open };
  });

  suppressionContract('the suppression list in PostgreSQL', async () => {
    const url = await made();
    const reopen = () => {
      const again = openPostgresSuppression(url);
      onTestFinished(() => again.close());
      return Promise.resolve(again);
    };
    return { store: openPostgresSuppression(url), reopen };
  });

  it('shows each node what another changes in the suppression list', async () => {
    const url = await made();
    const [a, b] = [openPostgresSuppression(url), openPostgresSuppression(url)];
    onTestFinished(async () => {
      await Promise.all([a.close(), b.close()]);
    });
    const record = (address: string, failures = 1) => ({
      ...{ address, reason: 'who?', status: '5.1.1', sinceMs: 1, failures, listed: true },
    });
    await a.change([record('b@x'), record('a@x'), record('c@x')], []);
    expect(await b.all()).toEqual([record('b@x'), record('a@x'), record('c@x')].sort(byAddress));
    await a.change([record('b@x', 2)], ['c@x']);
    const changes = await b.changes?.();
    expect(changes?.removed).toEqual(['c@x']);
    expect(changes?.put).toContainEqual(record('b@x', 2));
    expect(await b.changes?.()).toEqual({ put: [], removed: [] });
    expect(await openAll(url)).toEqual([record('a@x'), record('b@x', 2)]);
  });

  it('forgets records of the suppression list that no node has changed meanwhile', async () => {
    const url = await made();
    const [a, b] = [openPostgresSuppression(url), openPostgresSuppression(url)];
    onTestFinished(async () => {
      await Promise.all([a.close(), b.close()]);
    });
    const record = (address: string, failures = 1) => ({
      ...{ address, reason: 'who?', status: '5.1.1', sinceMs: 1, failures, listed: true },
    });
    await a.change([record('a@x'), record('b@x')], []);
    const known = await a.all();
    await b.change([record('b@x', 2)], []);
    await a.forget(known);
    expect(await openAll(url)).toEqual([record('b@x', 2)]);
    expect(await a.changes?.()).toEqual({ put: [record('b@x', 2)], removed: [] });
    await b.forget(known);
    expect(await openAll(url)).toEqual([record('b@x', 2)]);
  });

  it('keeps marks of the last removed addresses only; who slept through more of them reads the whole list', async () => {
    const url = await made();
    const marks = { kept: 2_000, lookEvery: 100 };
    const [a, b] = [openPostgresSuppression(url, marks), openPostgresSuppression(url, marks)];
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    onTestFinished(async () => {
      await Promise.all([a.close(), b.close(), client.end()]);
    });
    const record = (address: string) => ({
      ...{ address, reason: 'who?', status: '5.1.1', sinceMs: 1, failures: 1, listed: true },
    });
    const some = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name}${n}@x`);
    await a.change([record('stays@x'), record('gone@x')], []);
    await b.all();
    await a.change([], ['gone@x']);
    await a.change([], some('f', 500));
    const few = await b.changes?.();
    expect([few?.isWhole, few?.removed.includes('gone@x')]).toEqual([undefined, true]);
    for (let n = 0; n < 5; n++) await a.change([], some(`m${n}-`, 500));
    await a.change([], some('last', 100));
    const { rows } = await client.query('SELECT 1 FROM dsnkit_suppression WHERE record IS NULL');
    expect(rows.length).toBe(2_000);
    expect(await b.changes?.()).toEqual({ put: [record('stays@x')], removed: [], isWhole: true });
    expect(await b.changes?.()).toEqual({ put: [], removed: [] });
    await a.change([], ['stays@x']);
    expect(await b.changes?.()).toEqual({ put: [], removed: ['stays@x'] });
  });

  it('shows a change that was committed after one with a later number', async () => {
    const url = await made();
    const [a, b] = [openPostgresSuppression(url), openPostgresSuppression(url)];
    const slow = new pg.Client({ connectionString: url });
    await slow.connect();
    onTestFinished(async () => {
      await Promise.all([a.close(), b.close(), slow.end()]);
    });
    const record = (address: string) => ({
      ...{ address, reason: 'who?', status: '5.1.1', sinceMs: 1, failures: 1, listed: true },
    });
    await slow.query('BEGIN');
    await slow.query('INSERT INTO dsnkit_suppression (address, record) VALUES ($1, $2)', [
      ...['slow@x', JSON.stringify(record('slow@x'))],
    ]);
    await a.change([record('quick@x')], []);
    expect(await b.all()).toEqual([record('quick@x')]);
    await slow.query('COMMIT');
    expect(await b.changes?.()).toEqual({ put: [record('slow@x')], removed: [] });
    expect(await b.changes?.()).toEqual({ put: [], removed: [] });
  });

  it('has each event once when a node takes over from one that did not pass what it had recorded', async () => {
    const url = await made();
    const history = openPostgresHistory(url);
    const a = await openNode(url, { node: 'a' });
    const b = await openPostgresQueueStore(url, { node: 'b' });
    onTestFinished(() => history.close());
    for (const { journal } of [a, b]) await journal.follow([HISTORY_READER]);
    const trouble: unknown[] = [];
    const parts = {
      ...{ history, clock: new SystemClock(), limits: () => ({ keepMs: 1e15, maxMessages: 9 }) },
      trouble: (error: unknown) => trouble.push(error),
    };
    const event = (messageId: string, atMs: number): MailEvent => ({
      ...{ kind: 'held', recipients: ['x@y'], messageId, atMs },
    });
    // Both know where the history began; the one reads, the other waits.
    const reading = makeKeeper({ ...parts, journal: b.journal });
    await b.journal.note([event('m', 1)]);
    await reading.stop();
    await b.journal.note([event('m', 2)]);
    let isWaiting = false;
    const position = async (): Promise<number> => {
      const from = await history.position();
      isWaiting = true;
      return from;
    };
    const writer: HistoryWriter = {
      position,
      record: (batch) => history.record(batch),
      forget: () => Promise.resolve(0),
    };
    const waiting = makeKeeper({ ...parts, history: writer, journal: a.journal });
    waiting.wake();
    await waitFor(() => isWaiting);
    const [entry] = await b.journal.read({ reader: HISTORY_READER, limit: 9 });
    if (entry === undefined) throw new Error('nothing to record');
    expect(await history.record({ ...entry, after: await history.position(), contents: [] })).toBe(true);
    await b.journal.note([event('m', 3)]);
    // The one ends without a word; what it held is free.
    await b.close();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('UPDATE dsnkit_journal_reader SET node = NULL').finally(() => client.end());
    await waiting.stop();
    expect((await history.one('m'))?.events.map(({ atMs }) => atMs)).toEqual([1, 2, 3]);
    expect(trouble).toEqual([]);
  });

  it('has one secret for all who ask at once, and another under another name', async () => {
    const url = await made();
    const asked = ['a', 'b', 'c'].map((text) => sharedSecret(url, 'key', new TextEncoder().encode(text)));
    const [first, ...others] = (await Promise.all(asked)).map((octets) => Buffer.from(octets).toString());
    expect(['a', 'b', 'c']).toContain(first);
    expect(others).toEqual([first, first]);
    expect(Buffer.from(await sharedSecret(url, 'other', Uint8Array.of(1)))).toEqual(Buffer.from([1]));
  });
});

const byAddress = (a: { readonly address: string }, b: { readonly address: string }): number =>
  a.address < b.address ? -1 : 1;

async function openAll(url: string): Promise<unknown> {
  const store = openPostgresSuppression(url);
  const all = [...(await store.all())].sort(byAddress);
  await store.close();
  return all;
}
