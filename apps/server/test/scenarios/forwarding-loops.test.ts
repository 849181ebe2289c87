import { describe, expect, it } from 'vitest';
import { submit } from './submit.ts';
import { World } from './world.ts';

const HERE = `
[[alias]]
address = "team@here.example"
to = ["x@there.example", "y@there.example"]
[[list]]
address = "all@here.example"
owner = "owner@here.example"
members = ["x@there.example", "y@there.example"]
[[route]]
match = "there.example"
to = "smtp://there.example:25"
[[route]]
match = "*"
to = "maildir:mail"
`;

/** A host that sends mail to `x` and `y` back where it came from. */
const thereTo = (address: string): string => `
[[alias]]
address = "x@there.example"
to = ["${address}"]
[[alias]]
address = "y@there.example"
to = ["${address}"]
[[route]]
match = "here.example"
to = "smtp://here.example:25"
[[route]]
match = "*"
to = "maildir:mail"
`;

describe('members that forward their mail back', () => {
  it.each(['team@here.example', 'all@here.example'])(
    'RFC 5321 §6.3: what comes to %s again on its way is a loop, long before it has a hundred Received fields',
    async (address) => {
      const world = new World();
      const here = await world.server('here.example', HERE);
      const there = await world.server('there.example', thereTo(address));
      const replies = await submit(world, 'here.example', ['MAIL FROM:<sue@sender.example>', `RCPT TO:<${address}>`]);
      expect(replies.at(-1)).toMatch(/^250/);
      await world.clock.advance(3_600_000);
      const accepted = here.events.filter((event) => event.kind === 'accepted' && event.reversePath !== '');
      // The post of a list is a message of its own; its owner gets the report of the loop.
      expect(accepted).toHaveLength(address.startsWith('all') ? 2 : 1);
      const failed = there.events.flatMap((event) => (event.kind === 'failed' ? [event.failure] : []));
      expect(failed).not.toEqual([]);
      for (const { status, remote } of failed) {
        expect(status).toBe('5.4.6');
        expect(remote?.reply.code).toBe(554);
      }
    },
  );

  it('RFC 5321 §6.3: what comes back in the company of others does so a few times at most', async () => {
    const world = new World();
    const here = await world.server('here.example', HERE);
    await world.server(
      'there.example',
      thereTo('team@here.example').replace('"team@here.example"', '"all@here.example"'),
    );
    await submit(world, 'here.example', [
      ...['MAIL FROM:<sue@sender.example>', 'RCPT TO:<team@here.example>', 'RCPT TO:<all@here.example>'],
    ]);
    await world.clock.advance(3_600_000);
    expect(here.events.filter(({ kind }) => kind === 'accepted').length).toBeLessThan(100);
    expect(here.troubles).toEqual([]);
  });

  it('RFC 5321 §6.3: a message goes to two aliases in turn, and comes to a mailbox twice', async () => {
    const world = new World();
    const here = await world.server('here.example', HERE);
    const header = (address: string): string =>
      `Received: from a.example ([192.0.2.1])\r\n\tby here.example with ESMTP id x1\r\n\tfor <${address}>;\r\n\tThu, 07 Jul 1994 21:03:00 +0000\r\n`;
    const content = (address: string): string => `${header(address)}Subject: hello\r\n\r\nHello.\r\n`;
    const last = async (to: string, contentOf: string): Promise<string | undefined> =>
      (await submit(world, 'here.example', ['MAIL FROM:<>', `RCPT TO:<${to}>`], contentOf)).at(-1);
    expect(await last('team@here.example', content('all@here.example'))).toMatch(/^250/);
    expect(await last('bob@here.example', content('bob@here.example'))).toMatch(/^250/);
    expect(
      await last('team@here.example', content('team@here.example').replaceAll('here.example with', 'x with')),
    ).toMatch(/^250/);
    expect(await last('Team@HERE.example', content('team@here.example'))).toMatch(/^554 5\.4\.6 /);
    // Five times is too often for any address that stands for others, for whomever it was.
    expect(await last('team@here.example', header('all@here.example').repeat(3) + content('all@here.example'))).toMatch(
      /^250/,
    );
    expect(await last('team@here.example', header('all@here.example').repeat(4) + content('all@here.example'))).toMatch(
      /^554 5\.4\.6 /,
    );
    const both = ['MAIL FROM:<>', 'RCPT TO:<team@here.example>', 'RCPT TO:<bob@here.example>'];
    expect((await submit(world, 'here.example', both, content('team@here.example'))).at(-1)).toMatch(/^250/);
    const beenToBoth = header('bob@here.example') + content('team@here.example');
    expect((await submit(world, 'here.example', both, beenToBoth)).at(-1)).toMatch(/^250/);
    expect(here.troubles).toEqual([]);
  });
});

describe('a mail exchanger that is this server under another name', () => {
  it.each(['its address', '127.0.0.1'])(
    'RFC 5321 §5.1: by %s: the mail does not begin to go in circles',
    async (how) => {
      const world = new World();
      const here = await world.server('mx.example.org', '[[route]]\nmatch = "*"\nto = "mx:"');
      const address = how === 'its address' ? here.host.address : how;
      world.resolver.table.set('trap.example', { mx: [[10, 'mail.trap.example']] });
      world.resolver.table.set('mail.trap.example', { addresses: [address] });
      await submit(world, 'mx.example.org', ['MAIL FROM:<>', 'RCPT TO:<x@trap.example>']);
      await world.clock.advance(3_600_000);
      expect(here.events.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
      const failed = here.events.flatMap((event) => (event.kind === 'failed' ? [event.failure] : []));
      expect(failed).toMatchObject([{ status: '5.4.6', reason: expect.stringContaining('is this server itself') }]);
      expect(here.troubles).toEqual([]);
    },
  );
});
