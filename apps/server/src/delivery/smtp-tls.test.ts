import { describe, expect, it } from 'vitest';
import { deliveryOf } from '../../test/simulation/delivery.ts';
import { oneHop, relayWorld, told, type RelayWorld } from '../../test/simulation/relay.ts';
import { ScriptedHost, type Script } from '../../test/simulation/scripted-host.ts';
import type { SmtpOptions } from './smtp-transport.ts';

const one = (mailParameters = '', reversePath = 'alice@pure-heart.org') =>
  deliveryOf({ message: { mailParameters, reversePath }, recipients: ['bob@ivory.edu'] });

/** Offers STARTTLS in the clear, and other things once TLS is up. */
function offers(clear: string, secured = 'PIPELINING'): Script {
  const reply = (words: string) => ['host.example', ...words.split(', ')].map((word) => `250-${word}`).join('\n');
  const last = (text: string) => text.replace(/250-([^\n]*)$/, '250 $1');
  return { EHLO: (_, dialogue) => last(reply(dialogue.secured ? secured : clear)) };
}

const verbs = (peer: ScriptedHost) => peer.commands.map((line) => line.split(/[ :]/, 1)[0]);
const relayed = ['relayed 2.0.0 content: 250 2.0.0 Queued'];

describe('RFC 3207 §4: STARTTLS on the sending side', () => {
  it('RFC 3207 §4.2 R3207-4.2-a: whoever offers it gets it, and an EHLO after it', async () => {
    const { peer, deliver } = await oneHop(offers('STARTTLS, PIPELINING'));
    const outcomes = await deliver(one());
    expect(outcomes.map(told)).toEqual(relayed);
    expect(outcomes).toMatchObject([{ remote: { tls: 'TLSv1.3' } }]);
    expect(verbs(peer)).toEqual(['EHLO', 'STARTTLS', 'EHLO', 'MAIL', 'RCPT', 'DATA']);
  });

  it.each([
    ['DSN before TLS counts no more', 'STARTTLS, DSN', 'PIPELINING', 'RCPT TO:<bob@ivory.edu>', false],
    ['DSN under TLS counts', 'STARTTLS', 'DSN', 'RCPT TO:<bob@ivory.edu> NOTIFY=SUCCESS', true],
  ])('RFC 3207 §4.2 R3207-4.2-a R3461-3-a: %s', async (_, clear, secured, rcpt, nextHopSupportsDsn) => {
    const { peer, deliver } = await oneHop(offers(clear, secured));
    const outcomes = await deliver(deliveryOf({ recipients: [['bob@ivory.edu', 'NOTIFY=SUCCESS']] }));
    expect(outcomes).toMatchObject([{ kind: 'relayed', nextHopSupportsDsn }]);
    expect(peer.transactions[0]?.rcpt).toEqual([rcpt]);
  });

  it('the certificate does not matter where TLS is opportunistic', async () => {
    const { host, peer, deliver } = await oneHop(offers('STARTTLS'));
    host.tls = { names: ['other.example'], trusted: false };
    expect((await deliver(one())).map(told)).toEqual(relayed);
    expect(verbs(peer)).toContain('STARTTLS');
  });

  it.each(['handshake', 'silence'] as const)(
    'RFC 3207 §6 R3207-6-a: no TLS comes about (%s): once more, in the clear',
    async (fails) => {
      const { host, peer, deliver } = await oneHop(offers('STARTTLS'));
      host.tls = { names: [], trusted: false, fails };
      expect((await deliver(one())).map(told)).toEqual(relayed);
      expect(host.accepted).toBe(2);
      expect(verbs(peer)).toEqual(['EHLO', 'STARTTLS', 'EHLO', 'MAIL', 'RCPT', 'DATA']);
    },
  );

  it('RFC 3207 §4 R3207-6-a: STARTTLS is refused: on in the clear, over the same connection', async () => {
    const { host, peer, deliver } = await oneHop({ ...offers('STARTTLS'), STARTTLS: '454 4.7.0 Not now' });
    expect((await deliver(one())).map(told)).toEqual(relayed);
    expect(host.accepted).toBe(1);
    expect(verbs(peer)).toEqual(['EHLO', 'STARTTLS', 'MAIL', 'RCPT', 'DATA']);
  });

  it('RFC 3207 §6: what stands behind the reply to STARTTLS in the clear is not taken for an answer under TLS', async () => {
    const { deliver } = await oneHop(
      { ...offers('STARTTLS'), STARTTLS: '220 Go\n250-evil\n250 DSN' },
      { tls: 'required' },
    );
    expect((await deliver(one())).map(told)).toEqual(['deferred 4.5.0 (mx.ivory.edu said something that is not SMTP)']);
  });

  it('tls = "off": not even where it is offered', async () => {
    const { peer, deliver } = await oneHop(offers('STARTTLS'), { tls: 'off' });
    await deliver(one());
    expect(verbs(peer)).not.toContain('STARTTLS');
  });

  it.each<
    [
      string,
      NonNullable<SmtpOptions['tls']>,
      Script,
      Partial<{ names: string[]; trusted: boolean; fails: 'handshake' }>,
      string,
    ]
  >([
    [
      'not offered',
      'required',
      {},
      {},
      '4.7.4 (mx.ivory.edu does not offer TLS, which the configuration of this server demands)',
    ],
    [
      'refused',
      'required',
      { ...offers('STARTTLS'), STARTTLS: '454 4.7.0 No' },
      {},
      '4.7.4 (mx.ivory.edu refused TLS, which the configuration of this server demands)',
    ],
    [
      'no handshake',
      'required',
      offers('STARTTLS'),
      { fails: 'handshake' },
      '4.7.5 (no TLS with mx.ivory.edu came about: the connection closed during the TLS handshake)',
    ],
    [
      'unknown root',
      'verified',
      offers('STARTTLS'),
      { trusted: false },
      '4.7.5 (mx.ivory.edu did not prove who it is: self-signed certificate)',
    ],
    [
      'other name',
      'verified',
      offers('STARTTLS'),
      { names: ['mx.evil.example'] },
      '4.7.5 (mx.ivory.edu did not prove who it is: the certificate is for mx.evil.example)',
    ],
  ])('RFC 3207 §6 R3207-6-a: %s where tls = "%s": the mail waits', async (_, tls, script, shown, reason) => {
    const { host, peer, deliver, clock, relay, client } = await oneHop(script, { tls });
    host.tls = { ...host.tls, ...shown };
    expect((await deliver(one())).map(told)).toEqual([`deferred ${reason}`]);
    expect(peer.transactions).toEqual([]);
    await clock.during(relay.close());
    await clock.runUntilIdle();
    expect(client.openConnections).toBe(0);
  });

  it('required takes any certificate, verified the one of the host', async () => {
    const any = await oneHop(offers('STARTTLS'), { tls: 'required' });
    any.host.tls = { names: [], trusted: false };
    expect((await any.deliver(one())).map(told)).toEqual(relayed);
    const named = await oneHop(offers('STARTTLS'), { tls: 'verified' });
    expect((await named.deliver(one())).map(told)).toEqual(relayed);
  });
});

