import { parseReport } from '@dsnkit/multipart-report';
import { describe, expect, it } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { runScript } from './scripted.ts';
import { submit } from './submit.ts';
import { World, type SimulatedServer } from './world.ts';

const CONFIG = `
[[route]]
match = "sender.example"
to = "maildir:mail"
[[route]]
match = "verp.example"
to = "smtp://verp.hop.example:25"
verp = true
[[route]]
match = "plain.example"
to = "smtp://plain.hop.example:25"
`;
const reportFiles = { texts: [], dkimKeys: [], returnPathKey: new Uint8Array(32).fill(1) };

async function start(more = '', store = openMemoryQueueStore(), world = new World()) {
  const dsn = { extensions: ['DSN', 'PIPELINING'] };
  const verp = await runScript(world.host('verp.hop.example'), 25, dsn);
  const plain = await runScript(world.host('plain.hop.example'), 25, dsn);
  const server = await world.server('mx.example.org', `${CONFIG}${more}`, { reportFiles, store });
  return { world, server, store, verp, plain };
}

const ALICE = 'MAIL FROM:<alice@sender.example> RET=HDRS ENVID=E1';
const mailFrom = (lines: readonly string[]) =>
  lines.filter((line) => line.startsWith('MAIL')).map((line) => /<(.*)>/.exec(line)?.[1] ?? '');

/** A report of another host, as it would write one. */
function report(about: { envelopeId?: string; received?: string } = {}): string {
  return `From: MAILER-DAEMON@far.example
To: <somebody@mx.example.org>
Subject: Undeliverable
Date: Wed, 18 Nov 2026 11:06:40 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

No.

--b
Content-Type: message/delivery-status

${about.envelopeId === undefined ? '' : `Original-Envelope-Id: ${about.envelopeId}\n`}Reporting-MTA: dns; far.example

Final-Recipient: rfc822; bob@verp.example
Action: failed
Status: 5.2.1
Diagnostic-Code: smtp; 550 5.2.1 switched off

--b
Content-Type: text/rfc822-headers

${about.received === undefined ? '' : `${about.received}\n`}Subject: hello

--b--
`.replaceAll('\n', '\r\n');
}

const received = (server: SimulatedServer) => server.events.filter((event) => event.kind === 'report-received');
const toAlice = (server: SimulatedServer) => server.delivered.filter(({ folder }) => folder === 'alice@sender.example');

