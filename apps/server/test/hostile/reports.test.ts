import { describe, expect, it } from 'vitest';
import { submit } from '../scenarios/submit.ts';
import { World, type SimulatedServer } from '../scenarios/world.ts';

const DAY = 86_400_000;

/** `here` is at home, `there` at the other server; `dead@` is an alias to nobody, so that failing takes place after 250. */
function config(here: string, there: string, more = ''): string {
  return `
[report]
max-per-minute = 1000
[[route]]
match = "${here}.example"
to = "maildir:mail"
recipients = ["alice", "owner"]
[[route]]
match = "${there}.example"
to = "smtp://mx.${there}.example:25"
[[alias]]
address = "dead@${here}.example"
to = ["nobody@nowhere.example"]
[[alias]]
address = "loop@${here}.example"
to = ["loop@${there}.example"]
${more}`;
}

async function pair(moreOfA = ''): Promise<{ world: World; a: SimulatedServer; b: SimulatedServer }> {
  const world = new World();
  const a = await world.server('mx.a.example', config('a', 'b', moreOfA));
  const b = await world.server('mx.b.example', config('b', 'a'));
  return { world, a, b };
}

const accepted = (server: SimulatedServer): number => server.events.filter(({ kind }) => kind === 'accepted').length;
const issued = (server: SimulatedServer): number => server.events.filter(({ kind }) => kind === 'report-issued').length;

async function expectQuiet({ world, a, b }: { world: World; a: SimulatedServer; b: SimulatedServer }): Promise<void> {
  await world.clock.advance(10 * DAY);
  const before = [accepted(a), accepted(b), issued(a), issued(b)];
  await world.clock.advance(10 * DAY);
  expect([accepted(a), accepted(b), issued(a), issued(b)]).toEqual(before);
  for (const server of [a, b]) expect([(await server.store.counts()).messages, server.troubles]).toEqual([0, []]);
}

describe('reports go round in no circle', () => {
  it('RFC 5321 §4.5.5 R5321-4.5.5-a: two servers, neither of which can deliver to the sender', async () => {
    const both = await pair();
    await submit(both.world, 'mx.a.example', ['MAIL FROM:<dead@a.example>', 'RCPT TO:<dead@b.example>']);
    await expectQuiet(both);
    // The failure is told once; that this could not be delivered is told to nobody.
    expect([issued(both.a), issued(both.b)]).toEqual([0, 1]);
  });

  it('RFC 5321 §6.3: two aliases that lead to each other: one report, to who sent it', async () => {
    const both = await pair();
    await submit(both.world, 'mx.a.example', ['MAIL FROM:<alice@a.example>', 'RCPT TO:<loop@a.example>']);
    await expectQuiet(both);
    expect(issued(both.a) + issued(both.b)).toBe(1);
    expect(both.a.delivered.filter(({ folder }) => folder === 'alice@a.example')).toHaveLength(1);
    expect(accepted(both.a) + accepted(both.b)).toBeLessThanOrEqual(110);
  });

  it('from <> round the same circle: no report at all', async () => {
    const both = await pair();
    await submit(both.world, 'mx.a.example', ['MAIL FROM:<>', 'RCPT TO:<loop@a.example>']);
    await expectQuiet(both);
    expect([issued(both.a), issued(both.b)]).toEqual([0, 0]);
  });

  it.each(['list@a.example', 'dead@a.example', 'other@a.example', 'owner@a.example'])(
    'RFC 3461 §5.2.7.1: a list with a dead member, whose owner is %s',
    async (owner) => {
      const lists = ['list', 'other'].map((name) => {
        const itsOwner = name === 'list' ? owner : 'list@a.example';
        return `[[list]]\naddress = "${name}@a.example"\nowner = "${itsOwner}"\nmembers = ["dead@b.example", "alice@a.example"]\n`;
      });
      const both = await pair(lists.join(''));
      await submit(both.world, 'mx.a.example', ['MAIL FROM:<alice@a.example>', 'RCPT TO:<list@a.example>']);
      await expectQuiet(both);
      expect(issued(both.b)).toBeLessThanOrEqual(3);
      expect(both.a.delivered.length).toBeLessThanOrEqual(6);
    },
  );

  it('RFC 3834 §2: what answers by itself is not answered; a report sent to a list is no new beginning', async () => {
    const list = '[[list]]\naddress = "list@a.example"\nowner = "list@a.example"\nmembers = ["dead@b.example"]\n';
    const both = await pair(list);
    const auto = 'From: x@b.example\r\nAuto-Submitted: auto-replied\r\nSubject: x\r\n\r\nx\r\n';
    await submit(both.world, 'mx.a.example', ['MAIL FROM:<>', 'RCPT TO:<list@a.example>'], auto);
    await expectQuiet(both);
    expect(issued(both.a) + issued(both.b)).toBeLessThanOrEqual(2);
  });
});

describe('backscatter', () => {
  it('RFC 5321 §6.2: what can be refused is refused at RCPT, and no stranger is written to', async () => {
    const both = await pair();
    for (const to of ['nobody@a.example', 'x@elsewhere.example', 'nobody@[192.0.2.1]']) {
      const replies = await submit(both.world, 'mx.a.example', ['MAIL FROM:<victim@b.example>', `RCPT TO:<${to}>`]);
      expect([to, replies[3]]).toEqual([to, expect.stringMatching(/^55\d /)]);
    }
    await expectQuiet(both);
    expect([issued(both.a), accepted(both.b), both.b.delivered]).toEqual([0, 0, []]);
  });
});
