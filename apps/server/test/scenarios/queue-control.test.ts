import { parseReport } from '@dsnkit/multipart-report';
import { describe, expect, it, vi } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import type { MailEvent } from '../../src/model.ts';
import { StoreError } from '../../src/ports.ts';
import { ScriptedHost } from '../simulation/scripted-host.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

const hour = 3_600_000;
const DOWN = 'smtp://down.example:25';
const toml = `
[[route]]
match = "pure-heart.org"
to = "maildir:mail"
[[route]]
match = "*"
to = "${DOWN}"
[retry]
delays = ["1h"]
expire-after = "5h"`;

/** A server whose next hop is down, and a host that would take its mail. */
async function start(world = new World(), store = openMemoryQueueStore()) {
  const down = world.host('down.example');
  await ScriptedHost.start(down, {});
  down.down = 'refused';
  const other = await ScriptedHost.start(world.host('other.example'), {});
  const server = await world.server('mx.example.org', toml, { store });
  const send = async (...rcpt: string[]): Promise<string> => {
    await submit(world, 'mx.example.org', [
      'MAIL FROM:<alice@pure-heart.org> ENVID=e1',
      ...rcpt.map((each) => each.split(' ')).map(([to, notify = 'NOTIFY=FAILURE']) => `RCPT TO:<${to}> ${notify}`),
    ]);
    return server.events.filter(({ kind }) => kind === 'accepted').at(-1)?.messageId ?? '';
  };
  const kinds = (): string[] => server.events.map(({ kind }) => kind);
  const during = <T>(promise: Promise<T>): Promise<T> => world.clock.during(promise);
  return { ...server, world, down, other, store, send, kinds, during };
}

describe('what waits', () => {
  it('is shown by destination, by message and by recipient', async () => {
    const { control, send, world, during } = await start();
    const id = await send('bob@ivory.edu', 'carol@ivory.edu');
    await send('dave@ivory.edu');
    await world.clock.advance(1000);
    const [destination] = await during(control.destinations());
    expect(destination).toMatchObject({ destination: DOWN, recipients: 3, inHand: 0 });
    const page = await during(control.list({ recipient: 'CAROL', limit: 10 }));
    expect(page.messages.map(({ message }) => message.id)).toEqual([id]);
    const shown = await during(control.show(id));
    expect(shown?.recipients.map(({ address, state, destination: to }) => [address, state, to])).toEqual([
      ['bob@ivory.edu', 'waiting', DOWN],
      ['carol@ivory.edu', 'waiting', DOWN],
    ]);
    expect(await during(control.show('nothing'))).toBeUndefined();
    const first = await during(control.list({ destination: DOWN, limit: 1 }));
    expect(first.messages).toHaveLength(1);
    const rest = await during(control.list({ destination: DOWN, limit: 9, cursor: first.next ?? '' }));
    expect(rest.messages.map(({ message }) => message.id)).not.toContain(first.messages[0]?.message.id);
  });
});

describe('of a message with many recipients', () => {
  it('a list shows as many as are wanted, first those that are asked for, and says how many wait', async () => {
    const { control, send, world, during } = await start();
    const addresses = ['bob', 'carol', 'dave', 'erin'].map((name) => `${name}@ivory.edu`);
    await send(...addresses);
    await send('frank@ivory.edu');
    await world.clock.advance(1000);
    const shown = async (query: { readonly recipient?: string; readonly limit?: number }) => {
      const { messages } = await during(control.list({ limit: 9, mostRecipients: 2, ...query }));
      return messages.map(({ recipients, recipientCount }) => [
        recipients.map(({ address }) => address),
        recipientCount,
      ]);
    };
    const all = [[['bob@ivory.edu', 'carol@ivory.edu'], 4], [['frank@ivory.edu'], 1]]; // prettier-ignore
    expect(await shown({})).toEqual(all);
    expect(await shown({ limit: 1 })).toEqual(all.slice(0, 1));
    expect(await shown({ recipient: 'ERIN' })).toEqual([[['erin@ivory.edu', 'bob@ivory.edu'], 4]]);
    const { messages } = await during(control.list({ limit: 1 }));
    expect(messages[0]?.recipients.map(({ address }) => address)).toEqual(addresses);
  });
});

