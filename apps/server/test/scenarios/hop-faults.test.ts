import { parseReport } from '@dsnkit/multipart-report';
import { describe, expect, it } from 'vitest';
import { close, cut, ScriptedHost, stall, type Answer, type Script } from '../simulation/scripted-host.ts';
import type { SimulatedHost } from '../simulation/network.ts';
import { submit } from './submit.ts';
import { World, type SimulatedServer } from './world.ts';

const TOML = `[[route]]
match = "hop.example"
to = "smtp://hop.example:25"
[[route]]
match = "sender.example"
to = "maildir:mail"
[retry]
delays = ["1h"]
delayed-after = "90m"
expire-after = "5h"
`;
const ENVELOPE = ['MAIL FROM:<alice@sender.example>', 'RCPT TO:<bob@hop.example> NOTIFY=SUCCESS,FAILURE,DELAY'];
const HOUR = 3_600_000;

type Stage = 'greeting' | 'EHLO' | 'STARTTLS' | 'MAIL' | 'RCPT' | 'DATA' | 'content' | 'QUIT';
const stages: readonly Stage[] = ['greeting', 'EHLO', 'STARTTLS', 'MAIL', 'RCPT', 'DATA', 'content', 'QUIT'];

/** What a hop does in place of its reply. */
const faults: Readonly<Record<string, Answer>> = {
  stalls: stall,
  closes: close,
  resets: cut,
  'talks nonsense': 'Lorem ipsum dolor sit amet',
  'gives a code that is none': '999 9.9.9 What is this?',
  'gives a code of another stage': '334 VXNlcm5hbWU6',
  'never ends its reply': Array.from({ length: 20_000 }, () => '250-and so on').join('\n'),
  'never ends its line': `250 ${'x'.repeat(500_000)}`,
};

const offersTls = { EHLO: '250-hop.example\n250-PIPELINING\n250-ENHANCEDSTATUSCODES\n250 STARTTLS' } as const;

interface Scene {
  readonly world: World;
  readonly server: SimulatedServer;
  readonly host: SimulatedHost;
  readonly hop: ScriptedHost;
}

/** A server that has taken one message for the hop. */
async function serve(
  script: Script,
  prepare: (host: SimulatedHost) => void = () => undefined,
  toml = TOML,
): Promise<Scene> {
  const world = new World();
  const host = world.host('hop.example');
  prepare(host);
  const hop = await ScriptedHost.start(host, script);
  const server = await world.server('mx.example.org', toml);
  expect((await submit(world, 'mx.example.org', ENVELOPE)).at(-1)).toMatch(/^250 /);
  return { world, server, host, hop };
}

/** `action status` of every report that came to the sender. */
function reports({ delivered }: SimulatedServer): string[] {
  return delivered.flatMap(({ octets }) =>
    (parseReport(octets)?.deliveryStatus?.recipients ?? []).map(
      ({ action, status }) => `${action ?? ''} ${String(status)}`,
    ),
  );
}

/** A hop that is well again from its second connection on. */
const first =
  (answer: Answer, standard: string) =>
  (_: string, { connection }: { readonly connection: number }) =>
    connection === 1 ? answer : standard;
const well: Readonly<Record<Stage, string>> = {
  ...{ greeting: '220 hop.example ESMTP', EHLO: offersTls.EHLO, STARTTLS: '220 2.0.0 Go ahead', MAIL: '250 2.1.0 Ok' },
  ...{ RCPT: '250 2.1.5 Ok', DATA: '354 Go ahead', content: '250 2.0.0 Queued', QUIT: '221 2.0.0 Bye' },
};

const matrix = stages.flatMap((stage) => Object.keys(faults).map((fault) => ({ stage, fault })));

/** Contents that the hop took, whatever it answered. */
const contents = (hop: ScriptedHost) => hop.transactions.filter(({ content }) => content !== undefined).length;

/** RFC 3463: X.4.2 for a connection that is no good, X.5.0 for what is no protocol. */
const statusOf = (fault: string) => (['stalls', 'closes', 'resets'].includes(fault) ? '4.4.2' : '4.5.0');

const empty = { messages: 0, recipients: 0 };

describe('a hop that fails for good: the sender hears of the delay and of the end, and nothing is said to be relayed', () => {
  it.each(matrix)('RFC 5321 §4.5.4.1: at $stage it $fault', async ({ stage, fault }) => {
    const { world, server, hop } = await serve({ ...offersTls, [stage]: faults[fault]! });
    await world.clock.advance(6 * HOUR);
    // What comes after the reply to the content changes nothing any more.
    const told = stage === 'QUIT' ? ['relayed 2.0.0'] : [`delayed ${statusOf(fault)}`, `failed ${statusOf(fault)}`];
    expect(reports(server)).toEqual(told);
    expect(hop.connections).toBe(stage === 'QUIT' ? 1 : 5);
    expect(contents(hop)).toBe(stage === 'QUIT' ? 1 : stage === 'content' ? 5 : 0);
    expect(await server.store.counts()).toEqual(empty);
    expect(server.troubles).toEqual([]);
  });
});

