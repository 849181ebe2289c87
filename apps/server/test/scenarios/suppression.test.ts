import { describe, expect, it } from 'vitest';
import { openMemorySuppression } from '../../src/adapters/memory/suppression.ts';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import type { Suppression } from '../../src/ports.ts';
import { ScriptedHost } from '../simulation/scripted-host.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

const day = 86_400_000;
const SUBMISSION = '[[listen]]\naddress = "0.0.0.0:25"\nrole = "submission"\nrelay-from = ["0.0.0.0/0"]';

/** Refuses nobody: what is on the list may fail all the same. */
const OPEN = SUBMISSION.replace('submission', 'relay');

async function start(table: string, listen = SUBMISSION) {
  const world = new World();
  const state = { takesAll: false };
  await ScriptedHost.start(world.host('hop.example'), {
    RCPT: (line) => {
      if (state.takesAll || line.includes('good')) return '250 2.1.5 ok';
      if (line.includes('listed')) return '550 Rejected because 192.0.2.1 is in a black list at zen.spamhaus.org';
      return line.includes('full') ? '552 5.2.2 full' : '550 5.1.1 who is that?';
    },
  });
  const toml = `
[[route]]
match = "pure-heart.org"
to = "maildir:mail"
[[alias]]
address = "team@pure-heart.org"
to = ["gone@ivory.edu"]
[[route]]
match = "*"
to = "smtp://hop.example:25"
${table}`;
  const kept = { store: openMemoryQueueStore(), suppression: openMemorySuppression() };
  const server = await world.server('mx.example.org', toml, { listen, ...kept });
  const list = server.running.suppression;
  if (list === undefined) throw new Error('there is no list');
  /** The reply to RCPT. */
  const send = async (to: string): Promise<string> => {
    const replies = await submit(world, 'mx.example.org', ['MAIL FROM:<alice@pure-heart.org>', `RCPT TO:<${to}>`]);
    await world.clock.advance(5000);
    return replies[3] ?? '';
  };
  return { world, ...server, list, send, state, toml, kept };
}