async function implicitHop(world: RelayWorld, script: Script, options: Partial<SmtpOptions> = {}) {
  const host = world.network.host('smtp.example.net', '192.0.2.5');
  world.resolver.table.set('smtp.example.net', { addresses: ['192.0.2.5'] });
  const peer = await ScriptedHost.start(host, script, 465, true);
  const relay = world.transport({ kind: 'smtps', host: 'smtp.example.net', port: 465 }, options);
  return { host, peer, deliver: () => world.clock.during(relay.deliver(one())) };
}

describe('RFC 8314 §3.3: smtps://', () => {
  it('TLS with the first octet, no STARTTLS after it', async () => {
    const { peer, deliver } = await implicitHop(relayWorld(), offers('STARTTLS', 'STARTTLS, PIPELINING'));
    expect((await deliver()).map(told)).toEqual(relayed);
    expect(verbs(peer)).toEqual(['EHLO', 'MAIL', 'RCPT', 'DATA']);
  });

  it('never in the clear, and only with the right host', async () => {
    const { host, peer, deliver } = await implicitHop(relayWorld(), {});
    host.tls = { names: ['mx.evil.example'], trusted: true };
    expect((await deliver()).map(told)).toEqual([
      'deferred 4.7.5 (smtp.example.net did not prove who it is: the certificate is for mx.evil.example)',
    ]);
    host.tls = { names: [], trusted: true, fails: 'handshake' };
    expect((await deliver())[0]).toMatchObject({ kind: 'deferred', failure: { status: '4.7.5' } });
    expect(peer.commands).toEqual([]);
  });
});

