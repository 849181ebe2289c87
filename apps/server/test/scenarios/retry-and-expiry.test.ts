import { describe, expect, it } from 'vitest';
import { StoreError } from '../../src/ports.ts';
import { ScriptedHost, stall, type Dialogue, type Script } from '../simulation/scripted-host.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;

/** A server whose mail goes to `hop.example`, and whose reports go into a Maildir. */
async function start(toml: string, script: Script = {}) {
  const world = new World();
  const hop = world.host('hop.example');
  const peer = await ScriptedHost.start(hop, script);
  const server = await world.server(
    'mx.example.org',
    `[[route]]\nmatch = "pure-heart.org"\nto = "maildir:mail"\n[[route]]\nmatch = "*"\nto = "smtp://hop.example:25"\n${toml}`,
  );
  let probes = 0;
  const connect = server.host.connect.bind(server.host);
  server.host.connect = (target) => {
    probes++;
    return connect(target);
  };
  const startMs = world.clock.now();
  return {
    ...{ ...server, world, hop, peer, startMs },
    probes: () => probes,
    send: (parameters = '', rcpt = '') =>
      submit(world, 'mx.example.org', [
        `MAIL FROM:<alice@pure-heart.org>${parameters}`,
        `RCPT TO:<bob@ivory.edu>${rcpt}`,
      ]),
    /** When something became of a recipient, after the start. */
    when: (kind: string) => server.events.filter((event) => event.kind === kind).map(({ atMs }) => atMs - startMs),
    /** What the reports say, in order. */
    reports: () =>
      server.delivered.map(({ text }) => /^Action: (\w+)\r\nStatus: (\S+)/m.exec(text)?.slice(1).join(' ')),
  };
}

const within = (values: readonly number[], from: number, to: number) =>
  values.filter((value) => value < from || value > to);

describe('RFC 5321 §4.5.4.1: a host that is down', () => {
  const retry = '[retry]\ndelays = ["30m"]\nexpire-after = "3h"';

  it.each(['timeout', 'refused'] as const)('%s: costs one probe, however many messages wait', async (down) => {
    const { hop, world, send, probes, when } = await start(retry);
    hop.down = down;
    await Promise.all(Array.from({ length: 12 }, () => send()));
    await world.clock.advance(minute);
    expect(when('deferred')).toHaveLength(12);
    expect(probes()).toBe(1);
  });

  it('one that refuses for good is asked for each message: none fails that was not refused', async () => {
    const greeting = (_: string, { connection }: Dialogue) =>
      connection === 1 ? '554 5.3.2 No mail here' : '220 mx.ivory.edu ESMTP';
    const { world, send, when } = await start(retry, { greeting });
    await send();
    await world.clock.advance(1000);
    expect(when('failed')).toHaveLength(1);
    await send();
    await world.clock.advance(1000);
    expect([when('failed').length, when('relayed').length]).toEqual([1, 1]);
  });

  it('is left alone for a minute, then probed again', async () => {
    const { hop, world, send, probes, when } = await start(retry);
    hop.down = 'refused';
    for (let i = 0; i < 5; i++) await send();
    await world.clock.advance(1000);
    expect(when('deferred')).toHaveLength(5);
    expect(probes()).toBe(1);
    hop.down = undefined;
    await world.clock.advance(minute);
    await send();
    await world.clock.advance(1000);
    expect(when('relayed')).toHaveLength(1);
    await world.clock.advance(hour);
    expect(when('relayed')).toHaveLength(6);
  });
});

describe('RFC 5321 §4.5.4.1: recipients of one host that were put off together', () => {
  it('are tried again together, with one copy of the message', async () => {
    const world = new World();
    const peer = await ScriptedHost.start(world.host('hop.example'), { RCPT: '450 4.7.1 Greylisted' });
    let turn = 0;
    await world.server('mx.example.org', '[[route]]\nmatch = "*"\nto = "smtp://hop.example:25"', {
      random: () => (turn++ % 10) / 10,
    });
    const recipients = ['bob', 'carol', 'dave'].map((name) => `RCPT TO:<${name}@ivory.edu>`);
    await submit(world, 'mx.example.org', ['MAIL FROM:<alice@pure-heart.org>', ...recipients]);
    await world.clock.advance(minute);
    peer.script = {};
    await world.clock.advance(hour);
    expect(peer.transactions.map(({ rcpt }) => rcpt.length)).toEqual([0, 3]);
  });
});

