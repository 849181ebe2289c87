import { describe, expect, it, vi } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { StoreError, type QueueStore } from '../../src/ports.ts';
import { ScriptedHost, stall, type Script } from '../simulation/scripted-host.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** EHLO without DSN: success is reported by this server. */
const plain = '250-hop.example\n250-PIPELINING\n250 ENHANCEDSTATUSCODES';

/** A server that relays to `hop.example`, and stores the reports itself. */
async function start(script: Script = {}, store: QueueStore = openMemoryQueueStore()) {
  const world = new World();
  const host = world.host('hop.example');
  const hop = await ScriptedHost.start(host, { EHLO: plain, ...script });
  const server = await world.server(
    'mx.example.org',
    `[[route]]\nmatch = "pure-heart.org"\nto = "maildir:mail"\n[[route]]\nmatch = "*"\nto = "smtp://hop.example:25"
[retry]\ndelays = ["30m"]\ndelayed-after = "2h"\nexpire-after = "5d"`,
    { store },
  );
  const content = () => hop.transactions.filter((transaction) => transaction.content !== undefined).length;
  return {
    ...{ ...server, world, host, hop, content },
    send: async (of = 'bob@ivory.edu') =>
      (
        await submit(world, 'mx.example.org', [
          'MAIL FROM:<alice@pure-heart.org>',
          `RCPT TO:<${of}> NOTIFY=SUCCESS,FAILURE,DELAY`,
        ])
      ).at(-1),
    reports: () =>
      server.delivered.map(({ text }) => /^Action: (\w+)\r\nStatus: (\S+)/m.exec(text)?.slice(1).join(' ')),
  };
}

/** A store of which one method fails while `trouble` is set. */
function failingStore(method: 'accept' | 'settle' | 'claim' | 'nextDueAtMs' | 'content' | 'renew') {
  const state: { trouble: StoreError | undefined; failures: number } = { trouble: undefined, failures: 0 };
  const store = new Proxy(openMemoryQueueStore(), {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (name !== method || state.trouble === undefined) return Reflect.apply(value, target, args);
        state.failures += 1;
        return Promise.reject(state.trouble);
      };
    },
  });
  return { store, state };
}

const full = new StoreError('full', 'The store failed: database or disk is full');
const io = new StoreError('io', 'The store failed: disk I/O error');

describe('a disk that is full or fails', () => {
  it.each([full, io])(
    'RFC 5321 §4.2.5: while a message is accepted: 452 4.3.1, nothing stored ($code)',
    async (trouble) => {
      const { store, state } = failingStore('accept');
      const { send, world, reports, content } = await start({}, store);
      state.trouble = trouble;
      expect(await send()).toBe('452 4.3.1 The message could not be stored; try again later');
      expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
      state.trouble = undefined;
      expect(await send()).toMatch(/^250 /);
      await world.clock.advance(hour);
      expect(reports()).toEqual(['relayed 2.0.0']);
      expect(content()).toBe(1);
    },
  );

  it.each([full, io])(
    'RFC 5321 §6.1: while it is settled: tried again, nothing is sent or told twice ($code)',
    async (trouble) => {
      const { store, state } = failingStore('settle');
      const { send, world, reports, content, troubles } = await start({}, store);
      state.trouble = trouble;
      expect(await send()).toMatch(/^250 /);
      // Longer than a claim holds: it is renewed while it is in hand.
      await world.clock.advance(30 * minute);
      expect(content()).toBe(1);
      expect(reports()).toEqual([]);
      expect(troubles).toContain(trouble);
      state.trouble = undefined;
      await world.clock.advance(minute);
      expect(reports()).toEqual(['relayed 2.0.0']);
      expect(content()).toBe(1);
      expect(state.failures).toBeGreaterThan(100);
      expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
    },
  );

  it.each(['claim', 'nextDueAtMs', 'content', 'renew'] as const)(
    'while the queue asks for %s: later',
    async (method) => {
      const { store, state } = failingStore(method);
      const { send, world, reports, host, content } = await start({}, store);
      host.down = 'refused';
      await send();
      await world.clock.advance(minute);
      state.trouble = io;
      host.down = undefined;
      await world.clock.advance(2 * hour);
      expect(state.failures, 'once in two seconds at most').toBeLessThanOrEqual((2 * hour) / 2_000 + 1);
      state.trouble = undefined;
      await world.clock.advance(3 * hour);
      expect(reports().at(-1)).toBe('relayed 2.0.0');
      expect(content()).toBe(1);
      expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
    },
  );
});

