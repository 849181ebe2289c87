import { describe, expect, it } from 'vitest';
import { Dialogue } from '../receiving/dialogue.ts';
import { receivingWorld } from '../receiving/world.ts';
import { World } from '../scenarios/world.ts';
import { ScriptedHost } from '../simulation/scripted-host.ts';

/**
 * example.org is at home here, inner.example behind us, open to all, and by two other names; the rest of the world is for our
 * own clients.
 */
const CONFIG = `
[[listen]]
address = "0.0.0.0:25"
relay-from = ["192.0.2.0/24"]
[[route]]
match = "example.org"
to = "maildir:mail"
[[route]]
match = "named.example"
to = "maildir:mail"
recipients = ["bob"]
[[route]]
match = "inner.example"
to = "smtp://inner.host.example:25"
accept-from = "anyone"
[[route]]
match = "old.example"
to = "discard:"
recipients = []
[[route]]
match = "older.example"
to = "discard:"
recipients = []
[[route]]
match = "*"
to = "mx:"
[[alias]]
address = "*@caught.example"
to = ["bob@example.org"]
[[alias]]
address = "*@old.example"
to = ["*@older.example"]
[[alias]]
address = "*@older.example"
to = ["*@inner.example"]
`;
const STRANGER = '203.0.113.66';
const VICTIM = 'victim@far.example';

const LOCAL = ['example.org', 'named.example', 'caught.example', 'inner.example', 'old.example', 'mx.example.org'];
const ROUTES = [
  '',
  '@example.org:',
  '@far.example:',
  '@inner.example:',
  '@example.org,@mx.example.org:',
  '@far.example,@example.org:',
];
/** Local-parts that name another host, in every way that somebody has followed. */
const LOCAL_PARTS = [
  ...['victim%far.example', 'far.example!victim', 'victim%far.example%example.org', 'example.org!far.example!victim'],
  ...['"victim@far.example"', '"victim%far.example"', '"far.example!victim"', '"victim\\@far.example"'],
  ...['"<victim@far.example>"', '"@example.org:victim@far.example"', '"victim@far.example "', '"victim@far.example,x"'],
  ...[
    '/etc/passwd',
    '../../../tmp/x',
    '"|/bin/sh"',
    '"../x"',
    '-oQ/tmp',
    '"victim@[192.0.2.99]"',
    '"bob\\"@far.example"',
  ],
];
/** Domains that are not ours, whatever they look like. */
const DOMAINS = [
  ...['far.example', 'FAR.EXAMPLE', 'far.example.', 'example.org.far.example', 'far.example.org', 'notexample.org'],
  ...['[192.0.2.99]', '[198.51.100.1]', '[127.0.0.1]', '[IPv6:2001:db8::99]', '[IPv6:::1]', '[IPv6:::ffff:192.0.2.99]'],
  ...[
    'localhost',
    'localhost.localdomain',
    '127.0.0.1',
    '192.0.2.99',
    'com',
    'xn--xample-9uf.org',
    'example.org%far.example',
  ],
];
/** Beyond ASCII: letters that look like those of example.org. The last two are other spellings of it, and at home here. */
const LOOK_ALIKES = [
  'ex\u0430mple.org',
  '\u0435xample.org',
  'example\u0585rg.far.example',
  'examp\u217ce\u2024far.example',
];

/** What no server should even read as an address. */
const BROKEN = [
  ...['victim@far.example@example.org', 'victim@example.org@far.example', 'bob@example.org>,<victim@far.example'],
  ...['bob@example.org,victim@far.example', 'bob@example.org victim@far.example', 'victim@', '@far.example', 'victim'],
  ...['@example.org:', '@example.org:@far.example:', 'bob@example.org:victim@far.example', ':victim@far.example'],
  ...[
    'bob@example.org\u0000.far.example',
    'victim@far.example\u0000@example.org',
    'bob@example.org\t',
    '<bob@example.org>',
  ],
  ...[
    'victim@[far.example]',
    'victim@[256.1.1.1]',
    'victim@[IPv6:::1',
    'bob@.example.org',
    'bob@example..org',
    '"victim@far.example',
  ],
];

