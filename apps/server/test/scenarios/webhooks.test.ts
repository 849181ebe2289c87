import { Webhook } from 'standardwebhooks';
import { describe, expect, it, vi } from 'vitest';
import { readWhole } from '../../src/queue/content.ts';
import { contentOf } from '../../src/queue/content.ts';
import { StoreError, type HttpClient } from '../../src/ports.ts';
import { ScriptedHost } from '../simulation/scripted-host.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;
const SECRET = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`;
const OLD_SECRET = `whsec_${Buffer.from('abcdefghijklmnopqrstuvwx').toString('base64')}`;

interface Posted {
  readonly id: string;
  readonly type: string;
  readonly messageId: string;
  readonly recipient?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A receiver that answers as the test says: a status, or nothing at all. */
function receiver(answer: (posted: Posted, count: number) => number | 'nothing') {
  const posted: Posted[] = [];
  const taken: Posted[] = [];
  const http: HttpClient = {
    async post({ headers, body: pieces }) {
      const octets: Uint8Array[] = [];
      for await (const piece of pieces) octets.push(piece);
      const body = new TextDecoder().decode(await readWhole(contentOf(octets)));
      const { type, data } = JSON.parse(body) as { type: string; data: { messageId: string; recipient?: string } };
      const one = { id: headers['webhook-id'] ?? '', type, ...data, headers, body };
      posted.push(one);
      const status = answer(one, posted.length);
      if (status === 'nothing') throw new Error('timed out');
      if (status < 300) taken.push(one);
      return { status, body: '' };
    },
  };
  return { http, posted, taken };
}

async function start(answer: Parameters<typeof receiver>[0], extra = '') {
  const world = new World();
  await ScriptedHost.start(world.host('hop.example'), {
    RCPT: (line) => (line.includes('nobody') ? '550 5.1.1 who?' : '250 2.1.5 ok'),
  });
  const { http, posted, taken } = receiver(answer);
  const toml = `