describe('what waits when a reload changes its route', () => {
  it('is attempted at the hop of its new route, waits for that one from then on, and is paused with it', async () => {
    const scene = await start();
    const { control, send, world, other, events, during } = scene;
    other.script = { RCPT: '450 4.2.1 Later' };
    const id = await send('bob@ivory.edu');
    await world.clock.advance(1000);
    const OTHER = 'smtp://other.example:25';
    await scene.reload(toml.replace(DOWN, OTHER));
    await world.clock.advance(2 * hour);
    const deferrals = events.flatMap((event) => (event.kind === 'deferred' ? [event.destination] : []));
    expect(deferrals).toEqual([DOWN, OTHER]);
    expect((await during(control.show(id)))?.recipients.map(({ destination }) => destination)).toEqual([OTHER]);
    await during(control.pause(OTHER));
    await world.clock.advance(2 * hour);
    expect(other.transactions).toHaveLength(1);
  });

  it('waits for that one, untried, as long as it is paused', async () => {
    const scene = await start();
    const { control, send, world, other, kinds, during } = scene;
    const id = await send('bob@ivory.edu');
    await world.clock.advance(1000);
    const OTHER = 'smtp://other.example:25';
    await during(control.pause(OTHER));
    await scene.reload(toml.replace(DOWN, OTHER));
    await world.clock.advance(9 * hour);
    expect(other.transactions).toEqual([]);
    expect((await during(control.show(id)))?.recipients.map(({ destination }) => destination)).toEqual([OTHER]);
    await during(control.resume(OTHER));
    await world.clock.advance(1000);
    expect(kinds().slice(-2)).toEqual(['attempted', 'relayed']);
    expect(kinds()).not.toContain('expired');
  });
});

describe('retry', () => {
  it('attempts what waits at once', async () => {
    const { control, send, world, kinds, down } = await start();
    await send('bob@ivory.edu');
    await world.clock.advance(1000);
    expect(kinds()).toContain('deferred');
    down.down = undefined;
    await world.clock.advance(61_000);
    const result = await world.clock.during(control.retry({ destination: DOWN }, 'root'));
    expect(result).toEqual({ messages: 1, recipients: 1, busy: 0 });
    await world.clock.advance(1000);
    expect(kinds()).toContain('relayed');
  });
});

describe('retryAll', () => {
  it('attempts at once what waits, but not what is held', async () => {
    const { control, send, world, kinds, down } = await start();
    for (const address of ['bob@ivory.edu', 'carol@ivory.edu']) await send(address);
    const kept = await send('dan@ivory.edu');
    await world.clock.advance(1000);
    await world.clock.during(control.hold({ messageId: kept }));
    down.down = undefined;
    await world.clock.advance(61_000);
    const result = await world.clock.during(control.retryAll('root'));
    expect(result).toEqual({ messages: 2, recipients: 2, busy: 0 });
    await world.clock.advance(1000);
    expect(kinds().filter((kind) => kind === 'relayed')).toHaveLength(2);
  });
});

describe('hold and release', () => {
  it('keep recipients beyond their expiry, over a restart, and give them one more attempt', async () => {
    const world = new World();
    const { control, send, during, store, kinds, ...server } = await start(world);
    const id = await send('bob@ivory.edu', 'carol@ivory.edu');
    await world.clock.advance(1000);
    expect(await during(control.hold({ messageId: id, recipient: 'BOB@ivory.edu' }))).toMatchObject({ recipients: 1 });
    expect(await during(control.hold({ messageId: id, recipient: 'bob@ivory.edu' }))).toMatchObject({ recipients: 0 });
    expect((await during(control.show(id)))?.recipients.map(({ state }) => state)).toEqual(['held', 'waiting']);
    await world.clock.advance(hour / 2);
    await during(server.stop());
    expect(kinds().filter((kind) => kind === 'held')).toHaveLength(1);
    const again = await world.server('mx2.example.org', toml, { store });
    await world.clock.advance(9 * hour);
    const story = () => again.events.map((event) => ('recipient' in event ? `${event.kind} ${event.recipient}` : ''));
    expect(story()).toContain('expired carol@ivory.edu');
    expect(story()).not.toContain('expired bob@ivory.edu');
    const before = again.events.length;
    await during(again.control.release({ messageId: id }));
    await world.clock.advance(1000);
    expect(again.events.slice(before).map(({ kind }) => kind)).toEqual([
      ...['released', 'attempted', 'expired', 'report-issued'],
      ...['attempted', 'delivered'],
    ]);
  });
});

describe('drop', () => {
  it('takes a message out of the queue without a word to anybody', async () => {
    const { control, send, world, during, store, events, delivered } = await start();
    const id = await send('bob@ivory.edu');
    await world.clock.advance(1000);
    await during(control.drop({ messageId: id }, 'root'));
    expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
    expect(events.at(-1)).toMatchObject({ kind: 'dropped', recipients: ['bob@ivory.edu'], by: 'root', messageId: id });
    await world.clock.advance(9 * hour);
    expect(delivered).toEqual([]);
  });
});