interface Relaying {
  readonly world: World;
  readonly client: Dialogue;
  readonly local: readonly string[];
  /** Everything that was said to any host but ours. */
  outside(): string[];
  inside(): string[];
}

async function start(from = STRANGER, hello = 'mx.example.org'): Promise<Relaying> {
  const world = new World();
  const server = await world.server('mx.example.org', '', { listen: CONFIG });
  const host = async (name: string, address: string): Promise<ScriptedHost> => {
    world.resolver.table.set(name, { addresses: [address] });
    return await ScriptedHost.start(world.network.host(name, address));
  };
  const inner = await host('inner.host.example', '198.51.100.10');
  const far = [await host('far.example', '192.0.2.99'), await host('literal', '198.51.100.1')];
  const agent = world.network.find(from) ?? world.network.host('agent', from);
  const client = await Dialogue.open(world.clock, agent, 'mx.example.org');
  await client.hear();
  await client.say(`EHLO ${hello}`);
  const folders: string[] = [];
  return {
    world,
    client,
    get local() {
      return [...folders, ...server.delivered.map(({ folder }) => folder)];
    },
    outside: () => far.flatMap(({ commands }) => commands),
    inside: () => inner.transactions.flatMap(({ rcpt }) => rcpt),
  };
}

/** Sends to one recipient; gives the reply to RCPT. */
async function attempt({ client, world }: Relaying, sender: string, recipient: string, utf8 = false): Promise<string> {
  await client.say(`MAIL FROM:<${sender}>${utf8 ? ' SMTPUTF8' : ''}`, 20);
  const reply = await client.say(`RCPT TO:<${recipient}>`, 20);
  if (reply.startsWith('250')) {
    await client.say('DATA', 20);
    await client.say('Subject: x\r\n\r\nx\r\n.', 20);
    await world.clock.advance(30_000);
  } else await client.say('RSET', 20);
  return reply;
}

/** A new connection after some attempts: errors are counted. */
async function attemptAll(recipients: readonly string[], sender: string, utf8 = false) {
  const replies = new Map<string, string>();
  const all = { outside: [] as string[], inside: [] as string[], local: [] as string[] };
  for (let at = 0; at < recipients.length; at += 10) {
    const relaying = await start();
    for (const each of recipients.slice(at, at + 10)) replies.set(each, await attempt(relaying, sender, each, utf8));
    await relaying.world.clock.advance(60_000);
    all.outside.push(...relaying.outside());
    all.inside.push(...relaying.inside());
    all.local.push(...relaying.local);
  }
  return { replies, ...all };
}