[[route]]
match = "*"
to = "smtp://hop.example:25"
[[webhook]]
name = "crm"
url = "https://crm.example/hook"
secret = "${SECRET}"
${extra}`;
  const server = await world.server('mx.example.org', toml, { http });
  const send = (...to: string[]) =>
    submit(world, 'mx.example.org', [
      'MAIL FROM:<alice@pure-heart.org>',
      ...to.map((address) => `RCPT TO:<${address}> NOTIFY=NEVER`),
    ]);
  const { webhooks } = server.running;
  return { world, ...server, posted, taken, send, webhooks, toml };
}

const types = (posts: readonly Posted[]) => posts.map(({ type }) => type);

describe('a webhook', () => {
  it('gets every event once, signed as Standard Webhooks wants, and those of a message in order', async () => {
    const { world, send, taken, store } = await start(() => 204);
    await send('bob@ivory.edu', 'nobody@ivory.edu');
    await world.clock.advance(minute);
    expect(types(taken)).toEqual(['accepted', 'attempted', 'relayed', 'failed', 'not-reported']);
    const [first] = taken;
    if (first === undefined) throw new Error('nothing posted');
    // The clock of the simulation is not that of the library: only the signature is looked at.
    const at = new Date(Number(first.headers['webhook-timestamp']) * 1000);
    expect(new Webhook(SECRET).sign(first.id, at, first.body)).toBe(first.headers['webhook-signature']);
    expect(JSON.parse(first.body)).toMatchObject({
      type: 'accepted',
      data: { reversePath: 'alice@pure-heart.org', recipients: ['bob@ivory.edu', 'nobody@ivory.edu'] },
    });
    expect(new Set(taken.map(({ id }) => id)).size).toBe(5);
    expect(await store.journal.read({ reader: 'webhook:crm', limit: 9 })).toEqual([]);
  });

  it('gets the kinds that it wants, signed by each secret', async () => {
    const { world, send, taken } = await start(
      () => 200,
      `events = ["failed"]\n[[webhook]]\nurl = "https://b.example/"\nsecret = "${OLD_SECRET}"\nevents = ["relayed"]`,
    );
    await send('bob@ivory.edu', 'nobody@ivory.edu');
    await world.clock.advance(minute);
    expect(types(taken).sort()).toEqual(['failed', 'relayed']);
  });

  it('is tried again in growing steps until it is back, one attempt at a time, without a loss', async () => {
    let down = true;
    const { world, send, posted, taken, webhooks } = await start(() => (down ? 'nothing' : 200));
    for (const to of ['a', 'b', 'c']) await send(`${to}@ivory.edu`);
    await world.clock.advance(2 * hour);
    expect(posted.length).toBeGreaterThan(8);
    expect(posted.length).toBeLessThan(40);
    expect((await webhooks.states())[0]).toMatchObject({ state: 'failing', lastFailure: 'no answer: timed out' });
    down = false;
    await world.clock.advance(2 * hour);
    expect(taken).toHaveLength(9);
    for (const id of new Set(taken.map(({ messageId }) => messageId)))
      expect(types(taken.filter(({ messageId }) => messageId === id))).toEqual(['accepted', 'attempted', 'relayed']);
    expect((await webhooks.states())[0]).toMatchObject({ state: 'idle', delivered: 9, deadLetters: 0 });
  });

  it('is tried again after an hour or so at most, also when the clock was set back by years', async () => {
    let up = false;
    const { world, send, taken } = await start(() => (up ? 204 : 503));
    await send('bob@ivory.edu');
    await world.clock.advance(6 * hour);
    up = true;
    world.clock.jump(-3 * 365 * 24 * hour);
    await world.clock.advance(2 * hour);
    expect(types(taken)).toEqual(['accepted', 'attempted', 'relayed']);
  });

  it('holds back nobody else by an event that it refuses, which becomes a dead letter that can be sent again', async () => {
    let stubborn = true;
    const { world, send, taken, webhooks } = await start(({ type }) => (type === 'attempted' && stubborn ? 422 : 200));
    await send('bob@ivory.edu');
    await world.clock.advance(1000);
    await send('carol@ivory.edu');
    await world.clock.advance(1000);
    expect(types(taken)).toEqual(['accepted', 'accepted']);
    await world.clock.advance(hour);
    expect(types(taken)).toEqual(['accepted', 'accepted', 'relayed', 'relayed']);
    const { letters } = await webhooks.deadLetters({ webhook: 'crm', limit: 9 });
    expect(letters.map(({ event, reason }) => [event.kind, reason])).toEqual([
      ['attempted', 'answered 422'],
      ['attempted', 'answered 422'],
    ]);
    stubborn = false;
    expect(await webhooks.replay('crm', [letters[0]?.id ?? ''])).toBe(1);
    await world.clock.advance(1000);
    expect(types(taken).at(-1)).toBe('attempted');
    expect(await webhooks.discard('crm')).toBe(1);
    expect((await webhooks.deadLetters({ webhook: 'crm', limit: 9 })).letters).toEqual([]);
    await expect(webhooks.replay('nobody')).rejects.toThrow(/no webhook nobody/);
  });

  it('has its dead letters also when the store could not keep them at first', async () => {
    const { world, send, store, troubles, webhooks } = await start(({ type }) => (type === 'attempted' ? 410 : 200));
    const pass = vi.spyOn(store.journal, 'pass').mockRejectedValue(new StoreError('full', 'The disk is full'));
    await send('bob@ivory.edu');
    await world.clock.advance(minute);
    expect(troubles).not.toEqual([]);
    expect((await webhooks.states())[0]).toMatchObject({ deadLetters: 0 });
    pass.mockRestore();
    await world.clock.advance(minute);
    const { letters } = await webhooks.deadLetters({ webhook: 'crm', limit: 9 });
    expect(letters.map(({ event }) => event.kind)).toEqual(['attempted']);
    expect(await store.journal.read({ reader: 'webhook:crm', limit: 9 })).toEqual([]);
  });

  it('gives up what is older than the configuration says', async () => {
    const { world, send, webhooks, store } = await start(() => 503, 'give-up-after = "4h"');
    for (const to of ['a', 'b', 'c']) await send(`${to}@ivory.edu`);
    await world.clock.advance(8 * hour);
    expect((await webhooks.states())[0]).toMatchObject({ delivered: 0, deadLetters: 9 });
    expect(await store.journal.read({ reader: 'webhook:crm', limit: 9 })).toEqual([]);
  });

  it('does not follow redirects: they are failures', async () => {
    const { world, send, webhooks } = await start(() => 302);
    await send('bob@ivory.edu');
    await world.clock.advance(minute);
    expect((await webhooks.states())[0]).toMatchObject({ delivered: 0, lastFailure: 'answered 302' });
  });

  it('goes on after a restart where it was', async () => {
    let down = true;
    const { world, send, taken, running, store, toml } = await start(() => (down ? 500 : 200));
    await send('bob@ivory.edu');
    await world.clock.advance(minute);
    await world.clock.during(running.stop());
    down = false;
    const after = receiver(() => 200);
    await world.server('mx2.example.org', toml, { store, http: after.http });
    await world.clock.advance(minute);
    expect(taken).toEqual([]);
    expect(types(after.taken)).toEqual(['accepted', 'attempted', 'relayed']);
  });
});
