import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dialogue } from './dialogue.ts';
import { receivingWorld } from './world.ts';

const CONFIG = `
[[listen]]
address = "0.0.0.0:25"
dsn = "everyone"
[[alias]]
address = "one@example.org"
to = ["bob@example.org"]
[[alias]]
address = "many@example.org"
to = ["bob@example.org", "dana@far.example"]
[[list]]
address = "list@example.org"
owner = "owner@example.org"
members = ["dana@far.example"]
[[route]]
match = "example.org"
to = "maildir:mail"
recipients = ["bob", "owner"]
[[route]]
match = "open.example"
to = "smtp://192.0.2.77:25"
accept-from = "anyone"
[[route]]
match = "far.example"
to = "mx:"
`;

/** Recipients of every kind, and what becomes of them. */
const RECIPIENTS: readonly (readonly [string, string])[] = [
  ['bob@example.org', '250 2.1.5'],
  ['one@example.org', '250 2.1.5'],
  ['many@example.org', '250 2.1.5'],
  ['list@example.org', '250 2.1.5'],
  ['x@open.example', '250 2.1.5'],
  ['Postmaster', '250 2.1.5'],
  ['nobody@example.org', '550 5.1.1'],
  ['dana@far.example', '550 5.7.1'],
  ['x@nowhere.example', '550 5.1.2'],
];

const codeOf = (reply: string): string => reply.slice(0, '250 2.1.5'.length);