describe('RFC 5321 §7.1: no open relay for a stranger, by whatever form of address', () => {
  it.each(['', VICTIM, 'bob@example.org', 'postmaster@mx.example.org'])(
    'from <%s>: foreign domains and source routes',
    async (sender) => {
      const recipients = [...DOMAINS, ...LOOK_ALIKES].flatMap((domain) =>
        ROUTES.map((route) => `${route}victim@${domain}`),
      );
      const { replies, outside, inside, local } = await attemptAll(recipients, sender, true);
      for (const [recipient, reply] of replies)
        expect([recipient, reply]).toEqual([recipient, expect.stringMatching(/^5\d\d /)]);
      expect([replies.size, outside, inside, local]).toEqual([recipients.length, [], [], []]);
    },
  );

  it('RFC 1123 §5.2.16: a local-part that names another host leads nowhere but to a mailbox of its own', async () => {
    const recipients = LOCAL_PARTS.flatMap((part) => LOCAL.map((domain) => `${part}@${domain}`));
    const { replies, outside, inside, local } = await attemptAll(recipients, 'a@client.example');
    for (const [recipient, reply] of replies) {
      // Where all mailboxes exist, here or behind us, such a one may exist, too.
      const mayExist =
        /@(?:example\.org|caught\.example)$/.test(recipient) || /^[^%!@]*@(?:inner|old)\.example$/.test(recipient);
      expect([recipient, reply]).toEqual([recipient, expect.stringMatching(mayExist ? /^(?:250|5\d\d) / : /^5\d\d /)]);
    }
    expect(outside).toEqual([]);
    // A host behind us gets no address that it could take for one to relay to.
    for (const rcpt of inside) expect(rcpt).not.toMatch(/[%!]|@.*@/);
    for (const folder of local) expect(folder).toMatch(/@example\.org$/);
  });

  it.each(['smtp://192.0.2.99', 'smtps://192.0.2.99', 'mx:'])(
    'RFC 1123 §5.2.16: a local-part that names another host does not go on to %s',
    async (to) => {
      const listen = '[[listen]]\naddress = "0.0.0.0:25"\n';
      const route = `[[route]]\nmatch = "inner.example"\nto = "${to}"\naccept-from = "anyone"\n`;
      const dialogue = await (await receivingWorld(listen + route)).greeted();
      await dialogue.say('MAIL FROM:<a@client.example>');
      expect(await dialogue.say('RCPT TO:<victim%far.example@inner.example>')).toMatch(/^550 5\.7\.1 /);
      expect(await dialogue.say('RCPT TO:<victim@inner.example>')).toMatch(/^250 /);
    },
  );

  it('RFC 5321 §4.1.2: what is no address is refused, and nothing comes of it', async () => {
    const { replies, outside, inside, local } = await attemptAll(BROKEN, 'a@client.example');
    for (const [recipient, reply] of replies)
      expect([recipient, reply]).toEqual([recipient, expect.stringMatching(/^5\d\d /)]);
    expect([outside, inside, local]).toEqual([[], [], []]);
  });

  it.each(['mx.example.org', 'localhost', '[127.0.0.1]', '[192.0.2.1]', 'example.org'])(
    'a client that calls itself %s is the stranger that it is',
    async (hello) => {
      const relaying = await start(STRANGER, hello);
      expect(await attempt(relaying, 'bob@example.org', VICTIM)).toMatch(/^550 5\.7\.1 /);
      expect(await relaying.client.say('XCLIENT ADDR=192.0.2.5')).toMatch(/^5/);
      expect(await relaying.client.say('XFORWARD ADDR=192.0.2.5')).toMatch(/^5/);
      expect(await relaying.client.say(`EHLO [192.0.2.5]`)).toMatch(/^250/);
      expect(await attempt(relaying, 'bob@example.org', VICTIM)).toMatch(/^550 5\.7\.1 /);
      expect(relaying.outside()).toEqual([]);
    },
  );

  it('RFC 5321 §3.6.1: a source route is dropped; the mailbox behind it is what counts', async () => {
    const relaying = await start();
    expect(await attempt(relaying, 'a@client.example', '@far.example:bob@example.org')).toMatch(/^250 /);
    expect([relaying.outside(), relaying.local]).toEqual([[], ['bob@example.org']]);
  });

  it('a domain that stands for another takes what leads nowhere else', async () => {
    const relaying = await start();
    expect(await attempt(relaying, 'a@client.example', 'bob@old.example')).toMatch(/^250 /);
    expect(relaying.inside()).toEqual([expect.stringMatching(/^RCPT TO:<bob@inner\.example>/)]);
  });

  it('our own clients may', async () => {
    const relaying = await start('192.0.2.200');
    expect(await attempt(relaying, 'a@client.example', VICTIM)).toMatch(/^250 /);
    expect(relaying.outside()).toContainEqual(expect.stringContaining('RCPT TO:<victim@far.example>'));
    expect(await attempt(relaying, 'a@client.example', 'x%y@inner.example')).toMatch(/^250 /);
    expect(relaying.inside()).toEqual(['RCPT TO:<x%y@inner.example>']);
  });
});