describe('bounce', () => {
  it('RFC 3464 §2.3.7: the last attempt is told of, which what an operator does is not', async () => {
    const { control, send, world, during, events, delivered } = await start();
    const tried = await send('bob@ivory.edu');
    await world.clock.advance(600_000);
    await during(control.bounce({ messageId: tried }));
    await during(control.pause(DOWN));
    const untried = await send('carol@ivory.edu');
    await during(control.bounce({ messageId: untried }));
    await world.clock.advance(1000);
    const dates = delivered.map(({ octets }) => parseReport(octets)?.deliveryStatus?.recipients[0]?.lastAttemptDate);
    const attemptedAtMs = events.find(({ kind }) => kind === 'attempted')?.atMs ?? 0;
    expect(dates).toEqual([new Date(Math.floor(attemptedAtMs / 1000) * 1000), undefined]);
  });

  it('fails recipients now, with the report that NOTIFY asks for', async () => {
    const { control, send, world, during, events, delivered } = await start();
    const id = await send('bob@ivory.edu');
    await world.clock.advance(1000);
    await during(control.bounce({ messageId: id }, { status: '5.7.1', reason: 'we do not want it' }));
    await world.clock.advance(1000);
    expect(events.find(({ kind }) => kind === 'bounced')).toMatchObject({ failure: { status: '5.7.1' } });
    expect(delivered[0]?.folder).toBe('alice@pure-heart.org');
    expect(delivered[0]?.text).toMatch(/Action: failed\r\nStatus: 5\.7\.1/);
    expect(delivered[0]?.text).toContain('Original-Envelope-Id: e1');
  });

  it('RFC 3461 §5.2: gives nobody up without the report that is owed because the content is away for a while', async () => {
    const { control, store, send, world, during, kinds, delivered } = await start();
    const id = await send('bob@ivory.edu');
    await world.clock.advance(1000);
    const content = vi.spyOn(store, 'content').mockRejectedValue(new StoreError('away', 'The bucket is away'));
    await expect(during(control.bounce({ messageId: id }))).rejects.toMatchObject({ code: 'away' });
    expect((await during(control.show(id)))?.recipients).toMatchObject([{ state: 'waiting' }]);
    content.mockRestore();
    await during(control.bounce({ messageId: id }));
    await world.clock.advance(1000);
    expect(delivered.map(({ folder }) => folder)).toEqual(['alice@pure-heart.org']);
    expect(kinds().filter((kind) => kind === 'bounced' || kind === 'not-reported')).toEqual(['bounced']);
  });

  it('RFC 3461 §6.2: gives up a message whose content is lost, and tells the sender without it', async () => {
    const { control, store, send, world, during, kinds } = await start();
    const id = await send('bob@ivory.edu');
    await world.clock.advance(1000);
    vi.spyOn(store, 'content').mockRejectedValue(new StoreError('lost', 'It is not in the bucket'));
    expect(await during(control.bounce({ messageId: id }))).toMatchObject({ recipients: 1 });
    expect(kinds()).toEqual(expect.arrayContaining(['bounced', 'report-issued']));
  });
});

describe('reroute', () => {
  it('sends recipients to another next hop whatever the routes say, and stays there', async () => {
    const { control, send, world, during, other, kinds, events } = await start();
    const id = await send('bob@ivory.edu');
    await world.clock.advance(1000);
    await expect(during(control.reroute({ messageId: id }, 'ftp://x'))).rejects.toThrow(/expected smtp/);
    await during(control.reroute({ messageId: id }, 'smtp://other.example'));
    await world.clock.advance(1000);
    expect(kinds()).toContain('relayed');
    expect(events.find(({ kind }) => kind === 'relayed')).toMatchObject({ destination: 'smtp://other.example:25' });
    expect(other.transactions).toHaveLength(1);
  });
});

describe('a recipient that an alias stands for', () => {
  it('RFC 3464 §2.3.2: is known by the address that was accepted and by its own', async () => {
    const world = new World();
    const alias = '[[alias]]\naddress = "team@pure-heart.org"\nto = ["bob@ivory.edu", "carol@ivory.edu"]\n';
    const { control, events } = await world.server('mx.example.org', alias + toml);
    const envelope = ['MAIL FROM:<alice@pure-heart.org>', 'RCPT TO:<team@pure-heart.org> NOTIFY=NEVER'];
    await submit(world, 'mx.example.org', [...envelope, 'RCPT TO:<dave@ivory.edu> NOTIFY=NEVER']);
    await world.clock.advance(1000);
    const messageId = events.find(({ kind }) => kind === 'accepted')?.messageId ?? '';
    const hold = (recipient: string) => world.clock.during(control.hold({ messageId, recipient }));
    expect(await hold('BOB@ivory.edu')).toMatchObject({ recipients: 1 });
    // The one that is held already is not held once more.
    expect(await hold('Team@pure-heart.org')).toMatchObject({ recipients: 1 });
    expect(await hold('erin@ivory.edu')).toMatchObject({ recipients: 0 });
  });
});