/** Xtext of some text: RFC 3461 §4. */
const xtext = (text: string) =>
  text.replace(/[^!-*,-<>-~]/g, (one) => `+${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
const printable = (maxLength: number) => fc.stringMatching(new RegExp(`^[ -~]{1,${maxLength}}$`)).map(xtext);
const anyCase = (words: readonly string[]) =>
  fc
    .constantFrom(...words)
    .chain((word) => fc.constantFrom(word, word.toLowerCase(), `${word[0]!}${word.slice(1).toLowerCase()}`));
const notify = fc.oneof(
  anyCase(['NEVER']),
  fc
    .subarray(['SUCCESS', 'FAILURE', 'DELAY'], { minLength: 1 })
    .chain((some) => fc.shuffledSubarray(some, { minLength: some.length }))
    .map((some) => some.join(',')),
);
const orcpt = fc
  .tuple(
    fc.constantFrom('rfc822', 'RFC822', 'x400', 'utf-8', 'never-heard-of'),
    fc.constantFrom('Bob@Example.COM', 'not+20an+20address', '/G+3DA/S+3DB/'),
  )
  .map(([type, address]) => `${type};${address}`);

describe('valid parameters never change a reply', () => {
  it('RFC 3461 §5.1(b) R3461-5.1-b1 R3461-5.1-b2 R3461-4.2-d R3461-4.2-h: NOTIFY and ORCPT, for recipients of every kind', async () => {
    const { greeted } = await receivingWorld(CONFIG);
    const dialogue = await greeted();
    await dialogue.say('MAIL FROM:<a@client.example>');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...RECIPIENTS),
        fc.option(notify, { nil: undefined }),
        fc.option(orcpt, { nil: undefined }),
        fc.boolean(),
        async ([address, without], notifyValue, orcptValue, swapped) => {
          const parameters = [
            ...(notifyValue === undefined ? [] : [`NOTIFY=${notifyValue}`]),
            ...(orcptValue === undefined ? [] : [`ORCPT=${orcptValue}`]),
          ];
          if (swapped) parameters.reverse();
          const reply = await dialogue.say([`RCPT TO:<${address}>`, ...parameters].join(' '));
          expect([parameters, codeOf(reply)]).toEqual([parameters, without]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('RFC 3461 §5.1(a) R3461-5.1-a1 R3461-5.1-a2: RET and ENVID, whatever the reply to MAIL is', async () => {
    const { greeted } = await receivingWorld(CONFIG);
    const dialogue = await greeted();
    const envid = printable(30);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          '<a@client.example>',
          '<>',
          '<a@client.example> SIZE=99999999',
          '<a@',
          '<a@client.example> X=1',
        ),
        fc.option(anyCase(['FULL', 'HDRS']), { nil: undefined }),
        fc.option(envid, { nil: undefined }),
        async (mail, ret, id) => {
          const parameters = `${ret === undefined ? '' : ` RET=${ret}`}${id === undefined ? '' : ` ENVID=${id}`}`;
          await dialogue.say('RSET');
          const without = await dialogue.say(`MAIL FROM:${mail}`);
          await dialogue.say('RSET');
          // Faulty commands are counted; every run makes two at most.
          await dialogue.say('NOOP');
          expect([parameters, await dialogue.say(`MAIL FROM:${mail}${parameters}`)]).toEqual([parameters, without]);
        },
      ),
      { numRuns: 9 },
    );
  });

  it('RFC 3461 §4.4 R3461-4.4-c: the same ENVID twice, and two messages', async () => {
    const { world, server, greeted } = await receivingWorld(CONFIG);
    const dialogue = await greeted();
    for (const envid of ['same', 'same', 'a+20b']) {
      await dialogue.say(`MAIL FROM:<a@client.example> ENVID=${envid}`);
      for (const line of ['RCPT TO:<bob@example.org>', 'DATA']) await dialogue.say(line);
      expect(await dialogue.say('Subject: x\r\n\r\nx\r\n.')).toMatch(/^250 /);
    }
    await world.clock.advance(1_000);
    expect(server.delivered).toHaveLength(3);
    const ids = server.events.flatMap((event) => (event.kind === 'accepted' ? [event.envelopeId] : []));
    expect(ids).toEqual(['same', 'same', 'a b']);
  });
});

describe('invalid parameters', () => {
  it.each([
    ['RFC 3461 §5.1(a) R3461-5.1-a3 R3461-4.3-a: RET without value', 'MAIL', 'RET', '501 5.5.4'],
    ['RFC 3461 §5.1(a) R3461-5.1-a3 R3461-4.3-a: an unknown RET', 'MAIL', 'RET=BODY', '501 5.5.4'],
    ['RFC 3461 §5.1(a) R3461-5.1-a3: RET twice', 'MAIL', 'RET=FULL RET=FULL', '501 5.5.4'],
    ['RFC 3461 §5.1(a) R3461-5.1-a3 R3461-4.4-b: an empty ENVID', 'MAIL', 'ENVID=', '501 5.5.4'],
    ['RFC 3461 §5.1(a) R3461-5.1-a3 R3461-4.4-b: an ENVID that is no xtext', 'MAIL', 'ENVID=a+zz', '501 5.5.4'],
    ['RFC 3461 §4.4 R3461-5.1-a3: an ENVID with a line end in it', 'MAIL', 'ENVID=a+0D+0Ab', '501 5.5.4'],
    ['RFC 3461 §5.1(a) R3461-5.1-a3: ENVID twice', 'MAIL', 'ENVID=a ENVID=b', '501 5.5.4'],
    ['RFC 3461 §5.4(a) R3461-5.4-a: an ENVID that is too long', 'MAIL', `ENVID=${'a'.repeat(101)}`, '501 5.5.4'],
    ['RFC 3461 §2 R3461-2-c: NOTIFY on MAIL', 'MAIL', 'NOTIFY=NEVER', '555 5.5.4'],
    ['RFC 5321 §4.1.1.11 R5321-4.1.1.11-a: a parameter that nobody knows', 'MAIL', 'FOO=1', '555 5.5.4'],
    ['RFC 3461 §5.1(b) R3461-5.1-b3 R3461-4.1-a: NOTIFY without value', 'RCPT', 'NOTIFY', '501 5.5.4'],
    ['RFC 3461 §5.1(b) R3461-5.1-b3 R3461-4.1-c: NEVER with another', 'RCPT', 'NOTIFY=NEVER,DELAY', '501 5.5.4'],
    ['RFC 3461 §5.1(b) R3461-5.1-b3 R3461-4.1-c: another with NEVER', 'RCPT', 'NOTIFY=SUCCESS,NEVER', '501 5.5.4'],
    ['RFC 3461 §5.1(b) R3461-5.1-b3: NOTIFY twice', 'RCPT', 'NOTIFY=DELAY NOTIFY=DELAY', '501 5.5.4'],
    ['RFC 3461 §5.1(b) R3461-5.1-b3 R3461-4.2-a: an empty ORCPT', 'RCPT', 'ORCPT=', '501 5.5.4'],
    ['RFC 3461 §5.1(b) R3461-5.1-b3 R3461-4.2-b: ORCPT without type', 'RCPT', 'ORCPT=bob', '501 5.5.4'],
    ['RFC 3461 §4.2 R3461-5.1-b3: ORCPT with a line end in it', 'RCPT', 'ORCPT=rfc822;a+0A', '501 5.5.4'],
    ['RFC 3461 §5.4(c) R3461-5.4-c: an ORCPT that is too long', 'RCPT', `ORCPT=rfc822;${'a'.repeat(494)}`, '501 5.5.4'],
    ['RFC 3461 §2 R3461-2-c: RET on RCPT', 'RCPT', 'RET=FULL', '555 5.5.4'],
  ])('%s', async (_, verb, parameters, code) => {
    const { greeted } = await receivingWorld(CONFIG);
    const dialogue = await greeted();
    if (verb === 'RCPT') await dialogue.say('MAIL FROM:<a@client.example>');
    const command = verb === 'RCPT' ? 'RCPT TO:<bob@example.org>' : 'MAIL FROM:<a@client.example>';
    expect(codeOf(await dialogue.say(`${command} ${parameters}`))).toBe(code);
    // The transaction is as it was: nothing begun by MAIL, nothing spoilt by RCPT.
    expect(codeOf(await dialogue.say('RCPT TO:<bob@example.org>'))).toBe(verb === 'RCPT' ? '250 2.1.5' : '503 5.5.1');
    expect(codeOf(await dialogue.say('MAIL FROM:<a@client.example>'))).toBe(
      verb === 'RCPT' ? '503 5.5.1' : '250 2.1.0',
    );
  });
});

const EVERYTHING = `
[[listen]]
address = "0.0.0.0:587"
role = "submission"
relay-from = ["198.51.100.0/24"]
[tls]
certificate = "cert.pem"
key = "key.pem"
[users]
file = "users.toml"
[[route]]
match = "*"
to = "mx:"
`;

async function inTls(): Promise<Dialogue> {
  const { greeted } = await receivingWorld(EVERYTHING);
  const dialogue = await greeted('198.51.100.7', 587);
  await dialogue.say('STARTTLS');
  await dialogue.startTls();
  await dialogue.say('EHLO client.example');
  return dialogue;
}

describe('RFC 3461 §5.4: how long a command may be', () => {
  /** A command of so many octets with its CRLF, filled up within the address. */
  const filled = (before: string, after: string, octets: number) => {
    const room = octets - 2 - before.length - after.length;
    return before + 'a'.repeat(Math.max(1, room)) + after;
  };
  const mailParameters = [
    'SIZE=12345678',
    'BODY=BINARYMIME',
    'SMTPUTF8',
    `AUTH=${'u'.repeat(60)}@${'d'.repeat(60)}.example`,
    'REQUIRETLS',
    'BY=999999999;RT',
    'HOLDFOR=2592000',
    'MT-PRIORITY=-9',
    'RET=FULL',
    `ENVID=${'e'.repeat(100)}`,
  ].join(' ');

  it('R3461-5.4-a R3461-5.4-d R3461-5.4-g R6531-3.1-b R5321-2.2.2-a: MAIL with everything that is announced, to the octet', async () => {
    const dialogue = await inTls();
    // 512, ENVID 107, RET 9, SIZE 26, BODY 16, SMTPUTF8 10, AUTH 500, REQUIRETLS 11, BY 17, HOLD 34, MT-PRIORITY 15.
    const limit = 512 + 107 + 9 + 26 + 16 + 10 + 500 + 11 + 17 + 34 + 15;
    const mail = (octets: number) => dialogue.say(filled('MAIL FROM:<a@', `.example> ${mailParameters}`, octets));
    expect(await mail(600)).toMatch(/^250 2\.1\.0/);
    await dialogue.say('RSET');
    const longest = (octets: number) => dialogue.say(filled('MAIL FROM:<', `@a.example> ${mailParameters}`, octets));
    expect(await longest(limit)).not.toMatch(/^500/);
    await dialogue.say('RSET');
    expect(await longest(limit + 1)).toBe('500 5.5.2 Line too long\r\n');
    expect(await dialogue.say('NOOP')).toBe('250 2.0.0 Ok\r\n');
  });

  it('R3461-5.4-b R3461-5.4-c R3461-5.4-f R5321-4.5.3.1.4-a: RCPT with the longest NOTIFY and ORCPT, to the octet', async () => {
    const dialogue = await inTls();
    await dialogue.say('MAIL FROM:<a@client.example>');
    const parameters = `NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;${'o'.repeat(493)}`;
    const rcpt = (octets: number) => dialogue.say(filled('RCPT TO:<', `@far.example> ${parameters}`, octets));
    expect(await rcpt(600)).toMatch(/^250 2\.1\.5/);
    expect(await rcpt(1_036)).not.toMatch(/^500/);
    expect(await rcpt(512 + 507 + 29)).not.toMatch(/^500/);
    expect(await rcpt(512 + 507 + 29 + 1)).toMatch(/^500 5\.5\.2/);
    expect(await dialogue.say('RCPT TO:<carol@far.example>')).toMatch(/^250 2\.1\.5/);
  });
});