describe('RFC 5321 §4.5.4.1 R5321-4.5.4.1-c: expiry counts wherever a message rests', () => {
  const slow =
    '[retry]\ndelays = ["2h"]\nexpire-after = "30m"\n[delivery]\nmax-per-destination = 1\n[report]\nmax-per-minute = 1000';

  it('waiting for a connection', async () => {
    // Each message is taken, and nothing is said for the ten minutes that RFC 5321 §4.5.3.2.6 allows.
    const { world, send, when } = await start(slow, { content: () => stall });
    await Promise.all(Array.from({ length: 10 }, () => send()));
    await world.clock.advance(hour);
    const expired = when('expired');
    expect(expired).toHaveLength(10);
    // All but the ones that were under way just then.
    expect(within(expired, 30 * minute, 31 * minute)).toHaveLength(1);
    expect(within(expired, 30 * minute, 41 * minute)).toEqual([]);
  });

  it('RFC 3463 §3.5: who waited in vain for a connection is told of the last attempt before, if there was one', async () => {
    const retry = '[retry]\ndelays = ["10m"]\nexpire-after = "30m"\n[delivery]\nmax-per-destination = 1';
    let asked = 0;
    const { world, send, reports, delivered } = await start(retry, {
      EHLO: '250-hop.example\n250 ENHANCEDSTATUSCODES',
      RCPT: () => (++asked === 1 ? '450 4.2.1 Busy' : '250 2.1.5 Ok'),
      content: () => stall,
    });
    await send('', ' NOTIFY=FAILURE');
    await world.clock.advance(5 * minute);
    for (let i = 0; i < 6; i++) await send('', ' NOTIFY=FAILURE');
    await world.clock.advance(2 * hour);
    const told = reports();
    expect(told).toHaveLength(7);
    expect(told.filter((report) => report === 'failed 4.2.1')).toHaveLength(1);
    const untried = delivered.filter(({ text }) => text.includes('Status: 4.4.7'));
    expect(untried.length).toBeGreaterThan(0);
    for (const { text } of untried) expect(text).not.toContain('Last-Attempt-Date');
  });

  it('waiting in the store for room at its destination: one attempt is made, and not long waited for', async () => {
    const { world, send, when } = await start(slow, { content: () => stall });
    await Promise.all(Array.from({ length: 25 }, () => send()));
    await world.clock.advance(2 * hour);
    expect(when('expired')).toHaveLength(25);
    expect(within(when('expired'), 30 * minute, hour)).toEqual([]);
  });
});

describe('RFC 3461 §5.2.5: delayed reports', () => {
  const late = (more = '') =>
    `[retry]\ndelays = ["20m"]\nexpire-after = "6h"\ndelayed-after = "1h"\n${more}\n[delivery]\nmax-per-destination = 1`;

  it('once by default', async () => {
    const { world, send, reports } = await start(late(), { RCPT: '451 4.3.0 Later' });
    await send();
    await world.clock.advance(8 * hour);
    expect(reports()).toEqual(['delayed 4.3.0', 'failed 4.3.0']);
  });

  it('again and again where the operator wants it', async () => {
    const { world, send, reports } = await start(late('delayed-repeat = "2h"'), { RCPT: '451 4.3.0 Later' });
    await send();
    await world.clock.advance(8 * hour);
    expect(reports()).toEqual(['delayed 4.3.0', 'delayed 4.3.0', 'delayed 4.3.0', 'failed 4.3.0']);
  });
});

it('rate-per-minute: transactions are spread over time', async () => {
  const { world, send, when } = await start('[delivery]\nrate-per-minute = 30');
  await Promise.all(Array.from({ length: 10 }, () => send()));
  await world.clock.advance(minute);
  const times = when('relayed');
  expect(times).toHaveLength(10);
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThanOrEqual(17_000);
});