const all = async (entries: AsyncIterable<Suppression>): Promise<Suppression[]> => {
  const found: Suppression[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
};

describe('the suppression list', () => {
  it('RFC 3463 §3.2: refuses what failed for good since there is no such address, and says whose list it is, why and until when', async () => {
    const { send, events, list, world } = await start('[suppression]\nkeep = "2d"');
    expect(await send('Bob@ivory.edu')).toMatch(/^250/);
    expect(await send('bob@ivory.edu')).toMatch(/^550 5\.1\.1 It stands there since .* failed with 5\.1\.1$/);
    expect(await send('carol@ivory.edu')).toMatch(/^250/);
    const [entry] = (await list.list({ limit: 10, search: 'BOB' })).entries;
    expect(entry).toMatchObject({ address: 'bob@ivory.edu', status: '5.1.1', reason: '550 5.1.1 who is that?' });
    expect(entry?.messageId).toBe(events.find(({ kind }) => kind === 'failed')?.messageId);
    expect(events.find(({ kind }) => kind === 'suppression-added')).toMatchObject({ address: 'bob@ivory.edu' });
    expect(events.find(({ kind }) => kind === 'suppressed')).toMatchObject({
      ...{ recipient: 'bob@ivory.edu', reversePath: 'alice@pure-heart.org', messageId: '' },
    });
    await world.clock.advance(2 * day);
    expect(await send('bob@ivory.edu')).toMatch(/^250/);
  });

  it('RFC 3461 §6.3(g): leaves alone whom a host refuses for another reason, in words and by a bare 550', async () => {
    const { send, events } = await start('[suppression]');
    expect(await send('listed@ivory.edu')).toMatch(/^250/);
    expect(await send('listed@ivory.edu')).toMatch(/^250/);
    const failed = events.filter(({ kind }) => kind === 'failed');
    expect(failed).toHaveLength(2);
    expect(failed[0]).toMatchObject({ failure: { status: '5.7.1' } });
  });

  it('takes what operators add', async () => {
    const { send, list, world } = await start('[suppression]\nkeep = "never"');
    await list.add([{ address: 'x@y.example', reason: 'asked us to stop', sinceMs: world.clock.now() }], 'root');
    expect(await send('X@Y.example')).toMatch(/^550 5\.1\.1 It stands there since/);
    expect(await list.get('x@y.example')).toMatchObject({ reason: 'asked us to stop', failures: 0 });
  });

  it('keeps the word of an operator when mail that was on its way fails', async () => {
    const { send, list, world } = await start('[suppression]\nfailures = 2\nkeep = "2d"', OPEN);
    const sinceMs = world.clock.now();
    await list.add([
      { address: 'ever@ivory.edu', reason: 'asked us to stop', sinceMs },
      { address: 'long@ivory.edu', reason: 'left the company', sinceMs, untilMs: sinceMs + 9 * day },
      { address: 'soon@ivory.edu', reason: 'is away', sinceMs, untilMs: sinceMs + day },
    ]);
    for (const name of ['ever', 'long', 'soon']) expect(await send(`${name}@ivory.edu`)).toMatch(/^250/);
    const kept = { sinceMs, failures: 1 };
    expect(await list.get('ever@ivory.edu')).toEqual({
      address: 'ever@ivory.edu',
      reason: 'asked us to stop',
      ...kept,
    });
    expect(await list.get('long@ivory.edu')).toMatchObject({
      ...{ ...kept, reason: 'left the company', untilMs: sinceMs + 9 * day },
    });
    const soon = await list.get('soon@ivory.edu');
    expect(soon).toMatchObject({ ...kept, reason: 'is away' });
    expect(soon?.untilMs).toBeGreaterThan(sinceMs + 2 * day - 1);
  });

  it('keeps for good what fails while it stands there for a time, where failures count for good', async () => {
    const { send, list, world } = await start('[suppression]\nkeep = "never"', OPEN);
    const sinceMs = world.clock.now();
    await list.add([{ address: 'bob@ivory.edu', reason: 'is away', sinceMs, untilMs: sinceMs + day }]);
    await send('bob@ivory.edu');
    expect(await list.get('bob@ivory.edu')).toEqual({
      ...{ address: 'bob@ivory.edu', reason: 'is away', sinceMs, failures: 1 },
    });
  });

  it('shows at once what came onto it since it was last looked at', async () => {
    const { list, world } = await start('[suppression]');
    for (const address of ['b@y.example', 'a@y.example']) {
      await list.add([{ address, reason: 'x', sinceMs: world.clock.now() }]);
      expect((await list.list({ limit: 1 })).entries).toMatchObject([{ address }]);
    }
  });

  it('begins anew with an address that took mail after its time on the list', async () => {
    const { send, state, world } = await start('[suppression]\nfailures = 2\nkeep = "2d"');
    for (let n = 0; n < 2; n++) await send('bob@ivory.edu');
    expect(await send('bob@ivory.edu')).toMatch(/^550/);
    await world.clock.advance(3 * day);
    state.takesAll = true;
    expect(await send('bob@ivory.edu')).toMatch(/^250/);
    state.takesAll = false;
    for (let n = 0; n < 2; n++) expect(await send('bob@ivory.edu')).toMatch(/^250/);
    expect(await send('bob@ivory.edu')).toMatch(/^550/);
  });

  it('counts only what the configuration says, as often as it says, without a success in between', async () => {
    const { send, state } = await start('[suppression]\nstatuses = ["5.x.2"]\nfailures = 2');
    await send('bob@ivory.edu');
    expect(await send('bob@ivory.edu')).toMatch(/^250/);
    await send('full@ivory.edu');
    state.takesAll = true;
    await send('full@ivory.edu');
    state.takesAll = false;
    await send('full@ivory.edu');
    expect(await send('full@ivory.edu')).toMatch(/^250/);
    expect(await send('full@ivory.edu')).toMatch(/^550/);
  });

  it('RFC 5321 §4.5.1: never has a postmaster', async () => {
    const { send, list, world } = await start('[suppression]');
    await send('postmaster@ivory.edu');
    expect(await send('Postmaster@ivory.edu')).toMatch(/^250/);
    expect(await list.add([{ address: 'postmaster@a.example', reason: 'x', sinceMs: world.clock.now() }])).toBe(0);
    expect(await all(list.all())).toEqual([]);
    await send('postmasters@ivory.edu');
    expect(await send('postmasters@ivory.edu')).toMatch(/^550/);
  });

  it('blames the address behind an alias, not the alias', async () => {
    const { send, list } = await start('[suppression]');
    await send('team@pure-heart.org');
    expect(await send('team@pure-heart.org')).toMatch(/^250/);
    expect((await all(list.all())).map(({ address }) => address)).toEqual(['gone@ivory.edu']);
  });

  it('counts for the address behind an alias that it took mail', async () => {
    const { send, state, list } = await start('[suppression]\nfailures = 2');
    for (const takesAll of [false, true, false]) {
      state.takesAll = takesAll;
      await send('team@pure-heart.org');
    }
    expect(await list.get('gone@ivory.edu')).toBeUndefined();
    await send('team@pure-heart.org');
    expect(await list.get('gone@ivory.edu')).toMatchObject({ failures: 2 });
  });

  it('holds at submission only, or where a listener says so', async () => {
    const open = await start('[suppression]', OPEN);
    await open.send('bob@ivory.edu');
    expect(await open.send('bob@ivory.edu')).toMatch(/^250/);
    const closed = await start('[suppression]', `${OPEN}\nsuppression = true`);
    await closed.send('bob@ivory.edu');
    expect(await closed.send('bob@ivory.edu')).toMatch(/^550/);
  });

  it('forgets addresses some time after they went off, whatever way, and keeps what is prolonged or for good', async () => {
    const { send, list, world, kept } = await start('[suppression]\nfailures = 2\nkeep = "2d"', OPEN);
    const sinceMs = world.clock.now();
    const entry = (address: string, days: number) => ({ address, reason: 'x', sinceMs, untilMs: sinceMs + days * day });
    await list.add([
      entry('short@ivory.edu', 1),
      entry('long@ivory.edu', 9),
      entry('more@ivory.edu', 1),
      { address: 'ever@ivory.edu', reason: 'x', sinceMs },
    ]);
    for (const name of ['once', 'twice', 'twice']) await send(`${name}@ivory.edu`);
    await world.clock.advance(2.5 * day);
    await list.add([entry('more@ivory.edu', 9)]);
    const left = async (): Promise<readonly string[]> =>
      (await kept.suppression.all()).map(({ address }) => address.replace('@ivory.edu', '')).sort();
    // What is off the list still counts for a while.
    expect(await left()).toEqual(['ever', 'long', 'more', 'once', 'short', 'twice']);
    await world.clock.advance(2 * day);
    expect(await left()).toEqual(['ever', 'long', 'more']);
    expect((await all(list.all())).map(({ address }) => address)).toEqual([
      ...['ever@ivory.edu', 'long@ivory.edu', 'more@ivory.edu'],
    ]);
    await world.clock.advance(8 * day);
    expect(await left()).toEqual(['ever']);
  });

  it('forgets very many a share at a time', async () => {
    const { list, world, kept } = await start('[suppression]\nkeep = "1h"');
    const sinceMs = world.clock.now();
    const entries = Array.from({ length: 1_200 }, (_, i) => ({ address: `a${i}@ivory.edu`, reason: 'x', sinceMs }));
    await list.add(entries.map((entry) => ({ ...entry, untilMs: sinceMs + 60_000 })));
    const shares: number[] = [];
    const forget = kept.suppression.forget.bind(kept.suppression);
    kept.suppression.forget = (records) => {
      shares.push(records.length);
      return forget(records);
    };
    await world.clock.advance(day);
    expect(shares).toEqual([500, 500, 200]);
    expect(await kept.suppression.all()).toEqual([]);
  });

  it('is kept over a restart, is exported whole, imported again, and lets go what an operator takes off', async () => {
    const { send, list, world, running, toml, kept } = await start('[suppression]');
    for (const name of ['c', 'a', 'b']) await send(`${name}@ivory.edu`);
    await world.clock.during(running.stop());
    const again = await world.server('mx2.example.org', toml, { listen: SUBMISSION, ...kept });
    const after = again.running.suppression;
    const exported = await all(list.all());
    expect(exported.map(({ address }) => address)).toEqual(['a@ivory.edu', 'b@ivory.edu', 'c@ivory.edu']);
    expect(await all(after!.all())).toEqual(exported);
    expect(await after?.remove('B@ivory.edu', 'root')).toBe(true);
    expect(await after?.remove('b@ivory.edu')).toBe(false);
    expect(again.events.map(({ kind }) => kind)).toEqual(['suppression-removed']);
    const first = await after?.list({ limit: 1 });
    expect(first?.entries[0]?.address).toBe('a@ivory.edu');
    expect((await after?.list({ limit: 9, cursor: first?.next ?? '' }))?.entries[0]?.address).toBe('c@ivory.edu');
    expect(await after?.add(exported)).toBe(3);
  });
});
