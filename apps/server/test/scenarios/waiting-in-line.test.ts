import { describe, expect, it } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import type { MailEvent } from '../../src/model.ts';
import { ScriptedHost, stall, type Script } from '../simulation/scripted-host.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;

/** A server whose mail for other domains goes to `hop.example`, which takes it as the script says. */
async function start(toml: string, script: Script = {}) {
  const world = new World();
  const store = openMemoryQueueStore();
  const peer = await ScriptedHost.start(world.host('hop.example'), script);
  const tables = `
[[route]]
match = "pure-heart.org"
to = "maildir:mail"
[[route]]
match = "*"
to = "smtp://hop.example:25"
${toml}`;
  const server = await world.server('mx.example.org', tables, { store });
  let sent = 0;
  const send = (parameters = ''): Promise<unknown> =>
    submit(world, 'mx.example.org', [
      `MAIL FROM:<alice@pure-heart.org>${parameters}`,
      `RCPT TO:<r${++sent}@ivory.edu> NOTIFY=FAILURE,DELAY`,
    ]);
  return { ...server, world, store, peer, send, tables, startMs: world.clock.now() };
}

/** Who was told what, and after how much time. */
function told(
  events: readonly MailEvent[],
  wanted: 'delayed' | 'failed',
  startMs: number,
): readonly (readonly [string, number])[] {
  return events.flatMap((event) => {
    if (event.kind !== 'report-issued') return [];
    const entries = event.actions.filter(({ action }) => action === wanted);
    return entries.map(({ recipient }) => [recipient, event.atMs - startMs] as const);
  });
}

function relayed(events: readonly MailEvent[]): readonly string[] {
  return events.flatMap((event) => (event.kind === 'relayed' ? [event.recipient] : []));
}

const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `r${from + index}@ivory.edu`);

describe('mail that waits for its turn', () => {
  const retry = '[retry]\ndelays = ["20m"]\nexpire-after = "2h"\ndelayed-after = "30m"\n';

  it('RFC 3461 §5.2.5(a): its sender hears of the delay that a rate makes, and it keeps its place', async () => {
    const { world, events, send, startMs } = await start(`${retry}[delivery]\nrate-per-minute = 1`);
    for (let n = 0; n < 60; n++) await send();
    await world.clock.advance(90 * minute);
    const order = relayed(events);
    expect(order).toEqual(names(1, 60));
    const delayed = told(events, 'delayed', startMs);
    // One goes each minute: the 32nd and those behind it have waited for half an hour and a minute at least.
    expect(delayed.map(([recipient]) => recipient)).toEqual(expect.arrayContaining(names(34, 60)));
    expect(delayed.map(([recipient]) => recipient)).not.toEqual(expect.arrayContaining(['r29@ivory.edu']));
    expect(new Set(delayed.map(([recipient]) => recipient)).size).toBe(delayed.length);
    expect(delayed.filter(([, ms]) => ms < 30 * minute || ms > 33 * minute)).toEqual([]);
    expect(events.filter(({ kind }) => kind === 'deferred')).toEqual([]);
  });

  it('RFC 3461 §5.2.5(a): its sender hears of the delay that a full destination makes', async () => {
    const { world, events, send, startMs } = await start(`${retry}[delivery]\nmax-per-destination = 1`, {
      content: () => stall,
    });
    for (let n = 0; n < 40; n++) await send();
    // A transaction that is under way at that time goes first, and one that waited behind it.
    await world.clock.advance(55 * minute);
    expect(
      told(events, 'delayed', startMs)
        .map(([recipient]) => recipient)
        .sort(),
    ).toEqual(names(1, 40).sort());
  });

  it('RFC 3461 §5.2.5(a): its sender hears of the delay, and of the end, while other destinations have all attempts in hand', async () => {
    const world = new World();
    const domains = Array.from({ length: 24 }, (_, n) => `d${n}.example`);
    for (const domain of domains) await ScriptedHost.start(world.host(domain), { content: () => stall });
    const routes = domains.map((domain) => `[[route]]\nmatch = "${domain}"\nto = "smtp://${domain}:25"\n`).join('');
    const { events } = await world.server(
      'mx.example.org',
      `${retry}[delivery]\nmax-attempts = 2\n[[route]]\nmatch = "pure-heart.org"\nto = "maildir:mail"\n${routes}`,
      { store: openMemoryQueueStore() },
    );
    const startMs = world.clock.now();
    for (const domain of domains) {
      await submit(world, 'mx.example.org', [
        'MAIL FROM:<alice@pure-heart.org>',
        `RCPT TO:<bob@${domain}> NOTIFY=FAILURE,DELAY`,
      ]);
    }
    // Who was in hand when it was time is told when the attempt is over, which takes ten minutes and some.
    await world.clock.advance(45 * minute);
    const all = domains.map((domain) => `bob@${domain}`).sort();
    const recipients = (of: readonly (readonly [string, number])[]) => of.map(([recipient]) => recipient).sort();
    expect(recipients(told(events, 'delayed', startMs))).toEqual(all);
    await world.clock.advance(90 * minute);
    const failed = told(events, 'failed', startMs);
    expect(recipients(failed)).toEqual(all);
    expect(failed.filter(([, ms]) => ms < 2 * hour)).toEqual([]);
  });

  it('RFC 5321 §4.5.4.1: expires at its time although its turn has not come, and its sender is told', async () => {
    const { world, events, send, startMs } = await start(
      `${retry}[delivery]\nmax-per-destination = 2\nrate-per-minute = 1`,
    );
    for (let n = 0; n < 200; n++) await send();
    await world.clock.advance(4 * hour);
    const failed = told(events, 'failed', startMs);
    const done = new Set(relayed(events));
    expect(failed.length + done.size).toBe(200);
    expect(failed.map(([recipient]) => recipient).filter((each) => done.has(each))).toEqual([]);
    expect(failed.filter(([, ms]) => ms < 2 * hour || ms > 2 * hour + 2 * minute)).toEqual([]);
    expect(done.size).toBeLessThan(135);
  });

  it('RFC 2852 §4.1.3: what BY=…;R wanted by a time fails then, and of BY=…;N its sender hears once', async () => {
    const { world, events, send, startMs } = await start(`${retry}[delivery]\nrate-per-minute = 1`);
    for (let n = 0; n < 25; n++) await send();
    await send(' BY=600;R');
    await send(' BY=600;N');
    await world.clock.advance(20 * minute);
    expect(told(events, 'failed', startMs)).toEqual([['r26@ivory.edu', expect.closeTo(11 * minute, -5)]]);
    expect(told(events, 'delayed', startMs)).toEqual([['r27@ivory.edu', expect.closeTo(11 * minute, -5)]]);
    await world.clock.advance(20 * minute);
    expect(relayed(events).slice(-2)).toEqual(['r25@ivory.edu', 'r27@ivory.edu']);
    expect(told(events, 'delayed', startMs)).toHaveLength(1);
  });

  it('what ran out of time while the server was down is tried all the same, one after the other', async () => {
    const { world, store, send, tables, ...server } = await start(`${retry}[delivery]\nrate-per-minute = 1`);
    for (let n = 0; n < 40; n++) await send();
    await world.clock.during(server.stop());
    await world.clock.advance(5 * hour);
    const again = await world.server('mx2.example.org', tables, { store });
    await world.clock.advance(hour);
    expect(again.events.filter(({ kind }) => kind === 'expired')).toEqual([]);
    expect(relayed(again.events).length).toBeGreaterThan(30);
  });
});
