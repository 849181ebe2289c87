import { describe, expect, it } from 'vitest';
import { deliveryOf } from '../../test/simulation/delivery.ts';
import type { SmtpOptions } from './smtp-transport.ts';
import { relayWorld, told } from '../../test/simulation/relay.ts';
import { close, ScriptedHost, stall, type Script } from '../../test/simulation/scripted-host.ts';

/** `ivory.edu` with two exchangers, and a transport to it. */
async function twoHosts(first: Script = {}, second: Script = {}, options: Partial<SmtpOptions> = {}) {
  const world = relayWorld();
  const a = await world.add('a.ivory.edu', '192.0.2.1', first);
  const b = await world.add('b.ivory.edu', '192.0.2.2', second);
  world.resolver.table.set('ivory.edu', {
    mx: [
      [10, 'a.ivory.edu'],
      [20, 'b.ivory.edu'],
    ],
  });
  const relay = world.transport({ kind: 'mx', domain: 'ivory.edu' }, options);
  const deliver = async (...recipients: (string | [string, string])[]) =>
    (await world.clock.during(relay.deliver(deliveryOf({ recipients })))).map(told);
  return { ...world, a, b, relay, deliver };
}

const toBob = deliveryOf({ recipients: ['bob@ivory.edu'] });

describe('SmtpTransport: several hosts', () => {
  it('RFC 5321 §5.1 R5321-5.1-c: the most preferred host gets the message', async () => {
    const { a, b, deliver } = await twoHosts();
    expect(await deliver('bob@ivory.edu')).toEqual(['relayed 2.0.0 content: 250 2.0.0 Queued']);
    expect([a.peer.connections, b.peer.connections]).toEqual([1, 0]);
  });

  it.each(['refused', 'timeout', 'unreachable'] as const)(
    'RFC 5321 §5.1 R5321-5.1-c: a host that is down (%s) gives way to the next',
    async (down) => {
      const { a, b, deliver } = await twoHosts();
      a.host.down = down;
      expect(await deliver('bob@ivory.edu')).toEqual(['relayed 2.0.0 content: 250 2.0.0 Queued']);
      expect(b.peer.transactions).toHaveLength(1);
    },
  );

  it.each([
    ['a 4yz greeting', { greeting: '421 Busy' }],
    ['a 5yz greeting', { greeting: '554 No mail here' }],
    ['a refused EHLO and HELO', { EHLO: '550 No', HELO: '550 No' }],
    ['an end before the greeting', { greeting: close }],
    ['a 4yz MAIL', { MAIL: '451 Later' }],
    ['a 421 at MAIL', { MAIL: '421 Bye' }],
    ['a 4yz RCPT', { RCPT: '450 Later' }],
    ['a 4yz DATA', { DATA: '451 Later' }],
    ['an end at MAIL', { MAIL: close }],
    ['an end at RCPT', { RCPT: close }],
    ['an end at DATA', { DATA: close }],
    ['4yz after the data', { content: '451 Later' }],
    [
      'a missing extension',
      { EHLO: '250 host.example SIZE 5\n250 SIZE 5'.replace(' host.example SIZE 5', '-host.example') },
    ],
  ] as const)('RFC 5321 §5.1 R5321-2.2.3-a: after %s the next host is asked', async (_, first) => {
    const { b, deliver } = await twoHosts(first);
    expect(await deliver('bob@ivory.edu', 'carol@ivory.edu')).toEqual(
      Array(2).fill('relayed 2.0.0 content: 250 2.0.0 Queued'),
    );
    expect(b.peer.transactions.map(({ rcpt }) => rcpt.length)).toEqual([2]);
  });

  it.each([
    ['5yz to MAIL', { MAIL: '550 5.7.1 No' }, 'failed 5.7.1 mail: 550 5.7.1 No'],
    ['5yz to RCPT', { RCPT: '550 5.1.1 No' }, 'failed 5.1.1 rcpt: 550 5.1.1 No'],
    ['5yz after the data', { content: '554 5.6.0 No' }, 'failed 5.6.0 content: 554 5.6.0 No'],
    [
      'loss after the data',
      { content: close },
      'deferred 4.4.2 (the connection to a.ivory.edu was lost in the middle of the transaction, after the message had been sent)',
    ],
  ] as const)('RFC 5321 §4.2.1 R5321-4.2.1-a: after %s no other host is asked', async (_, first, expected) => {
    const { b, deliver } = await twoHosts(first);
    expect(await deliver('bob@ivory.edu')).toEqual([expected]);
    expect(b.peer.connections).toBe(0);
  });

  it('only recipients that the first host put off go to the second, once', async () => {
    const { b, deliver } = await twoHosts(
      {
        RCPT: (line) =>
          line.includes('bob') ? '450 4.2.1 Later' : line.includes('carol') ? '550 5.1.1 No' : '250 2.1.5 Ok',
      },
      { RCPT: '451 4.3.0 Me neither' },
    );
    expect(await deliver('alice@ivory.edu', 'bob@ivory.edu', 'carol@ivory.edu')).toEqual([
      'relayed 2.0.0 content: 250 2.0.0 Queued',
      'deferred 4.3.0 rcpt: 451 4.3.0 Me neither',
      'failed 5.1.1 rcpt: 550 5.1.1 No',
    ]);
    expect(b.peer.commands.filter((line) => line.startsWith('RCPT'))).toEqual(['RCPT TO:<bob@ivory.edu>']);
  });

  it('RFC 5321 §4.2.1 R5321-4.2.1-a: what the first host put off is not final because the second can not have it at all', async () => {
    const { b, deliver } = await twoHosts({ RCPT: '450 4.2.1 Later' }, { EHLO: '250-host.example\n250 SIZE 5' });
    expect(await deliver('bob@ivory.edu')).toEqual(['deferred 4.2.1 rcpt: 450 4.2.1 Later']);
    expect(b.peer.connections).toBe(1);
  });

  it('RFC 5321 §5.1: another address of a host that put the message off is not asked: it is the same host', async () => {
    const { a, b, network, resolver, deliver } = await twoHosts({ RCPT: '450 4.2.1 Later' });
    const again = await ScriptedHost.start(network.host('again.ivory.edu', '192.0.2.3'));
    resolver.table.set('a.ivory.edu', { addresses: ['192.0.2.1', '192.0.2.3'] });
    expect(await deliver('bob@ivory.edu')).toEqual(['relayed 2.0.0 content: 250 2.0.0 Queued']);
    expect([a.peer.connections, again.connections, b.peer.connections]).toEqual([1, 0, 1]);
  });

  it('RFC 5321 §5.1: three hosts are asked in one attempt, the next ones only instead of hosts that are down', async () => {
    const world = relayWorld();
    const names = ['a', 'b', 'c', 'd', 'e'].map((letter) => `${letter}.ivory.edu`);
    const hosts = await Promise.all(
      names.map((name, i) => world.add(name, `192.0.2.${i + 1}`, { RCPT: '450 4.2.1 Later' })),
    );
    world.resolver.table.set('ivory.edu', { mx: names.map((name, i) => [i, name] as const) });
    const relay = world.transport({ kind: 'mx', domain: 'ivory.edu' }, { idleMs: 0 });
    const connections = () => hosts.map(({ peer }) => peer.connections);
    await world.clock.during(relay.deliver(toBob));
    expect(connections()).toEqual([1, 1, 1, 0, 0]);
    hosts[1]!.host.down = 'refused';
    await world.clock.during(relay.deliver(toBob));
    expect(connections()).toEqual([2, 1, 2, 1, 0]);
  });

  describe('an extension that the first hosts lack', () => {
    const plain: Script = { EHLO: '250 host.example' };
    const utf8: Script = { EHLO: '250-host.example\n250-8BITMIME\n250 SMTPUTF8' };
    const toJürgen = deliveryOf({ recipients: ['jürgen@ivory.edu'] });

    async function hostsWith(scripts: readonly Script[], preferenceOf: (index: number) => number) {
      const world = relayWorld();
      const names = scripts.map((_, i) => `${'abcdef'[i]}.ivory.edu`);
      const hosts = await Promise.all(names.map((name, i) => world.add(name, `192.0.2.${i + 1}`, scripts[i])));
      world.resolver.table.set('ivory.edu', { mx: names.map((name, i) => [preferenceOf(i), name] as const) });
      return { ...world, hosts };
    }

    it('RFC 5321 §5.1 R5321-2.2.3-a: does not fail the message before the fourth host and the fifth are asked', async () => {
      const { clock, hosts, transport } = await hostsWith([plain, plain, plain, plain, utf8], (i) => i);
      const relay = transport({ kind: 'mx', domain: 'ivory.edu' });
      const outcomes = await clock.during(relay.deliver(toJürgen));
      expect(outcomes.map(told)).toEqual(['relayed 2.0.0 content: 250 2.0.0 Queued']);
      expect(hosts.map(({ peer }) => peer.connections)).toEqual([1, 1, 1, 1, 1]);
    });

    it('RFC 5321 §5.1: takes who was put off by another to no fourth host', async () => {
      const puttingOff: Script = { ...utf8, RCPT: '450 4.2.1 Later' };
      const { clock, hosts, transport } = await hostsWith([plain, puttingOff, plain, utf8], (i) => i);
      const relay = transport({ kind: 'mx', domain: 'ivory.edu' });
      const outcomes = await clock.during(relay.deliver(toJürgen));
      expect(outcomes.map(told)).toEqual(['deferred 4.2.1 rcpt: 450 4.2.1 Later']);
      expect(hosts.map(({ peer }) => peer.connections)).toEqual([1, 1, 1, 0]);
    });

    it('RFC 5321 §5.1: fails the message where all six lack it', async () => {
      const { clock, hosts, transport } = await hostsWith(Array<Script>(6).fill(plain), (i) => i);
      const relay = transport({ kind: 'mx', domain: 'ivory.edu' });
      const outcomes = await clock.during(relay.deliver(toJürgen));
      expect(outcomes.map(told)).toEqual(['failed 5.6.7 (f.ivory.edu takes no addresses beyond ASCII)']);
      expect(hosts.map(({ peer }) => peer.connections)).toEqual([1, 1, 1, 1, 1, 1]);
    });

    it('RFC 5321 §5.1: fails no message over a kept connection to the second, while the first is as good', async () => {
      const { clock, hosts, transport } = await hostsWith([utf8, plain], () => 10);
      // Equals are in an order drawn anew each time that the DNS is asked.
      const draws = [0.9, 0.1];
      const relay = transport(
        { kind: 'mx', domain: 'ivory.edu' },
        { dnsCacheMs: 60_000, idleMs: 300_000 },
        { random: () => draws.shift() ?? 0 },
      );
      await clock.during(relay.deliver(toBob));
      expect(hosts.map(({ peer }) => peer.transactions.length)).toEqual([0, 1]);
      await clock.advance(61_000);
      const outcomes = await clock.during(relay.deliver(toJürgen));
      expect(outcomes.map(told)).toEqual(['relayed 2.0.0 content: 250 2.0.0 Queued']);
    });
  });

  it('what the first host said stands when the second is down', async () => {
    const { b, deliver } = await twoHosts({ RCPT: '450 4.2.1 Later' });
    b.host.down = 'refused';
    expect(await deliver('bob@ivory.edu')).toEqual(['deferred 4.2.1 rcpt: 450 4.2.1 Later']);
  });

  it('RFC 5321 §2.2.3 R5321-2.2.3-a: an extension that all hosts lack fails; one that a host out of reach may have does not', async () => {
    const { a, clock, deliver } = await twoHosts({ EHLO: '250 host.example' }, { EHLO: '250 host.example' });
    expect(await deliver('jürgen@ivory.edu')).toEqual(['failed 5.6.7 (b.ivory.edu takes no addresses beyond ASCII)']);
    a.host.down = 'refused';
    await clock.runUntilIdle();
    const again = await deliver('jürgen@ivory.edu');
    expect(again).toEqual(['deferred 4.4.1 (a.ivory.edu (192.0.2.1:25) refused the connection)']);
  });

  it('when all hosts refuse for good the message fails, when one only puts off it waits', async () => {
    const no = { greeting: '554 5.3.2 No mail here' };
    expect(await (await twoHosts(no, no)).deliver('bob@ivory.edu')).toEqual([
      'failed 5.3.2 connect: 554 5.3.2 No mail here',
    ]);
    expect(await (await twoHosts({ greeting: '421 4.3.2 Busy' }, no)).deliver('bob@ivory.edu')).toEqual([
      'deferred 4.3.2 connect: 421 4.3.2 Busy',
    ]);
    expect(await (await twoHosts(no, { greeting: '421 4.3.2 Busy' })).deliver('bob@ivory.edu')).toEqual([
      'deferred 4.3.2 connect: 421 4.3.2 Busy',
    ]);
  });

  it('RFC 5321 §4.5.4.1: the next host of many messages that the first puts off gets no more connections than allowed', async () => {
    const { a, b, clock, relay } = await twoHosts(
      { RCPT: '450 4.7.1 Greylisted' },
      { RCPT: stall },
      { maxConnections: 2 },
    );
    const outcomes = Promise.all(Array.from({ length: 9 }, () => relay.deliver(toBob)));
    await clock.advance(60_000);
    expect([a.peer.transactions.length, b.peer.connections]).toEqual([9, 2]);
    b.peer.script = {};
    await clock.advance(600_000);
    expect((await outcomes).flat().filter(({ kind }) => kind === 'relayed')).toHaveLength(7);
    expect(b.peer.connections).toBe(9);
  });

  it.each([
    ['is not there', () => ({}), 'refused'],
    ['breaks off', () => ({ MAIL: close }), undefined],
  ] as const)('RFC 5321 §4.5.4.1: a next host that %s is spared for a while', async (_, script, down) => {
    const { b, clock, deliver } = await twoHosts({ RCPT: '450 4.7.1 Greylisted' }, script(), { downMs: 60_000 });
    b.host.down = down;
    await deliver('bob@ivory.edu');
    b.host.down = undefined;
    b.peer.script = {};
    expect(await deliver('bob@ivory.edu')).toEqual(['deferred 4.7.1 rcpt: 450 4.7.1 Greylisted']);
    await clock.advance(61_000);
    expect(await deliver('bob@ivory.edu')).toEqual(['relayed 2.0.0 content: 250 2.0.0 Queued']);
  });

  it('transactions with a next host count for the rate, too', async () => {
    const { a, b, clock, relay } = await twoHosts({ RCPT: '450 Later' }, {}, { ratePerMinute: 60 });
    for (let i = 0; i < 60; i++) void relay.deliver(toBob);
    await clock.advance(60_000);
    expect(a.peer.transactions.length + b.peer.transactions.length).toBeLessThanOrEqual(62);
    await clock.advance(60_000);
    expect(b.peer.transactions).toHaveLength(60);
  });

  it('RFC 7505 §4.1 R7505-4.1-a: mail to a null MX fails at once and names no remote host', async () => {
    const world = relayWorld();
    world.resolver.table.set('null.example', { mx: [[0, '.']] });
    const relay = world.transport({ kind: 'mx', domain: 'null.example' });
    expect(await world.clock.during(relay.deliver(deliveryOf({ recipients: ['bob@null.example'] })))).toEqual([
      { kind: 'failed', failure: { status: '5.1.10', reason: 'the domain null.example takes no mail', atMs: 0 } },
    ]);
  });

  it('asks the DNS once a minute at most, and again when no host was reached', async () => {
    const { a, b, resolver, clock, deliver } = await twoHosts();
    const asked = () => resolver.questions.filter((question) => question === 'mx ivory.edu').length;
    await deliver('bob@ivory.edu');
    await clock.advance(10_000);
    await deliver('bob@ivory.edu');
    expect(asked()).toBe(1);
    await clock.advance(60_000);
    await deliver('bob@ivory.edu');
    expect(asked()).toBe(2);
    await clock.advance(10_000);
    a.host.down = b.host.down = 'refused';
    await deliver('bob@ivory.edu');
    await deliver('bob@ivory.edu');
    expect(asked()).toBe(3);
  });

  it('names a host that is known by its address only as it greets, else by its literal', async () => {
    const world = relayWorld();
    await world.add('x', '192.0.2.1', { greeting: '220 Bombs.AF.MIL ESMTP ready' });
    await world.add('y', '192.0.2.2', { greeting: '220 hello there' });
    for (const [host, mta] of [
      ['192.0.2.1', 'Bombs.AF.MIL'],
      ['192.0.2.2', '[192.0.2.2]'],
    ] as const) {
      const relay = world.transport({ kind: 'smtp', host, port: 25 });
      const [outcome] = await world.clock.during(relay.deliver(deliveryOf({ recipients: ['a@x'] })));
      expect(outcome).toMatchObject({ remote: { mta, address: `${host}:25` } });
    }
  });
});