describe('a content that is lost', () => {
  it('RFC 6522 §3: the sender is told without it', async () => {
    const store = openMemoryQueueStore();
    const { send, world, host, reports, delivered, troubles } = await start({}, store);
    host.down = 'refused';
    await send();
    await world.clock.advance(minute);
    const lost = new StoreError('lost', 'The content has no part 1');
    const [waiting] = await store.list({ limit: 1 });
    const contentOf = store.content.bind(store);
    const unreadable = {
      sizeOctets: 2_000,
      read() {
        throw lost;
      },
    };
    vi.spyOn(store, 'content').mockImplementation(async (id) =>
      id === waiting?.message.id ? unreadable : await contentOf(id),
    );
    await world.clock.advance(6 * day);
    expect(reports()).toEqual(['delayed 4.3.0', 'failed 4.3.0']);
    expect(troubles).toEqual([lost, lost]);
    for (const { text } of delivered) {
      const types = [...text.matchAll(/^Content-Type: ([\w/-]+)/gm)].map(([, type]) => type);
      expect(types[0]).toBe('multipart/report');
      expect(types.at(-1)).toBe('message/delivery-status');
    }
  });
});

describe('a clock that is set', () => {
  it('forward by months: what waits is attempted once more before anything expires', async () => {
    const { send, world, host, reports, hop } = await start();
    host.down = 'refused';
    for (const name of ['a', 'b', 'c']) await send(`${name}@ivory.edu`);
    await world.clock.advance(hour);
    host.down = undefined;
    world.clock.jump(90 * day);
    // Nothing tells the queue of it.
    await world.clock.advance(minute);
    expect(reports()).toEqual(['relayed 2.0.0', 'relayed 2.0.0', 'relayed 2.0.0']);
    expect(hop.transactions).toHaveLength(3);
  });

  it('forward, and the attempt fails: then it expires, once', async () => {
    const { send, world, host, reports } = await start();
    host.down = 'refused';
    await send();
    await world.clock.advance(hour);
    world.clock.jump(90 * day);
    await world.clock.advance(3 * hour);
    expect(reports()).toEqual(['failed 4.4.1']);
  });

  it('forward while a hop has a message: nobody else gets that, too', async () => {
    const { send, world, reports, hop, content } = await start();
    hop.script = { ...hop.script, content: (_, { connection }) => (connection === 1 ? stall : '250 2.0.0 Ok') };
    await send();
    await world.clock.advance(minute);
    expect(content()).toBe(1);
    world.clock.jump(2 * day);
    // Something else makes the queue look for what is due.
    await send('carol@ivory.edu');
    await world.clock.advance(minute);
    expect(hop.transactions.map(({ rcpt }) => /<(\w+)/.exec(rcpt[0] ?? '')?.[1])).toEqual(['bob', 'carol']);
    await world.clock.advance(day);
    // The hop says nothing; two days have passed, as far as anybody knows.
    expect(reports().toSorted()).toEqual(['delayed 4.4.2', 'relayed 2.0.0', 'relayed 2.0.0']);
  });

  it('back by a day: what comes is served at once, what waits is served when its time comes again', async () => {
    const { send, world, host, reports, content } = await start();
    host.down = 'refused';
    await send();
    await world.clock.advance(minute);
    host.down = undefined;
    world.clock.jump(-day);
    await send('carol@ivory.edu');
    await world.clock.advance(hour);
    expect(content()).toBe(1);
    expect(reports()).toEqual(['relayed 2.0.0']);
    await world.clock.advance(day);
    expect(content()).toBe(2);
    expect(reports()).toEqual(['relayed 2.0.0', 'relayed 2.0.0']);
  });
});

describe('a destination that says nothing, with more messages than may be in hand for it', () => {
  it('does not keep retries of others waiting', async () => {
    const world = new World();
    await ScriptedHost.start(world.host('silent.example'), { greeting: stall });
    const other = world.host('hop.example');
    await ScriptedHost.start(other);
    const server = await world.server(
      'mx.example.org',
      `[[route]]\nmatch = "silent.example"\nto = "smtp://silent.example:25"\n[[route]]\nmatch = "*"\nto = "smtp://hop.example:25"
[delivery]\nmax-per-destination = 1\n[retry]\ndelays = ["1m"]`,
    );
    const send = (address: string) =>
      submit(world, 'mx.example.org', ['MAIL FROM:<alice@pure-heart.org>', `RCPT TO:<${address}>`]);
    other.down = 'refused';
    await send('bob@ivory.edu');
    for (let number = 0; number < 30; number++) await send(`${number}@silent.example`);
    other.down = undefined;
    await world.clock.advance(2 * minute);
    const relayed = server.events.filter(({ kind }) => kind === 'relayed');
    expect(relayed).toMatchObject([{ recipient: 'bob@ivory.edu' }]);
    expect(server.events.filter(({ kind }) => kind === 'deferred')).toHaveLength(1);
  });
});