describe('a hop that offers DSN and does not take its parameters', () => {
  it.each([
    ['MAIL', '501 5.5.4 What is ENVID?'],
    ['MAIL', '555 5.5.4 What is ENVID?'],
    ['RCPT', '501 5.5.4 What is NOTIFY?'],
    ['RCPT', '555 5.5.4 What is NOTIFY?'],
  ])(
    'RFC 3461 §5.2.1: at %s, by %s, refuses the message: it does not go without what the sender asked',
    async (at, no) => {
      const world = new World();
      const hop = await ScriptedHost.start(world.host('hop.example'), {
        EHLO: '250-hop.example\n250-ENHANCEDSTATUSCODES\n250 DSN',
        [at]: (line: string) => (/ENVID=|NOTIFY=/.test(line) ? no : '250 2.0.0 Ok'),
      });
      const server = await world.server('mx.example.org', TOML);
      const asked = [
        'MAIL FROM:<alice@sender.example> ENVID=QQ314159',
        'RCPT TO:<bob@hop.example> NOTIFY=SUCCESS,FAILURE',
      ];
      expect((await submit(world, 'mx.example.org', asked)).at(-1)).toMatch(/^250 /);
      await world.clock.advance(6 * HOUR);
      expect(reports(server)).toEqual(['failed 5.5.4']);
      expect([hop.connections, contents(hop)]).toEqual([1, 0]);
      expect(hop.commands.filter((line) => line.startsWith('MAIL'))).toEqual([
        expect.stringContaining('ENVID=QQ314159'),
      ]);
      expect(await server.store.counts()).toEqual(empty);
    },
  );
});

describe('a hop that fails once: the message goes with the next attempt, and the sender hears just that', () => {
  it.each(matrix)('RFC 5321 §4.5.4.1: at $stage it $fault', async ({ stage, fault }) => {
    const { world, server, hop } = await serve({ ...offersTls, [stage]: first(faults[fault]!, well[stage]) });
    await world.clock.advance(6 * HOUR);
    expect(reports(server)).toEqual(['relayed 2.0.0']);
    expect(hop.connections).toBe(stage === 'QUIT' ? 1 : 2);
    // RFC 5321 §6.1: only when the reply to the content was lost may it have come twice.
    expect(contents(hop)).toBe(stage === 'content' ? 2 : 1);
    expect(await server.store.counts()).toEqual(empty);
    expect(server.troubles).toEqual([]);
  });
});

describe('a hop that answers out of order', () => {
  it.each([
    // One reply too many moves all that follow: an EHLO that is answered 220, a DATA that is answered 250, is no protocol.
    ['greeting', 'failed'],
    ['EHLO', 'failed'],
    // RFC 3207 §4.2: what was said in the clear before the handshake is thrown away.
    ['STARTTLS', 'relayed'],
    ['MAIL', 'failed'],
    ['RCPT', 'failed'],
    ['DATA', 'failed'],
    ['content', 'relayed'],
    ['QUIT', 'relayed'],
  ] as const)('RFC 5321 §4.2: twice at %s: %s', async (stage, end) => {
    const { world, server, hop } = await serve({ ...offersTls, [stage]: `${well[stage]}\n${well[stage]}` });
    await world.clock.advance(6 * HOUR);
    expect(reports(server).at(-1)).toMatch(end);
    if (end === 'relayed') expect(contents(hop)).toBe(1);
    expect(await server.store.counts()).toEqual(empty);
  });

  it('RFC 2920 §3.1: all replies before the commands', async () => {
    const all = ['220 hop.example', '250-hop.example\n250 PIPELINING', '250 Ok', '250 Ok', '354 Go', '250 Queued'];
    const { world, server } = await serve({ greeting: all.join('\n'), EHLO: stall });
    await world.clock.advance(6 * HOUR);
    expect(reports(server).filter((report) => report.startsWith('relayed'))).toEqual([]);
    expect(reports(server).at(-1)).toMatch(/^failed 4\./);
  });
});

describe('a hop that is not there', () => {
  it.each(['refused', 'timeout', 'unreachable'] as const)('RFC 3463 §3.5: %s', async (how) => {
    const { world, server } = await serve({}, (host) => (host.down = how));
    await world.clock.advance(6 * HOUR);
    expect(reports(server)).toEqual(['delayed 4.4.1', 'failed 4.4.1']);
  });

  it.each(['refused', 'timeout', 'unreachable'] as const)('%s, but only for an hour', async (how) => {
    const { world, server, host } = await serve(offersTls, (down) => (down.down = how));
    await world.clock.advance(HOUR / 2);
    host.down = undefined;
    await world.clock.advance(2 * HOUR);
    expect(reports(server)).toEqual(['relayed 2.0.0']);
  });
});

describe('TLS that fails', () => {
  it.each(['handshake', 'silence'] as const)(
    'RFC 3207 §4: %s, where TLS is a bonus: on in the clear',
    async (fails) => {
      const { world, server } = await serve(offersTls, (host) => (host.tls = { ...host.tls, fails }));
      await world.clock.advance(6 * HOUR);
      expect(reports(server)).toEqual(['relayed 2.0.0']);
    },
  );

  it.each(['handshake', 'silence'] as const)(
    'RFC 3207 §4: %s, where TLS is a must: never in the clear',
    async (fails) => {
      const toml = TOML.replace('to = "smtp://hop.example:25"', 'to = "smtp://hop.example:25"\ntls = "required"');
      const { world, server, hop } = await serve(offersTls, (host) => (host.tls = { ...host.tls, fails }), toml);
      await world.clock.advance(6 * HOUR);
      expect(reports(server).map((report) => report.split(' ')[0])).toEqual(['delayed', 'failed']);
      expect(hop.commands.some((line) => line.startsWith('MAIL'))).toBe(false);
    },
  );
});
