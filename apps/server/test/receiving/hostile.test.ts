import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userTable } from '../support/users.ts';
import { receivingWorld, ROUTES } from './world.ts';

const EVERYTHING = `[[listen]]
address = "0.0.0.0:25"
xclient-from = ["0.0.0.0/0"]
auth = ["PLAIN", "LOGIN", "SCRAM-SHA-256"]
auth-in-clear = true
dsn = "everyone"
max-auth-attempts = 1000
max-errors = 1000
[tls]
certificate = "cert.pem"
key = "key.pem"
[users]
file = "users.toml"
max-failures = 100000
${ROUTES}`;

/** Lines that lead somewhere, often enough to get far. */
const likely = [
  'EHLO client.example',
  'HELO client.example',
  'MAIL FROM:<a@client.example>',
  'MAIL FROM:<> RET=FULL ENVID=a+20b SMTPUTF8',
  'MAIL FROM:<a@client.example> BODY=BINARYMIME MT-PRIORITY=9 BY=100;NT',
  'RCPT TO:<bob@example.org>',
  'RCPT TO:<bob@example.org> NOTIFY=SUCCESS ORCPT=rfc822;x',
  'RCPT TO:<dana@far.example>',
  'DATA',
  'Subject: x\r\nMT-Priority: 3\r\n\r\n..\r\n.',
  '.',
  'BDAT 5\r\nhello',
  'BDAT 3 LAST\r\n\u00e9\r',
  'RSET',
  'NOOP',
  'VRFY bob',
  'AUTH PLAIN',
  'AUTH PLAIN AGFsaWNlAHBlbmNpbA==',
  'AUTH LOGIN YWxpY2U=',
  'AUTH SCRAM-SHA-256 biwsbj1hbGljZSxyPWFiYw==',
  'c2VjcmV0',
  '*',
  '=',
  'XCLIENT ADDR=192.0.2.5 HELO=x LOGIN=alice',
  'XCLIENT ADDR=IPV6:::1 NAME=[UNAVAILABLE]',
  'XCLIENT ADDR=+FF',
  '\u0000',
  'x'.repeat(3_000),
];
const line = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...likely) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

describe('hostile dialogues', () => {
  it('RFC 5321 §4.2 R5321-4.2-a: whatever is said, every reply has the form of one, and the server goes on serving others', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 40 }), fc.boolean(), async (lines, pipelined) => {
        const { world, server, greeted } = await receivingWorld(EVERYTHING, { users: userTable('alice', 'pencil') });
        const dialogue = await greeted();
        let heard = '';
        if (pipelined) heard += await dialogue.say(lines.join('\r\n'), 1_000);
        else for (const each of lines) heard += await dialogue.say(each, 40);
        heard += await dialogue.hear(60_000);
        for (const reply of heard.split('\r\n').slice(0, -1)) expect(reply).toMatch(/^[2-5]\d\d(?:[ -][ -~]*)?$/);
        expect(server.troubles).toEqual([]);
        const other = await greeted('203.0.113.9');
        await other.say('MAIL FROM:<a@client.example>');
        expect(await other.say('RCPT TO:<bob@example.org>')).toMatch(/^250/);
        dialogue.leave();
        await world.clock.advance(400_000);
        expect(server.host.openConnections).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('RFC 3207 §4.1: octets in place of a handshake, at once and after a while, leave no connection behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.boolean(), async (octets, atOnce) => {
        const { world, server, greeted } = await receivingWorld(EVERYTHING, { users: userTable('alice', 'pencil') });
        const dialogue = await greeted();
        dialogue.send(new TextEncoder().encode('STARTTLS\r\n'));
        if (!atOnce) await dialogue.hear();
        dialogue.send(octets);
        await world.clock.advance(70_000);
        expect([dialogue.closed, server.host.openConnections, server.troubles]).toEqual([true, 0, []]);
      }),
      { numRuns: 20 },
    );
  });

  it('RFC 5321 §3.8: a server that stops tells everyone, at whatever point the dialogue is', async () => {
    for (const point of [
      [],
      ['MAIL FROM:<a@client.example>'],
      ['AUTH LOGIN'],
      ['AUTH PLAIN AGFsaWNlAHg='],
      ['STARTTLS'],
      ['MAIL FROM:<a@client.example>', 'RCPT TO:<bob@example.org>', 'DATA', 'half a line'],
    ]) {
      const { world, server, greeted } = await receivingWorld(EVERYTHING, { users: userTable('alice', 'pencil') });
      const dialogue = await greeted();
      for (const each of point) await dialogue.say(each, 50);
      const stopped = server.stop();
      await world.clock.advance(1_000);
      // In the middle of a handshake nothing can be said: it is not waited for.
      if (point.at(-1) === 'STARTTLS') expect(server.host.openConnections).toBe(0);
      await world.clock.advance(699_000);
      await stopped;
      const last = await dialogue.hear();
      expect([point.at(-1), dialogue.closed, server.host.openConnections]).toEqual([point.at(-1), true, 0]);
      if (point.at(-1) !== 'STARTTLS') expect(last).toContain('421 4.');
    }
  });
});