describe('return paths of our own', () => {
  it('RFC 3461 §5.2.1 R3461-5.2.1-b2: each recipient has one; all else goes on as it came, and a null path stays null', async () => {
    const { world, server, verp, plain } = await start();
    await submit(world, 'mx.example.org', [
      ALICE,
      'RCPT TO:<bob@verp.example> NOTIFY=FAILURE ORCPT=rfc822;Bob@Verp.Example',
      'RCPT TO:<carol@verp.example>',
      'RCPT TO:<dave@plain.example>',
    ]);
    await submit(world, 'mx.example.org', ['MAIL FROM:<>', 'RCPT TO:<bob@verp.example> NOTIFY=NEVER']);
    await world.clock.advance(60_000);
    const [first, second, third, ...others] = mailFrom(verp.lines);
    expect(others).toEqual([]);
    expect(first).toMatch(/^bounces\+mxexam\d{6}-0=[a-z2-7]{16}@mx\.example\.org$/);
    expect(second).toMatch(/^bounces\+mxexam\d{6}-1=[a-z2-7]{16}@mx\.example\.org$/);
    expect(third).toBe('');
    expect(verp.lines).toContain(`MAIL FROM:<${first!}> RET=HDRS ENVID=E1`);
    expect(verp.lines).toContain('RCPT TO:<bob@verp.example> NOTIFY=FAILURE ORCPT=rfc822;Bob@Verp.Example');
    expect(mailFrom(plain.lines)).toEqual(['alice@sender.example']);
    await world.clock.during(server.stop());
  });

  it('what did not go on leaves no return path behind in the queue', async () => {
    const world = new World();
    const store = openMemoryQueueStore();
    const rcpt = (address: string) =>
      address.startsWith('busy') ? '451 4.2.1 later' : address.startsWith('no') ? '550 5.1.1 no such user' : '250 ok';
    await runScript(world.host('verp.hop.example'), 25, { extensions: ['DSN'], rcpt });
    await world.server('mx.example.org', CONFIG, { reportFiles, store });
    const left = async (address: string): Promise<number> => {
      await submit(world, 'mx.example.org', [ALICE, `RCPT TO:<${address}>`]);
      await world.clock.advance(3 * 3_600_000);
      return (await store.counts()).messages;
    };
    expect(await left('nobody@verp.example')).toBe(0);
    expect(await left('busy@verp.example')).toBe(1);
    expect(await left('bob@verp.example')).toBe(2);
  });

  it('a report that comes back becomes an event of its message, and goes on to its sender from <>', async () => {
    const { world, server, verp } = await start();
    await submit(world, 'mx.example.org', [ALICE, 'RCPT TO:<bob@verp.example>']);
    await world.clock.advance(60_000);
    const accepted = server.events.find(({ kind }) => kind === 'accepted');
    const [path] = mailFrom(verp.lines);
    const replies = await submit(
      world,
      'mx.example.org',
      ['MAIL FROM:<>', `RCPT TO:<${path!.toUpperCase()}>`],
      report(),
    );
    expect(replies.at(-1)).toMatch(/^250 /);
    await world.clock.advance(60_000);
    expect(received(server)).toMatchObject([
      {
        messageId: accepted?.messageId,
        verified: true,
        what: 'dsn',
        recipient: 'bob@verp.example',
        reportingMta: 'far.example',
        actions: [
          { recipient: 'bob@verp.example', action: 'failed', status: '5.2.1', diagnostic: '550 5.2.1 switched off' },
        ],
      },
    ]);
    const [mail, ...others] = toAlice(server);
    expect(others).toEqual([]);
    expect(mail?.text).toContain('Return-Path: <>\r\n');
    expect(parseReport(mail!.octets)?.deliveryStatus?.recipients).toMatchObject([{ status: '5.2.1' }]);
    await world.clock.during(server.stop());
  });

  it('other answers go on, too, under their own return path', async () => {
    const { world, server, verp } = await start();
    await submit(world, 'mx.example.org', [ALICE, 'RCPT TO:<bob@verp.example>']);
    await world.clock.advance(60_000);
    const [path] = mailFrom(verp.lines);
    const reply = 'From: bob@verp.example\r\nAuto-Submitted: auto-replied\r\nSubject: away\r\n\r\nGone fishing.\r\n';
    await submit(world, 'mx.example.org', ['MAIL FROM:<bob@verp.example>', `RCPT TO:<${path!}>`], reply);
    await world.clock.advance(60_000);
    expect(received(server)).toMatchObject([{ verified: true, what: 'auto-reply', actions: [] }]);
    expect(toAlice(server)[0]?.text).toContain('Return-Path: <bob@verp.example>\r\n');
    await world.clock.during(server.stop());
  });

  it('RFC 5321 §3.3: a return path that is not ours is refused, whoever comes', async () => {
    const { world, server } = await start();
    const forged = 'bounces+mxexam000001-0=aaaaaaaaaaaaaaaa@mx.example.org';
    const replies = await submit(world, 'mx.example.org', ['MAIL FROM:<>', `RCPT TO:<${forged}>`]);
    expect(replies).toContain('550 5.1.1 There is no such return path here');
    await world.clock.during(server.stop());
  });

  it('the sender is known after a restart, and forgotten when the time is over', async () => {
    const first = await start();
    await submit(first.world, 'mx.example.org', [ALICE, 'RCPT TO:<bob@verp.example>']);
    await first.world.clock.advance(60_000);
    await first.world.clock.during(first.server.stop());
    const [path] = mailFrom(first.verp.lines);
    expect(await first.store.counts()).toEqual({ messages: 1, recipients: 1 });

    const world = new World(first.world.clock.now() + 13 * 86_400_000);
    const { server, store } = await start('', first.store, world);
    await submit(world, 'mx.example.org', ['MAIL FROM:<>', `RCPT TO:<${path!}>`], report());
    await world.clock.advance(60_000);
    expect(toAlice(server)).toHaveLength(1);
    await world.clock.advance(2 * 86_400_000);
    expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
    await submit(world, 'mx.example.org', ['MAIL FROM:<>', `RCPT TO:<${path!}>`], report());
    await world.clock.advance(10 * 86_400_000);
    expect(toAlice(server)).toHaveLength(1);
    expect(server.events.filter(({ kind }) => kind === 'not-reported')).toHaveLength(1);
    expect(server.troubles).toEqual([]);
    await world.clock.during(server.stop());
  });

  it('what fails here is reported to the sender as ever', async () => {
    const world = new World();
    await runScript(world.host('verp.hop.example'), 25, { extensions: ['DSN'], rcpt: () => '550 5.1.1 no such user' });
    const server = await world.server('mx.example.org', CONFIG, { reportFiles });
    await submit(world, 'mx.example.org', [ALICE, 'RCPT TO:<bob@verp.example>']);
    await world.clock.advance(60_000);
    expect(parseReport(toAlice(server)[0]!.octets)?.deliveryStatus?.recipients).toMatchObject([{ status: '5.1.1' }]);
    // It is ours: nothing has come back.
    expect(received(server)).toEqual([]);
    await world.clock.during(server.stop());
  });

  it('RFC 3464 Appendix C R3464-C-a R3464-C-b R3464-C-c R3464-C-d: reports on copies of a list become events of the post, member by member; no member goes', async () => {
    const list =
      '[[list]]\naddress = "list@sender.example"\nowner = "alice@sender.example"\nmembers = ["bob@verp.example", "carol@verp.example"]\n';
    const { world, server, verp } = await start(list);
    const post = () =>
      submit(world, 'mx.example.org', ['MAIL FROM:<dave@sender.example>', 'RCPT TO:<list@sender.example>']);
    await post();
    await world.clock.advance(60_000);
    const [bob, carol] = mailFrom(verp.lines);
    const answer = (action: string) =>
      report().replace('Action: failed', `Original-Recipient: rfc822; Bob.Original@verp.example\r\nAction: ${action}`);
    await submit(world, 'mx.example.org', ['MAIL FROM:<>', `RCPT TO:<${bob!}>`], answer('failed'));
    await submit(world, 'mx.example.org', ['MAIL FROM:<>', `RCPT TO:<${carol!}>`], answer('delayed'));
    await world.clock.advance(60_000);
    expect(received(server)).toMatchObject([
      { recipient: 'bob@verp.example', actions: [{ recipient: 'Bob.Original@verp.example', action: 'failed' }] },
      { recipient: 'carol@verp.example', actions: [{ action: 'delayed' }] },
    ]);
    // The owner reads them; the list itself gets none of them.
    expect(toAlice(server)).toHaveLength(2);
    const before = verp.contents.length;
    await post();
    await world.clock.advance(60_000);
    expect(verp.contents).toHaveLength(2 * before);
    await world.clock.during(server.stop());
  });

  it('needs a key', async () => {
    await expect(new World().server('mx.example.org', CONFIG)).rejects.toThrow('verp needs a key and crypto');
  });
});