describe('RFC 2852 §4.1: DELIVERBY on the sending side', () => {
  const able = '250-hop.example\n250-DSN\n250 DELIVERBY';
  const unable = '250-hop.example\n250 DSN';
  const retry = '[retry]\ndelays = ["25m"]\nexpire-after = "3h"\ndelayed-after = "2h"';

  it('RFC 2852 §4.1.4 R2852-4.1.4-a: what is left of the time goes on', async () => {
    let tries = 0;
    const { world, send, peer } = await start(retry, {
      EHLO: able,
      RCPT: () => (++tries === 1 ? '451 4.3.0 Later' : '250 2.1.5 Ok'),
    });
    await send(' BY=3600;R');
    await world.clock.advance(hour);
    expect(peer.transactions.map(({ mail }) => Number(/BY=(\d+);R/.exec(mail)?.[1]))).toEqual([
      expect.closeTo(3600, -1),
      expect.closeTo(3600 - 26 * 60, -2.2),
    ]);
  });

  it('RFC 2852 §4.1.3: mode R: it fails with 5.4.7 when the time has come, and nothing more is tried', async () => {
    const { world, send, peer, reports, when } = await start(retry, { EHLO: able, RCPT: '451 4.3.0 Later' });
    await send(' BY=3600;R');
    await world.clock.advance(3 * hour);
    expect(reports()).toEqual(['failed 5.4.7']);
    expect(within(when('expired'), hour, hour + 1000)).toEqual([]);
    expect(peer.transactions).toHaveLength(3);
  });

  it('RFC 2852 §4.1.3: mode R: the time has come before the first attempt', async () => {
    const { world, send, reports } = await start(`${retry}\n[delivery]\nmax-per-destination = 1`, {
      EHLO: able,
      content: () => stall,
    });
    await Promise.all([send(), send(), send(), send(' BY=120;R')]);
    await world.clock.advance(9 * minute);
    expect(reports()).toEqual(['failed 5.4.7']);
  });

  it.each([
    ['no DELIVERBY', unable, '5.3.3'],
    ['a longer minimum', '250-hop.example\n250 DELIVERBY 7200', '5.4.7'],
  ])('RFC 2852 §4.1.4.1 R2852-4.1.4.1-a: mode R: not to a hop with %s', async (_, EHLO, status) => {
    const { world, send, peer, reports } = await start(retry, { EHLO });
    await send(' BY=3600;R');
    await world.clock.advance(minute);
    expect(reports()).toEqual([`failed ${status}`]);
    expect(peer.transactions).toEqual([]);
  });

  it('RFC 2852 §4.1.3: mode N: delayed with 4.4.7 when the time has come; attempts go on', async () => {
    const { world, send, peer, reports } = await start(retry, { EHLO: able, RCPT: '451 4.3.0 Later' });
    await send(' BY=3000;N');
    await world.clock.advance(49 * minute);
    expect(reports()).toEqual([]);
    await world.clock.advance(2 * minute);
    expect(reports()).toEqual(['delayed 4.4.7']);
    await world.clock.advance(4 * hour);
    expect(reports()).toEqual(['delayed 4.4.7', 'delayed 4.3.0', 'failed 4.3.0']);
    // Negative once the time has passed.
    expect(peer.transactions.at(-1)?.mail).toMatch(/BY=-\d+;N/);
  });

  it('RFC 2852 §4.1.3: mode N: told when the content, which was away at that time, is back', async () => {
    const { world, send, store, reports } = await start(retry, { EHLO: able, RCPT: '451 4.3.0 Later' });
    await send(' BY=3000;N');
    await world.clock.advance(minute);
    const content = store.content.bind(store);
    store.content = () => Promise.reject(new StoreError('away', 'The bucket is away'));
    await world.clock.advance(58 * minute);
    expect(reports()).toEqual([]);
    store.content = content;
    await world.clock.advance(minute);
    expect(reports()).toEqual(['delayed 4.4.7']);
  });

  it('mode N: not to those who do not want delay reports', async () => {
    const { world, send, reports } = await start(retry, { EHLO: able, RCPT: '451 4.3.0 Later' });
    await send(' BY=3000;N', ' NOTIFY=FAILURE');
    await world.clock.advance(2 * hour);
    expect(reports()).toEqual([]);
  });

  it.each([
    ['without NOTIFY', '', 'NOTIFY=FAILURE,DELAY', ['relayed 2.0.0']],
    ['with NOTIFY=SUCCESS', ' NOTIFY=SUCCESS', 'NOTIFY=SUCCESS,DELAY', ['relayed 2.0.0']],
    ['with NOTIFY=NEVER', ' NOTIFY=NEVER', 'NOTIFY=NEVER', []],
  ])(
    'RFC 2852 §4.1.4.2 R2852-4.1.4.2-a: mode N, %s, to a hop without DELIVERBY: relayed, DELAY is asked for',
    async (_, notify, onWire, told) => {
      const { world, send, peer, reports } = await start(retry, { EHLO: unable });
      await send(' BY=3600;N', notify);
      await world.clock.advance(minute);
      expect(reports()).toEqual(told);
      expect(peer.transactions[0]?.rcpt[0]).toContain(onWire);
      expect(peer.transactions[0]?.mail).not.toContain('BY=');
    },
  );

  it('mode N to a hop with DELIVERBY: no report', async () => {
    const { world, send, reports } = await start(retry, { EHLO: able });
    await send(' BY=3600;N');
    await world.clock.advance(minute);
    expect(reports()).toEqual([]);
  });

  it('RFC 2852 §4.1.4 R2852-4.1.4-b: with a trace each hop reports relayed, save for NEVER', async () => {
    const { world, send, reports } = await start(retry, { EHLO: able });
    await send(' BY=3600;RT');
    await send(' BY=3600;RT', ' NOTIFY=NEVER');
    await world.clock.advance(minute);
    expect(reports()).toEqual(['relayed 2.0.0']);
  });
});