/** A server that finds its way by the DNS alone. */
async function byDns() {
  const world = new World();
  const mx = world.host('mx.ivory.edu');
  const hop = await ScriptedHost.start(mx, { EHLO: plain });
  const server = await world.server(
    'mx.example.org',
    '[[route]]\nmatch = "pure-heart.org"\nto = "maildir:mail"\n[[route]]\nmatch = "*"\nto = "mx:"\n[retry]\ndelays = ["30m"]\nexpire-after = "5h"\ndelayed-after = "9h"',
  );
  const table = world.resolver.table;
  return {
    ...{ ...server, world, hop, table, address: mx.addresses[0] ?? '' },
    send: () =>
      submit(world, 'mx.example.org', [
        'MAIL FROM:<alice@pure-heart.org>',
        'RCPT TO:<bob@ivory.edu> NOTIFY=SUCCESS,FAILURE',
      ]),
    reports: () =>
      server.delivered.map(({ text }) => /^Action: (\w+)\r\nStatus: (\S+)/m.exec(text)?.slice(1).join(' ')),
  };
}

describe('a DNS that is no help', () => {
  it.each([
    ['times out', { trouble: 'the name servers did not answer in time' }, 'failed 4.4.3'],
    ['sends round in circles', { cname: 'ivory.edu' }, 'failed 4.4.3'],
    ['names a host that is not there', { mx: [[10, 'nowhere.ivory.edu']] }, 'failed 5.4.4'],
    ['names us', { mx: [[10, 'mx.example.org']] }, 'failed 5.4.6'],
    ['takes no mail', { mx: [[0, '.']] }, 'failed 5.1.10'],
  ] as const)('RFC 5321 §5.1: it %s', async (_, entry, report) => {
    const { world, table, send, reports, store } = await byDns();
    table.set('ivory.edu', entry);
    await send();
    await world.clock.advance(6 * hour);
    expect(reports()).toEqual([report]);
    expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
  });

  it('RFC 5321 §5.1: it names 10 000 exchangers of 1 000 addresses each: a few are asked, in bounded time', async () => {
    const { world, host, table, send, reports } = await byDns();
    const connect = host.connect.bind(host);
    let connections = 0;
    host.connect = (target) => {
      connections += 1;
      return connect(target);
    };
    const names = Array.from({ length: 10_000 }, (_, index) => `mx${index}.ivory.edu`);
    table.set('ivory.edu', { mx: names.map((name, index) => [index, name] as const) });
    for (const name of names) {
      table.set(name, { addresses: Array.from({ length: 1_000 }, (_, index) => `203.0.${index >> 8}.${index & 255}`) });
    }
    await send();
    await world.clock.advance(20 * minute);
    expect(connections).toBeLessThanOrEqual(20);
    expect(
      world.resolver.questions.filter((question) => question.startsWith('addresses mx')).length,
    ).toBeLessThanOrEqual(10);
    await world.clock.advance(6 * hour);
    expect(reports()).toEqual(['failed 4.4.1']);
  });

  it('it is well again: the message goes', async () => {
    const { world, table, address, send, reports, hop } = await byDns();
    table.set('ivory.edu', { trouble: 'the name servers failed (SERVFAIL)' });
    await send();
    await world.clock.advance(hour);
    table.set('ivory.edu', { mx: [[10, 'mx.ivory.edu']] });
    table.set('mx.ivory.edu', { addresses: [address] });
    await world.clock.advance(hour);
    expect(reports()).toEqual(['relayed 2.0.0']);
    expect(hop.transactions).toHaveLength(1);
  });

  it('RFC 5321 §6.3: it lies, and the message comes round to us: it goes in a circle for a while, and fails', async () => {
    const { world, table, host, send, reports } = await byDns();
    table.set('ivory.edu', { mx: [[10, 'innocent.example']] });
    table.set('innocent.example', { addresses: host.addresses });
    await send();
    await world.clock.advance(6 * hour);
    expect(reports().filter((report) => report?.startsWith('failed'))).toEqual(['failed 5.4.6']);
  });
});