describe('reports that pass through', () => {
  it('RFC 3461 §4.4: are known by the envelope id together with the sender', async () => {
    const { world, server } = await start();
    await submit(world, 'mx.example.org', [ALICE, 'RCPT TO:<dave@plain.example>']);
    await world.clock.advance(1_000);
    const accepted = server.events.find(({ kind }) => kind === 'accepted');
    for (const [to, envelopeId] of [
      ['alice@sender.example', 'E1'],
      ['alice@sender.example', 'E2'],
      ['carol@sender.example', 'E1'],
    ] as const) {
      await submit(world, 'mx.example.org', ['MAIL FROM:<>', `RCPT TO:<${to}>`], report({ envelopeId }));
    }
    await world.clock.advance(60_000);
    expect(received(server)).toMatchObject([{ messageId: accepted?.messageId, verified: false, what: 'dsn' }]);
    expect(toAlice(server)).toHaveLength(2);
    await world.clock.during(server.stop());
  });

  it('RFC 3464 §2: are none where they do not come from <>', async () => {
    const { world, server } = await start();
    await submit(world, 'mx.example.org', [ALICE, 'RCPT TO:<dave@plain.example>']);
    const about = report({ envelopeId: 'E1' });
    await submit(
      world,
      'mx.example.org',
      ['MAIL FROM:<mallory@evil.example>', 'RCPT TO:<alice@sender.example>'],
      about,
    );
    await world.clock.advance(60_000);
    expect(toAlice(server)).toHaveLength(1);
    expect(received(server)).toEqual([]);
    await world.clock.during(server.stop());
  });

  it('are told of once, however often it is tried to hand them over', async () => {
    const { world, server } = await start('[[route]]\nmatch = "away.example"\nto = "smtp://away.hop.example:25"\n');
    await submit(world, 'mx.example.org', [ALICE.replace('sender', 'away'), 'RCPT TO:<dave@plain.example>']);
    const about = report({ envelopeId: 'E1' });
    await submit(world, 'mx.example.org', ['MAIL FROM:<>', 'RCPT TO:<alice@away.example>'], about);
    await world.clock.advance(7_200_000);
    expect(server.events.filter(({ kind }) => kind === 'deferred').length).toBeGreaterThan(1);
    expect(received(server)).toHaveLength(1);
    await world.clock.during(server.stop());
  });

  it('RFC 5321 §4.4: are known by the Received field that this server wrote', async () => {
    const { world, server, plain } = await start();
    await submit(world, 'mx.example.org', ['MAIL FROM:<alice@sender.example>', 'RCPT TO:<dave@plain.example>']);
    await world.clock.advance(1_000);
    const accepted = server.events.find(({ kind }) => kind === 'accepted');
    const field = /^Received: [^]*?(?=\r\n[^ \t])/m.exec(plain.contents[0] ?? '')?.[0].replaceAll('\r\n', '\n');
    expect(field).toContain(`by mx.example.org with`);
    await submit(
      world,
      'mx.example.org',
      ['MAIL FROM:<>', 'RCPT TO:<alice@sender.example>'],
      report({ received: field! }),
    );
    const other = field!.replace('mx.example.org', 'mx.other.example');
    await submit(
      world,
      'mx.example.org',
      ['MAIL FROM:<>', 'RCPT TO:<alice@sender.example>'],
      report({ received: other }),
    );
    await world.clock.advance(60_000);
    expect(received(server)).toMatchObject([{ messageId: accepted?.messageId, verified: false }]);
    expect(received(server)).toHaveLength(1);
    await world.clock.during(server.stop());
  });

  it('RFC 3461 §5.2.7.1: are told of once, though a list hands them over to its owner', async () => {
    const list = [
      'address = "list@sender.example"',
      'owner = "alice@sender.example"',
      'members = ["bob@plain.example"]',
    ];
    const { world, server, plain } = await start(`[[list]]\n${list.join('\n')}\n`);
    await submit(world, 'mx.example.org', ['MAIL FROM:<alice@sender.example>', 'RCPT TO:<dave@plain.example>']);
    await world.clock.advance(1_000);
    const field = /^Received: [^]*?(?=\r\n[^ \t])/m.exec(plain.contents[0] ?? '')?.[0].replaceAll('\r\n', '\n');
    const about = report({ received: field! });
    await submit(world, 'mx.example.org', ['MAIL FROM:<>', 'RCPT TO:<list@sender.example>'], about);
    await world.clock.advance(60_000);
    expect(toAlice(server)).toHaveLength(1);
    expect(received(server)).toHaveLength(1);
    await world.clock.during(server.stop());
  });
});
