import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runScript } from './scripted.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

const corpus = fileURLToPath(new URL('../../../../../shared/corpus/', import.meta.url));
const hasCorpus = existsSync(corpus);
const LISTEN = '[[listen]]\naddress = "0.0.0.0:25"\nrole = "submission"\nrelay-from = ["0.0.0.0/0"]';
const CONFIG = `
[[route]]
match = "sender.example"
to = "maildir:mail"
[[alias]]
address = "team@sender.example"
to = ["bob@far.example"]
[[route]]
match = "*"
to = "smtp://hop.example:25"
verp = true
`;
const reportFiles = { texts: [], dkimKeys: [], returnPathKey: new Uint8Array(32).fill(1) };

/** As qmail writes it, about a recipient. */
const qmail = (recipient: string, said = '550 5.1.1 no such user'): string =>
  `From: MAILER-DAEMON@far.example
To: somebody@mx.example.org
Subject: failure notice

Hi. This is the qmail-send program at far.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<${recipient}>:
192.0.2.7 does not like recipient.
Remote host said: ${said}
Giving up on 192.0.2.7.

--- Below this line is a copy of the message.

Subject: hello
`.replaceAll('\n', '\r\n');

const standard = (recipient: string): string =>
  `From: MAILER-DAEMON@far.example
Subject: Undeliverable
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; far.example

Final-Recipient: rfc822; ${recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b--
`.replaceAll('\n', '\r\n');

async function start(table = '[suppression]') {
  const world = new World();
  const hop = await runScript(world.host('hop.example'), 25, { extensions: ['PIPELINING'] });
  const server = await world.server('mx.example.org', `${CONFIG}${table}`, { reportFiles, listen: LISTEN });
  /** Sends a message to somebody, and gives the return path under which it went on, and the reply to RCPT. */
  const send = async (to: string): Promise<{ readonly path: string; readonly reply: string }> => {
    const replies = await submit(world, 'mx.example.org', ['MAIL FROM:<alice@sender.example>', `RCPT TO:<${to}>`]);
    await world.clock.advance(10_000);
    const last = hop.lines.findLast((line) => line.startsWith('MAIL')) ?? '';
    return { path: /<(.*)>/.exec(last)?.[1] ?? '', reply: replies[3] ?? '' };
  };
  /** Lets something come back, and gives the event that tells of it. */
  const comesBack = async (to: string, content: string, from = '') => {
    await submit(world, 'mx.example.org', [`MAIL FROM:<${from}>`, `RCPT TO:<${to}>`], content);
    await world.clock.advance(10_000);
    return server.events.findLast((event) => event.kind === 'report-received');
  };
  const listed = async (): Promise<readonly string[]> =>
    ((await server.running.suppression?.list({ limit: 100 }))?.entries ?? []).map(({ address }) => address);
  return { world, server, send, comesBack, listed };
}

