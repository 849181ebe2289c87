import { expect, it } from 'vitest';
import { openMemoryHistory } from '../../src/adapters/memory/history.ts';
import { openMemorySuppression } from '../../src/adapters/memory/suppression.ts';
import type { HttpClient } from '../../src/ports.ts';
import { contentOf, readWhole } from '../../src/queue/content.ts';
import { ScriptedHost } from '../simulation/scripted-host.ts';
import { submit } from './submit.ts';
import { World, type ServerOptions } from './world.ts';

const SECRET = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`;
const LISTEN = '[[listen]]\naddress = "0.0.0.0:25"\nrole = "submission"\nrelay-from = ["0.0.0.0/0"]';
const ROUTES = '[[route]]\nmatch = "*"\nto = "smtp://hop.example:25"\n';
const hook = (name: string, more = ''): string =>
  `[[webhook]]\nname = "${name}"\nurl = "https://${name}.example/"\nsecret = "${SECRET}"\n${more}\n`;

interface Posted {
  readonly to: string;
  readonly id: string;
  readonly type: string;
  readonly messageId: string;
}

async function start(tables: string, options: ServerOptions = {}) {
  const world = new World();
  await ScriptedHost.start(world.host('hop.example'), {
    RCPT: (line) => (line.includes('nobody') ? '550 5.1.1 who?' : line.includes('full') ? '552 5.2.2 full' : '250 ok'),
  });
  const down = new Set<string>();
  const taken: Posted[] = [];
  const refused: Posted[] = [];
  const http: HttpClient = {
    async post({ url, headers, body: pieces }) {
      const octets: Uint8Array[] = [];
      for await (const piece of pieces) octets.push(piece);
      const body = new TextDecoder().decode(await readWhole(contentOf(octets)));
      const { type, data } = JSON.parse(body) as { type: string; data: { messageId: string } };
      const to = new URL(url).hostname;
      const posted = { to, id: headers['webhook-id'] ?? '', type, messageId: data.messageId };
      (down.has(to) ? refused : taken).push(posted);
      return { status: down.has(to) ? 500 : 204, body: '' };
    },
  };
  const server = await world.server('mx.example.org', `${ROUTES}${tables}`, { http, listen: LISTEN, ...options });
  /** The reply to RCPT. */
  const send = async (to: string, seconds = 5): Promise<string> => {
    const replies = await submit(world, 'mx.example.org', [
      'MAIL FROM:<alice@pure-heart.org>',
      `RCPT TO:<${to}> NOTIFY=NEVER`,
    ]);
    await world.clock.advance(seconds * 1000);
    return replies[3] ?? '';
  };
  const reload = (next: string): Promise<void> => server.reload(`${ROUTES}${next}`);
  return { world, ...server, send, reload, down, taken, refused, webhooks: server.running.webhooks };
}

const types = (posts: readonly Posted[]): readonly string[] => posts.map(({ type }) => type);

it('a webhook that is added gets what happens from then on, and one that is gone nothing more', async () => {
  const { send, reload, taken, webhooks } = await start('');
  await send('a@ivory.edu');
  await reload(hook('crm'));
  expect(taken).toEqual([]);
  await send('b@ivory.edu');
  expect(types(taken)).toEqual(['accepted', 'attempted', 'relayed']);
  await reload(hook('other'));
  await send('c@ivory.edu');
  expect(taken.map(({ to }) => to)).toEqual([
    ...Array<string>(3).fill('crm.example'),
    ...Array<string>(3).fill('other.example'),
  ]);
  expect((await webhooks.states()).map(({ webhook }) => webhook)).toEqual(['other']);
  await expect(webhooks.replay('crm')).rejects.toThrow(/no webhook crm/);
});

it('a webhook that is changed goes on where it was: at its new URL at once, without a loss and in order', async () => {
  const { world, send, reload, down, taken, refused, webhooks } = await start(hook('crm'));
  down.add('crm.example');
  await send('a@ivory.edu');
  await send('b@ivory.edu');
  await world.clock.advance(3_600_000);
  const tried = refused.length;
  expect(tried).toBeGreaterThan(4);
  await reload(hook('crm').replace('https://crm.example', 'https://new.example'));
  await world.clock.advance(1000);
  expect(refused).toHaveLength(tried);
  for (const id of new Set(taken.map(({ messageId }) => messageId)))
    expect(types(taken.filter(({ messageId }) => messageId === id))).toEqual(['accepted', 'attempted', 'relayed']);
  expect([taken.length, new Set(taken.map(({ to }) => to))]).toEqual([6, new Set(['new.example'])]);
  expect((await webhooks.states())[0]).toMatchObject({ webhook: 'crm', state: 'idle', url: 'https://new.example/' });
});

it('a webhook that is changed gets the kinds that it wants now, also of what waited', async () => {
  const { world, send, reload, down, taken } = await start(hook('crm'));
  down.add('crm.example');
  await send('a@ivory.edu');
  await reload(hook('crm', 'events = ["relayed"]'));
  down.clear();
  await send('b@ivory.edu');
  await world.clock.advance(60_000);
  expect(types(taken)).toEqual(['relayed', 'relayed']);
});

it('a webhook that is renamed goes on where it was, with its dead letters', async () => {
  const { world, send, reload, down, taken, webhooks, store } = await start(hook('crm', 'give-up-after = "1h"'));
  down.add('crm.example');
  await send('a@ivory.edu');
  await world.clock.advance(2 * 3_600_000);
  await send('b@ivory.edu');
  expect((await webhooks.states())[0]).toMatchObject({ webhook: 'crm', deadLetters: 3 });
  await reload(hook('sales', 'renamed-from = "crm"'));
  await world.clock.advance(10_000);
  expect(types(taken)).toEqual(['accepted', 'attempted', 'relayed']);
  expect((await webhooks.states())[0]).toMatchObject({ webhook: 'sales', deadLetters: 3, delivered: 3 });
  expect(await webhooks.replay('sales')).toBe(3);
  await world.clock.advance(10_000);
  expect(new Set(taken.map(({ id }) => id)).size).toBe(6);
  expect(await store.journal.countDeadLetters('webhook:crm')).toBe(0);
  // The key may stay where it is.
  await reload(hook('sales', 'renamed-from = "crm"\ntimeout = "3s"'));
  await send('c@ivory.edu');
  expect(taken).toHaveLength(9);
});

it('a history that is switched on keeps what happens from then on, and one that is switched off keeps all up to then', async () => {
  const opened = openMemoryHistory();
  let closed = 0;
  const close = (): Promise<void> => Promise.resolve(void (closed += 1));
  const { send, reload, running } = await start('', { openHistory: () => Promise.resolve({ ...opened, close }) });
  expect(running.history).toBeUndefined();
  await send('a@ivory.edu');
  await reload('[history]');
  await send('b@ivory.edu');
  const known = async (): Promise<readonly (string | undefined)[]> =>
    (await opened.search({ limit: 9 })).messages.map(
      ({ recipients: [first] }) => first && `${first.address} ${first.state}`,
    );
  expect(await known()).toEqual(['b@ivory.edu relayed']);
  expect(running.history).toBeDefined();
  // Of this one the keeper has seen nothing when the history goes.
  await send('c@ivory.edu', 0.1);
  await reload('');
  expect([await known(), running.history, closed]).toEqual([
    ['c@ivory.edu relayed', 'b@ivory.edu relayed'],
    undefined,
    1,
  ]);
  await send('d@ivory.edu');
  await reload('[history]');
  await send('e@ivory.edu');
  expect(await known()).toEqual(['e@ivory.edu relayed', 'c@ivory.edu relayed', 'b@ivory.edu relayed']);
});

it('a history forgets and keeps contents as its table says now', async () => {
  const { world, send, reload, history } = await start('[history]\nkeep = "30d"\ncontents = "none"');
  await send('a@ivory.edu');
  await reload('[history]\nkeep = "2h"\ncontents = "all"');
  await send('b@ivory.edu');
  const [b, a] = (await history.search({ limit: 9 })).messages;
  expect([a?.hasContent, b?.hasContent]).toEqual([false, true]);
  await world.clock.advance(3 * 3_600_000);
  await send('c@ivory.edu');
  expect((await history.search({ limit: 9 })).messages).toHaveLength(1);
});

it('a suppression list goes by its rules of now, is none when its table is gone, and is as it was when it is back', async () => {
  const { send, reload, running } = await start('');
  await send('nobody@ivory.edu');
  expect(await send('nobody@ivory.edu')).toMatch(/^250/);
  await reload('[suppression]');
  for (const to of ['nobody@ivory.edu', 'full@ivory.edu']) await send(to);
  expect([await send('nobody@ivory.edu'), await send('full@ivory.edu')]).toEqual([
    ...[expect.stringMatching(/^550 5\.1\.1/), expect.stringMatching(/^250/)],
  ]);
  await reload('[suppression]\nstatuses = ["5.2.2"]');
  await send('full@ivory.edu');
  expect(await send('full@ivory.edu')).toMatch(/^550/);
  // Of this failure the list has seen nothing when it goes.
  await send('full.too@ivory.edu', 0.09);
  await reload('');
  expect(running.suppression).toBeUndefined();
  expect(await send('nobody@ivory.edu')).toMatch(/^250/);
  await reload('[suppression]');
  for (const to of ['nobody@ivory.edu', 'full@ivory.edu', 'full.too@ivory.edu']) expect(await send(to)).toMatch(/^550/);
});

it('where it can not be, all stays as it was', async () => {
  const { world, send, reload, running, taken, troubles } = await start(`${hook('crm')}[suppression]`, {
    openHistory: () => Promise.reject(new Error('no such disk')),
  });
  await send('nobody@ivory.edu');
  await expect(reload(`${hook('sales', 'renamed-from = "crm"')}[history]`)).rejects.toThrow('no such disk');
  expect(running.history).toBeUndefined();
  expect(await send('nobody@ivory.edu')).toMatch(/^550/);
  await send('a@ivory.edu');
  await world.clock.advance(10_000);
  expect(taken.filter(({ to }) => to === 'crm.example').map(({ type }) => type)).toEqual(
    expect.arrayContaining(['failed', 'suppressed', 'relayed']),
  );
  expect((await running.webhooks.states())[0]).toMatchObject({ webhook: 'crm', state: 'idle' });
  expect(troubles).toEqual([]);
});

it('what a reload would have ended goes on when another part of it can not begin', async () => {
  const full = { ...openMemorySuppression(), all: () => Promise.reject(new Error('a damaged list')) };
  let closed = 0;
  const close = (): Promise<void> => {
    closed++;
    return full.close();
  };
  const suppression = { ...full, close };
  const { world, send, reload, running, history, events } = await start('[history]', { suppression });
  await send('a@ivory.edu');
  await expect(reload('[suppression]')).rejects.toThrow('a damaged list');
  // What was opened for it is closed.
  expect(closed).toBe(1);
  expect(running.suppression).toBeUndefined();
  expect(running.history).toBeDefined();
  await send('b@ivory.edu');
  await world.clock.advance(10_000);
  for (const { messageId } of events.filter(({ kind }) => kind === 'relayed'))
    expect((await history.one(messageId))?.events.map(({ kind }) => kind)).toContain('relayed');
  expect(events.filter(({ kind }) => kind === 'relayed')).toHaveLength(2);
});
