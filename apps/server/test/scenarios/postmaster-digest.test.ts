import { describe, expect, it } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { submit } from './submit.ts';
import { World, type SimulatedServer } from './world.ts';

const CONFIG = `
[[route]]
match = "sender.example"
to = "maildir:mail"
recipients = ["alice"]
[[route]]
match = "local.example"
to = "maildir:mail"
recipients = ["ok", "postmaster", "ops"]
[[alias]]
address = "gone@local.example"
to = ["nobody@local.example"]
[[alias]]
address = "gone2@local.example"
to = ["nobody@local.example"]
`;

const HOUR = 3_600_000;
const OPS = '[report]\npostmaster = "ops@local.example"\n';

const digests = (server: SimulatedServer, folder = 'ops@local.example') =>
  server.delivered.filter((each) => each.folder === folder && each.text.includes('X-Dsnkit-Digest'));

async function start(more = OPS, store = openMemoryQueueStore(), world = new World()) {
  return { world, store, server: await world.server('mx.example.org', `${CONFIG}${more}`, { store }) };
}

const fail = (world: World, from: string, parameters = '', to = 'gone@local.example') =>
  submit(world, 'mx.example.org', [`MAIL FROM:<${from}>`, `RCPT TO:<${to}>${parameters}`]);

describe('the digest for the postmaster', () => {
  it('RFC 3461 §5.2 R3461-5.2-b R3461-5.2-c: tells once an hour of failures of mail from <>, and no sender', async () => {
    const { world, server, store } = await start();
    await fail(world, '');
    await fail(world, '', '', 'gone2@local.example');
    await world.clock.advance(HOUR);
    expect(server.delivered).toHaveLength(1);
    const [digest] = digests(server);
    expect(digest?.text).toContain('Subject: 2 failures of which no sender was told\r\n');
    expect(digest?.text).toContain('\r\n  gone@local.example\r\n');
    expect(digest?.text).toContain('\r\n  gone2@local.example\r\n');
    expect(digest?.text).toContain('5.1.1 There is no such mailbox here');
    expect(server.events.filter(({ kind }) => kind === 'not-reported')).toHaveLength(2);
    expect(server.events).toContainEqual(expect.objectContaining({ kind: 'digest-issued', failures: 2 }));
    expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
    await world.clock.during(server.stop());
  });

  it('RFC 3461 §5.2.6(b) R3461-5.2.6-b1 R3461-5.2.6-b2 R3461-4.1-f: tells of failures of which the sender would not hear', async () => {
    const { world, server } = await start();
    await fail(world, 'alice@sender.example', ' NOTIFY=SUCCESS');
    await fail(world, 'alice@sender.example', ' NOTIFY=NEVER');
    await fail(world, 'alice@sender.example', ' NOTIFY=FAILURE');
    await world.clock.advance(HOUR);
    const [digest, ...others] = digests(server);
    expect(others).toEqual([]);
    expect(digest?.text).toContain('whose sender had asked not to be told');
    expect(digest?.text).toMatch(/from\s+<alice@sender\.example>/);
    expect(server.delivered.filter(({ folder }) => folder === 'alice@sender.example')).toHaveLength(1);
    await world.clock.during(server.stop());
  });

  it('RFC 3464 §2 R3464-2-i2 R5321-3.6.3-b R5321-4.5.4-a R5321-6.1-c: tells of reports that reach nobody; nobody reports on a report', async () => {
    const { world, server } = await start();
    await fail(world, 'ghost@sender.example');
    await fail(world, 'stranger@nowhere.example');
    await world.clock.advance(HOUR);
    const [digest] = digests(server);
    expect(digest?.text).toContain('Reports of this server that could not be delivered');
    expect(digest?.text).toContain('ghost@sender.example');
    expect(digest?.text).toContain('stranger@nowhere.example');
    expect(server.delivered).toHaveLength(1);
    await world.clock.during(server.stop());
  });

  it('RFC 3834 §5 R3834-5.2-a: is no answer, goes from <> with NOTIFY=NEVER, and is plain 7-bit text', async () => {
    const { world, server } = await start();
    await fail(world, '');
    await world.clock.advance(HOUR);
    const [digest] = digests(server);
    expect(digest?.text).toContain('Return-Path: <>\r\n');
    expect(digest?.text).toContain('Auto-Submitted: auto-generated\r\n');
    expect(digest?.text).toContain('To: <postmaster@mx.example.org>\r\n');
    expect(digest?.text).toContain('Content-Type: text/plain; charset=us-ascii\r\n');
    expect(digest?.text.split('\r\n').every((line) => line.length <= 998)).toBe(true);
    await world.clock.during(server.stop());
  });

  it('comes once in each span, however many failures there are, and lists a hundred', async () => {
    const { world, server } = await start('[report]\npostmaster = "ops@local.example"\ndigest-every = "1d"\n');
    const recipients = Array.from({ length: 50 }, (_, i) => `x${i}@local.example`);
    const aliases = recipients.map((address) => `[[alias]]\naddress = "${address}"\nto = ["nobody@local.example"]\n`);
    await world.clock.during(server.stop());
    const again = await start(`[report]\npostmaster = "ops@local.example"\ndigest-every = "1d"\n${aliases.join('')}`);
    for (let i = 0; i < 5; i++) {
      await submit(again.world, 'mx.example.org', [
        'MAIL FROM:<>',
        ...recipients.map((address) => `RCPT TO:<${address}>`),
      ]);
    }
    await again.world.clock.advance(3 * 86_400_000);
    const all = digests(again.server);
    expect(all).toHaveLength(1);
    expect(all[0]?.text).toContain('Subject: 250 failures');
    expect(all[0]?.text).toContain('And 150 more, which are not listed');
    expect(all[0]?.text.match(/^ {2}x\d+@local\.example/gm)).toHaveLength(100);
    await submit(again.world, 'mx.example.org', ['MAIL FROM:<>', `RCPT TO:<${recipients[0]}>`]);
    await again.world.clock.advance(3 * 86_400_000);
    expect(digests(again.server).map(({ text }) => /^Subject: .*/m.exec(text)?.[0])).toEqual([
      'Subject: 250 failures of which no sender was told',
      'Subject: 1 failure of which no sender was told',
    ]);
    await again.world.clock.during(again.server.stop());
  });

  it.each([
    ['to an address that nobody has', 'nobody@local.example', ''],
    ['to a domain without a route', 'ops@nowhere.example', ''],
    [
      'to a list whose owner nobody has',
      'staff@local.example',
      '[[list]]\naddress = "staff@local.example"\nowner = "nobody@local.example"\nmembers = ["nobody@local.example"]\n',
    ],
    [
      'to a confidential alias of nobody',
      'secret@local.example',
      '[[alias]]\naddress = "secret@local.example"\nto = ["nobody@local.example"]\nconfidential = true\n',
    ],
  ])('can not loop: %s', async (_, postmaster, more) => {
    const { world, server, store } = await start(`[report]\npostmaster = "${postmaster}"\n${more}`);
    await fail(world, '');
    await world.clock.advance(10 * 86_400_000);
    expect(server.events.filter(({ kind }) => kind === 'digest-issued')).toHaveLength(1);
    expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
    expect(server.troubles).toEqual([]);
    await world.clock.during(server.stop());
  });

  it('survives a restart: what was kept before is told after', async () => {
    const first = await start();
    await fail(first.world, '');
    await first.world.clock.advance(60_000);
    await first.world.clock.during(first.server.stop());
    const world = new World(first.world.clock.now() + 5 * HOUR);
    const { server } = await start(OPS, first.store, world);
    await world.clock.advance(60_000);
    expect(digests(server)).toHaveLength(1);
    await world.clock.during(server.stop());
  });

  it('without a postmaster it lies with his other mail; it can be switched off', async () => {
    const { world, server } = await start('');
    await fail(world, '');
    await world.clock.advance(HOUR);
    expect(digests(server, 'postmaster@mx.example.org')).toHaveLength(1);
    await world.clock.during(server.stop());
    const off = await start('[report]\ndigest-every = "never"\n');
    await fail(off.world, '');
    await off.world.clock.advance(2 * HOUR);
    expect(off.server.delivered).toEqual([]);
    expect(off.server.events.filter(({ kind }) => kind === 'not-reported')).toHaveLength(1);
    await off.world.clock.during(off.server.stop());
  });
});