describe('a bounce that follows no standard and comes back to a return path of ours', () => {
  it('is an event of its message with recipient, action, status and reason, and brings the address onto the list', async () => {
    const { server, send, comesBack, listed } = await start();
    const { path } = await send('bob@far.example');
    const event = await comesBack(path, qmail('Bob@far.example'));
    const accepted = server.events.find(({ kind }) => kind === 'accepted');
    expect(event).toMatchObject({
      ...{ messageId: accepted?.messageId, verified: true, what: 'bounce', recipient: 'bob@far.example' },
      actions: [{ recipient: 'Bob@far.example', action: 'failed', status: '5.1.1', reason: 'user-unknown' }],
      failure: { status: '5.1.1', reason: expect.stringContaining('no such user') },
    });
    expect(await listed()).toEqual(['bob@far.example']);
    expect((await send('bob@far.example')).reply).toMatch(/^550 5\.1\.1/);
    expect(server.troubles).toEqual([]);
  });

  it('goes on to the sender as it came', async () => {
    const { server, send, comesBack } = await start();
    const { path } = await send('bob@far.example');
    await comesBack(path, qmail('bob@far.example'));
    const [mail] = server.delivered.filter(({ folder }) => folder === 'alice@sender.example');
    expect(mail?.text).toContain('This is the qmail-send program at far.example.');
  });

  it('blames the address behind an alias', async () => {
    const { send, comesBack, listed } = await start();
    const { path } = await send('team@sender.example');
    expect(await comesBack(path, qmail('bob@far.example'))).toMatchObject({
      recipient: 'team@sender.example',
      address: 'bob@far.example',
    });
    expect(await listed()).toEqual(['bob@far.example']);
  });

  it('RFC 3464 §2.3.3: counts as a standard report does, and the failures add up though every message was taken first', async () => {
    const { send, comesBack, listed } = await start('[suppression]\nfailures = 2');
    const first = await send('bob@far.example');
    await comesBack(first.path, standard('bob@far.example'));
    expect(await listed()).toEqual([]);
    const second = await send('bob@far.example');
    await comesBack(second.path, qmail('bob@far.example'));
    expect(await listed()).toEqual(['bob@far.example']);
  });

  it('RFC 3463 §3.1: counts by the status of the reply where the report declares none but the class', async () => {
    const { send, comesBack, listed } = await start();
    const { path } = await send('bob@far.example');
    const event = await comesBack(path, standard('bob@far.example').replace('Status: 5.1.1', 'Status: 5.0.0'));
    expect(event).toMatchObject({ what: 'dsn', actions: [{ status: '5.0.0' }], failure: { status: '5.1.1' } });
    expect(await listed()).toEqual(['bob@far.example']);
  });

  describe('brings nobody onto the list', () => {
    it.each([
      ['where it names somebody else, whom the message did not have', qmail('carol@far.example')],
      ['where it passes', qmail('bob@far.example', '452 4.2.2 mailbox full')],
      ['where the fault is not the address', qmail('bob@far.example', '554 5.7.1 looks like spam')],
      ['where a standard report names somebody else', standard('carol@far.example')],
      [
        'where it is an answer of a person',
        'From: bob@far.example\r\nSubject: hello\r\n\r\nbob@far.example: 5.1.1 no such user\r\n',
      ],
    ])('%s', async (_, content) => {
      const { server, send, comesBack, listed } = await start();
      const { path } = await send('bob@far.example');
      expect(await comesBack(path, content)).not.toHaveProperty('failure');
      expect(await listed()).toEqual([]);
      expect(server.troubles).toEqual([]);
    });

    it('RFC 5321 §4.5.5: where it does not come from <>', async () => {
      const { send, comesBack, listed } = await start();
      const { path } = await send('bob@far.example');
      const event = await comesBack(path, qmail('bob@far.example'), 'mallory@evil.example');
      expect(event).toMatchObject({ what: 'bounce', actions: [{ status: '5.1.1' }] });
      expect(event).not.toHaveProperty('failure');
      expect(await listed()).toEqual([]);
    });

    it('where it is forged: to a return path with a wrong mark, to that of another recipient, or to no return path', async () => {
      const { server, send, comesBack, listed } = await start();
      const { path } = await send('bob@far.example');
      const { path: own } = await send('mallory@far.example');
      const wrong = path.replace(/=.*@/, '=aaaaaaaaaaaaaaaa@');
      for (const content of [qmail('bob@far.example'), standard('bob@far.example')]) {
        for (const to of [wrong, 'alice@sender.example']) expect(await comesBack(to, content)).toBeUndefined();
      }
      for (const content of [qmail('bob@far.example'), standard('bob@far.example')])
        expect(await comesBack(own, content)).toMatchObject({ verified: true, recipient: 'mallory@far.example' });
      expect(await listed()).toEqual([]);
      expect(server.troubles).toEqual([]);
    });
  });

  it.skipIf(!hasCorpus).each([
    ['sisimai/maildir/bsd/lhost-qmail-17.eml', 'userunknown@libsisimai.net', '5.1.1', 'user-unknown', true],
    ['sisimai/maildir/bsd/lhost-qmail-17.eml', 'mailboxfull@libsisimai.net', '5.2.2', 'mailbox-full', false],
    ['sisimai/maildir/bsd/lhost-exim-02.eml', 'kijitora@example.jp', '5.1.1', 'user-unknown', true],
    ['sisimai/maildir/bsd/lhost-exim-58.eml', 'kijitora@example.us', '5.3.4', 'message-too-large', false],
  ])(
    'of the collections (skipped where ../shared/corpus is not): %s about %s',
    async (file, to, status, reason, isListed) => {
      const { send, comesBack, listed } = await start();
      const { path } = await send(to);
      const event = await comesBack(path, readFileSync(`${corpus}${file}`, 'latin1').replaceAll(/\r?\n/g, '\r\n'));
      expect(event).toMatchObject({ what: 'bounce', verified: true, recipient: to });
      expect(event?.actions).toContainEqual(
        expect.objectContaining({ recipient: to, action: 'failed', status, reason }),
      );
      expect(await listed()).toEqual(isListed ? [to] : []);
    },
  );
});