describe('pause and resume', () => {
  it('leave a destination alone, over a restart, and attempt once more what ran out of time meanwhile', async () => {
    const world = new World();
    const { control, send, during, store, down, kinds, events, ...server } = await start(world);
    await send('bob@ivory.edu');
    await world.clock.advance(1000);
    await during(control.pause(DOWN, 'root'));
    const second = await send('carol@ivory.edu');
    await world.clock.advance(2 * hour);
    expect((await during(control.show(second)))?.recipients[0]?.state).toBe('paused');
    expect(kinds().filter((kind) => kind === 'attempted')).toHaveLength(1);
    expect(events.find(({ kind }) => kind === 'paused')).toMatchObject({ destination: DOWN, messageId: '' });
    await during(server.stop());
    const again = await world.server('mx2.example.org', toml, { store });
    await world.clock.advance(9 * hour);
    expect(again.events.map(({ kind }) => kind)).toEqual(['delayed', 'delayed']);
    expect((await during(again.control.destinations()))[0]?.pausedSinceMs).toBeDefined();
    down.down = undefined;
    expect(await during(again.control.resume(DOWN))).toBe(true);
    expect(await during(again.control.resume(DOWN))).toBe(false);
    await world.clock.advance(1000);
    expect(again.events.filter(({ kind }) => kind === 'relayed')).toHaveLength(2);
  });

  it.each([
    ['over the end of its time: it is tried once more', 4.75 * hour, 6 * hour, 3, 'relayed'],
    ['long before the end of its time: it has had its attempts', hour, 2 * hour, 2, 'expired'],
  ] as const)('leave a recipient alone that has no attempt left, %s', async (_, fromMs, toMs, attempts, end) => {
    const world = new World();
    const down = world.host('down.example');
    await ScriptedHost.start(down, {});
    down.down = 'refused';
    // Tried at once and after 4 to 4.4 hours; the next time would be behind the end.
    const { control, events } = await world.server('mx.example.org', toml.replace('"1h"', '"4h"'));
    const envelope = ['MAIL FROM:<alice@pure-heart.org>', 'RCPT TO:<bob@ivory.edu> NOTIFY=NEVER'];
    await submit(world, 'mx.example.org', envelope);
    await world.clock.advance(fromMs);
    await world.clock.during(control.pause(DOWN));
    await world.clock.advance(toMs - fromMs);
    if (end === 'relayed') down.down = undefined;
    await world.clock.during(control.resume(DOWN));
    await world.clock.advance(12 * hour);
    const tried = events.filter((event) => event.kind === 'attempted' && event.destination === DOWN);
    expect(tried).toHaveLength(attempts);
    expect(events.map(({ kind }) => kind)).toContain(end);
  });

  it('RFC 3461 §5.2.5(a): tell senders of the delay while it lasts, of what was never tried, too', async () => {
    const world = new World();
    const { control, send, during, events } = await start(world);
    await send('bob@ivory.edu NOTIFY=DELAY');
    await world.clock.advance(1000);
    await during(control.pause(DOWN));
    await send('carol@ivory.edu NOTIFY=DELAY');
    const told = () =>
      events.flatMap((event) =>
        event.kind === 'report-issued' ? event.actions.map(({ recipient, action }) => `${recipient} ${action}`) : [],
      );
    await world.clock.advance(4 * hour - 120_000);
    expect(told()).toEqual([]);
    await world.clock.advance(240_000);
    expect(told().sort()).toEqual(['bob@ivory.edu delayed', 'carol@ivory.edu delayed']);
    await world.clock.advance(24 * hour);
    expect(told()).toHaveLength(2);
    expect(attemptsAt(DOWN, events)).toBe(1);
  });

  it('RFC 2852 §4.1.3: fail what BY=…;R wanted delivered by then, and leave alone what is held', async () => {
    const world = new World();
    const { control, during, events, send } = await start(world);
    await during(control.pause(DOWN));
    await submit(world, 'mx.example.org', [
      'MAIL FROM:<alice@pure-heart.org> BY=600;R',
      'RCPT TO:<bob@ivory.edu> NOTIFY=FAILURE',
    ]);
    const kept = await send('carol@ivory.edu NOTIFY=DELAY');
    await during(control.hold({ messageId: kept }));
    await world.clock.advance(12 * hour);
    const reports = events.flatMap((event) => (event.kind === 'report-issued' ? event.actions : []));
    expect(reports).toEqual([{ recipient: 'bob@ivory.edu', action: 'failed', status: '5.4.7' }]);
    expect(attemptsAt(DOWN, events)).toBe(0);
  });
});

function attemptsAt(destination: string, events: readonly MailEvent[]): number {
  return events.filter((event) => event.kind === 'attempted' && event.destination === destination).length;
}