describe('RFC 4954 §4: AUTH on the sending side', () => {
  const credentials = { user: 'relay', password: 'geheim€' };

  it('PLAIN under verified TLS; then AUTH=<> goes with MAIL', async () => {
    const { peer, deliver } = await oneHop(offers('STARTTLS, AUTH LOGIN PLAIN', 'AUTH LOGIN PLAIN'), { credentials });
    expect((await deliver(one('AUTH=bob@example.org'))).map(told)).toEqual(relayed);
    const response = Buffer.from('\0relay\0geheim€').toString('base64');
    expect(peer.commands.slice(2, 5)).toEqual([
      'EHLO mx.example.org',
      `AUTH PLAIN ${response}`,
      'MAIL FROM:<alice@pure-heart.org> AUTH=<>',
    ]);
  });

  it.each<[string, Script, boolean, string]>([
    [
      'no TLS',
      offers('AUTH PLAIN'),
      true,
      '4.7.4 (mx.ivory.edu does not offer TLS, which the configuration of this server demands)',
    ],
    [
      'another host',
      offers('STARTTLS', 'AUTH PLAIN'),
      false,
      '4.7.5 (mx.ivory.edu did not prove who it is: self-signed certificate)',
    ],
    ['no AUTH', offers('STARTTLS, AUTH PLAIN', 'DSN'), true, '4.7.0 (mx.ivory.edu does not offer AUTH PLAIN)'],
    ['no PLAIN', offers('STARTTLS', 'AUTH LOGIN'), true, '4.7.0 (mx.ivory.edu does not offer AUTH PLAIN)'],
  ])('RFC 4954 §9: %s: the password is not said', async (_, script, trusted, reason) => {
    const { host, peer, deliver } = await oneHop(script, { credentials });
    host.tls = { ...host.tls, trusted };
    expect((await deliver(one())).map(told)).toEqual([`deferred ${reason}`]);
    expect(verbs(peer)).not.toContain('AUTH');
  });

  it('not in the clear even if TLS was left open', async () => {
    const { peer, deliver } = await oneHop(offers('AUTH PLAIN'), { credentials, tls: 'opportunistic' });
    expect((await deliver(one())).map(told)).toEqual([
      'deferred 4.7.11 (mx.ivory.edu offers no TLS, without which this server does not log in)',
    ]);
    expect(verbs(peer)).not.toContain('AUTH');
  });

  it.each(['535 5.7.8 Wrong', '334 UGFzc3dvcmQ6'])(
    'RFC 4954 §6: %s: the mail waits for a better password',
    async (AUTH) => {
      const { deliver } = await oneHop({ ...offers('STARTTLS', 'AUTH PLAIN'), AUTH }, { credentials });
      const [outcome] = await deliver(one());
      expect(outcome).toMatchObject({ kind: 'deferred' });
    },
  );

  it.each(['535 5.7.8 Bad password: SECRET', '500 5.5.2 Not known: AUTH PLAIN RESPONSE', '421 4.7.0 RESPONSE? Bye'])(
    'RFC 4954 §9: %s: what the host repeats of the login is told to nobody',
    async (reply) => {
      const said = Buffer.from(`\0${credentials.user}\0${credentials.password}`).toString('base64');
      const AUTH = reply.replace('SECRET', credentials.password).replace('RESPONSE', said);
      const { deliver } = await oneHop({ ...offers('STARTTLS', 'AUTH PLAIN'), AUTH }, { credentials });
      const outcome = JSON.stringify(await deliver(one()));
      expect(outcome).toContain(reply.replace(/SECRET|RESPONSE/, '***'));
      expect(outcome).not.toContain(credentials.password);
      expect(outcome).not.toContain(said);
    },
  );
});

describe('RFC 8689 §4.2.1: REQUIRETLS on the sending side', () => {
  it('R8689-2-a: a configured host that proves its name gets the message, and is told', async () => {
    const { peer, deliver } = await oneHop(offers('STARTTLS', 'REQUIRETLS'));
    expect((await deliver(one('REQUIRETLS'))).map(told)).toEqual(relayed);
    expect(peer.transactions[0]?.mail).toBe('MAIL FROM:<alice@pure-heart.org> REQUIRETLS');
  });

  it.each<[string, Script, Partial<{ trusted: boolean; fails: 'handshake' }>, string]>([
    [
      'no REQUIRETLS under TLS',
      offers('STARTTLS, REQUIRETLS', 'DSN'),
      {},
      '5.7.30 (mx.ivory.edu does not support REQUIRETLS, which the sender demands)',
    ],
    ['no TLS', offers('DSN'), {}, '5.7.30 (mx.ivory.edu does not support REQUIRETLS, which the sender demands)'],
    [
      'unknown certificate',
      offers('STARTTLS', 'REQUIRETLS'),
      { trusted: false },
      '5.7.10 (mx.ivory.edu offers no connection that is secure enough for this message)',
    ],
    [
      'no handshake',
      offers('STARTTLS'),
      { fails: 'handshake' },
      '5.7.10 (mx.ivory.edu offers no connection that is secure enough for this message)',
    ],
  ])('%s: it fails at once', async (_, script, shown, reason) => {
    const { host, peer, deliver } = await oneHop(script);
    host.tls = { ...host.tls, ...shown };
    expect((await deliver(one('REQUIRETLS'))).map(told)).toEqual([`failed ${reason}`]);
    expect(peer.transactions).toEqual([]);
  });

  it('RFC 8689 §5: a report goes on without', async () => {
    const { peer, deliver } = await oneHop(offers('DSN'));
    expect((await deliver(one('REQUIRETLS', ''))).map(told)).toEqual(relayed);
    expect(peer.transactions[0]?.mail).toBe('MAIL FROM:<>');
  });

  it('an exchanger named by plain DNS is not secure enough; the next one is asked, too', async () => {
    const world = relayWorld();
    const a = await world.add('a.example', '192.0.2.1', offers('STARTTLS', 'REQUIRETLS'));
    const b = await world.add('b.example', '192.0.2.2', offers('STARTTLS', 'REQUIRETLS'));
    world.resolver.table.set('ivory.edu', {
      mx: [
        [10, 'a.example'],
        [20, 'b.example'],
      ],
    });
    const relay = world.transport({ kind: 'mx', domain: 'ivory.edu' });
    expect((await world.clock.during(relay.deliver(one('REQUIRETLS')))).map(told)).toEqual([
      'failed 5.7.10 (b.example offers no connection that is secure enough for this message)',
    ]);
    expect([a.peer.transactions, b.peer.transactions]).toEqual([[], []]);
    expect(b.host.accepted).toBe(1);
  });
});
