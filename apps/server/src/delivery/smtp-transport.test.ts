import { describe, expect, it } from 'vitest';
import { deliveryOf } from '../../test/simulation/delivery.ts';
import { oneHop, relayWorld, told } from '../../test/simulation/relay.ts';
import { close, cut, stall, type Script } from '../../test/simulation/scripted-host.ts';

const minute = 60_000;

const two = () => deliveryOf({ recipients: ['bob@ivory.edu', 'carol@ivory.edu'] });

describe('SmtpTransport: a transaction', () => {
  it('RFC 5321 §4.5.4.1 R5321-4.5.4.1-e: one copy for all recipients, relayed after the end of data', async () => {
    const { peer, deliver } = await oneHop();
    const outcomes = await deliver(two());
    expect(outcomes.map(told)).toEqual([
      'relayed 2.0.0 content: 250 2.0.0 Queued',
      'relayed 2.0.0 content: 250 2.0.0 Queued',
    ]);
    expect(outcomes[0]).toEqual({
      kind: 'relayed',
      status: '2.0.0',
      nextHopSupportsDsn: true,
      remote: {
        mta: 'mx.ivory.edu',
        address: '192.0.2.1:25',
        reply: { code: 250, status: '2.0.0', lines: ['Queued'] },
        rawLines: ['250 2.0.0 Queued'],
        stage: 'content',
      },
    });
    const content = 'Subject: test\r\n\r\nHello\r\n';
    expect(peer.transactions).toEqual([
      {
        mail: `MAIL FROM:<alice@pure-heart.org> SIZE=${content.length}`,
        rcpt: ['RCPT TO:<bob@ivory.edu>', 'RCPT TO:<carol@ivory.edu>'],
        content,
      },
    ]);
  });

  it('RFC 2920 §3.1: the envelope goes out in one write, the content in the next', async () => {
    const { peer, deliver } = await oneHop();
    await deliver(two());
    expect(peer.arrivals.map((text) => text.split('\r\n').length - 1)).toEqual([1, 4, 4]);
  });

  it.each([
    [
      'DSN',
      '250-host\n250-PIPELINING\n250 DSN',
      ['MAIL FROM:<alice@pure-heart.org> RET=hdrs ENVID=QQ+2B314159'],
      ['RCPT TO:<bob@ivory.edu> ORCPT=RFC822;Bob+2Bx@Ivory.EDU NOTIFY=success,Failure', 'RCPT TO:<carol@ivory.edu>'],
      true,
    ],
    [
      'no DSN',
      '250-host\n250 PIPELINING',
      ['MAIL FROM:<alice@pure-heart.org>'],
      ['RCPT TO:<bob@ivory.edu>', 'RCPT TO:<carol@ivory.edu>'],
      false,
    ],
  ])(
    'RFC 3461 §5.2.1 R3461-3-c R3461-5.2.1-a1 R3461-5.2.1-b1 R3461-5.2.1-c1 R3461-5.2.1-d1 R3461-5.2.1-a2 R3461-5.2.1-c2 R3461-5.2.2-a: parameters go verbatim to a hop with %s',
    async (_, EHLO, mail, rcpt, supports) => {
      const { peer, deliver } = await oneHop({ EHLO });
      const outcomes = await deliver(
        deliveryOf({
          message: { mailParameters: 'RET=hdrs ENVID=QQ+2B314159' },
          recipients: [['bob@ivory.edu', 'ORCPT=RFC822;Bob+2Bx@Ivory.EDU NOTIFY=success,Failure'], 'carol@ivory.edu'],
        }),
      );
      expect(peer.transactions.map((seen) => seen.mail)).toEqual(mail);
      expect(peer.transactions.flatMap((seen) => seen.rcpt)).toEqual(rcpt);
      expect(outcomes.map((outcome) => outcome.kind === 'relayed' && outcome.nextHopSupportsDsn)).toEqual([
        supports,
        supports,
      ]);
    },
  );

  it('RFC 3461 §5.2.2(d) R3461-5.2.2-d3: NEVER goes apart under a null reverse-path to a hop without DSN', async () => {
    const { peer, deliver } = await oneHop({ EHLO: '502 5.5.1 Not implemented' });
    const outcomes = await deliver(
      deliveryOf({ recipients: ['bob@ivory.edu', ['fred@bombs.af.mil', 'NOTIFY=NEVER'], 'carol@ivory.edu'] }),
    );
    expect(peer.commands).toEqual([
      'EHLO mx.example.org',
      'HELO mx.example.org',
      'MAIL FROM:<alice@pure-heart.org>',
      'RCPT TO:<bob@ivory.edu>',
      'RCPT TO:<carol@ivory.edu>',
      'DATA',
      'MAIL FROM:<>',
      'RCPT TO:<fred@bombs.af.mil>',
      'DATA',
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['relayed', 'relayed', 'relayed']);
  });

  it.each([
    ['a reply to HELO that mentions it', { EHLO: '502 5.5.1 What?', HELO: '250-host.example\n250 DSN' }],
    [
      'a greeting that mentions it',
      { greeting: '220 host.example ESMTP DSN', EHLO: '250-host.example\n250 PIPELINING' },
    ],
    ['an EHLO line that only begins so', { EHLO: '250-host.example DSN\n250-DSNX\n250 X-DSN' }],
  ])('RFC 3461 §3 R3461-3-a: %s announces no DSN', async (_, script) => {
    const { peer, deliver } = await oneHop(script);
    const outcomes = await deliver(
      deliveryOf({ message: { mailParameters: 'RET=HDRS' }, recipients: [['a@x', 'NOTIFY=SUCCESS']] }),
    );
    expect(outcomes).toMatchObject([{ kind: 'relayed', nextHopSupportsDsn: false }]);
    expect(peer.transactions).toMatchObject([{ mail: 'MAIL FROM:<alice@pure-heart.org>', rcpt: ['RCPT TO:<a@x>'] }]);
  });

  it('RFC 3461 §3 R3461-3-a: a keyword counts in any case and with parameters', async () => {
    const { peer, deliver } = await oneHop({ EHLO: '250-host.example\n250 dsn 2' });
    await deliver(deliveryOf({ recipients: [['a@x', 'NOTIFY=NEVER']] }));
    expect(peer.transactions[0]?.rcpt).toEqual(['RCPT TO:<a@x> NOTIFY=NEVER']);
  });

  it.each([
    'MiXed@X.example',
    'a%b@x',
    'a!b!c@x',
    '"a b"@x',
    '"a@b"@x',
    '"\\a"@x',
    'a+b=c@x',
    'a@[192.0.2.1]',
    'a@[IPv6:2001:DB8::1]',
  ])('RFC 5321 §2.3.11 R5321-2.3.11-a: the address %s goes on as it came', async (address) => {
    const { peer, deliver } = await oneHop();
    await deliver(deliveryOf({ message: { reversePath: address }, recipients: [address] }));
    expect(peer.transactions[0]?.mail).toContain(`MAIL FROM:<${address}>`);
    expect(peer.transactions[0]?.rcpt).toEqual([`RCPT TO:<${address}>`]);
  });

  it('RFC 5321 §4.5.2 R5321-4.5.2-a: dots at the start of lines are stuffed', async () => {
    const { peer, deliver } = await oneHop();
    const text = '.first\r\n..second\r\n.\r\nlast';
    const octets = new TextEncoder().encode(text);
    await deliver(
      deliveryOf({
        recipients: ['bob@ivory.edu'],
        content: {
          sizeOctets: octets.length,
          octets,
          read: () => {
            throw new Error('not needed');
          },
        },
      }),
    );
    expect(peer.transactions[0]?.content).toBe(`${text}\r\n`);
  });

  it('RFC 5321 §4.5.3.1.8: more recipients than a transaction holds go in several', async () => {
    const { peer, deliver } = await oneHop();
    const outcomes = await deliver(
      deliveryOf({ recipients: Array.from({ length: 250 }, (_, i) => `u${i}@ivory.edu`) }),
    );
    expect(peer.transactions.map(({ rcpt }) => rcpt.length)).toEqual([100, 100, 50]);
    expect(outcomes.every(({ kind }) => kind === 'relayed')).toBe(true);
  });

  it('RFC 9422 §3: the limits that a host announces are kept', async () => {
    const { peer, deliver } = await oneHop({
      EHLO: '250-host\n250-PIPELINING\n250 LIMITS RCPTMAX=3 RCPTDOMAINMAX=2 MAILMAX=2',
    });
    await deliver(deliveryOf({ recipients: ['a@x', 'b@x', 'c@x', 'd@x', 'e@y', 'f@z', 'g@z'] }));
    expect(peer.transactions.map(({ rcpt }) => rcpt.map((line) => line.slice(9, 12)).join(' '))).toEqual([
      'a@x b@x c@x',
      'd@x e@y',
      'f@z g@z',
    ]);
    expect(peer.connections).toBe(2);
  });

  it('RFC 5321 §2.3.5 R5321-2.3.5-a: without a qualified name the address literal is said', async () => {
    const { peer, deliver } = await oneHop({}, { hostname: 'localhost' });
    await deliver(two());
    expect(peer.commands[0]).toBe('EHLO [192.0.2.9]');
  });
});

describe('SmtpTransport: replies', () => {
  const at = (point: keyof Script, answer: string, kind: string, status: string, stage: string) =>
    [point, answer, `${kind} ${status} ${stage}: ${answer.split('\n')[0]}`] as const;
  it.each([
    at('greeting', '554 5.3.2 No mail here', 'failed', '5.3.2', 'connect'),
    at('greeting', '521 host.example accepts no mail', 'failed', '5.3.2', 'connect'),
    at('greeting', '421 4.3.2 Busy', 'deferred', '4.3.2', 'connect'),
    at('greeting', '450 Later', 'deferred', '4.2.0', 'connect'),
    at('EHLO', '421 4.3.2 Going down', 'deferred', '4.3.2', 'hello'),
    at('EHLO', '450 4.7.0 Later', 'deferred', '4.7.0', 'hello'),
    at('MAIL', '421 4.3.2 Going down', 'deferred', '4.3.2', 'mail'),
    at('MAIL', '450 4.7.1 Greylisted', 'deferred', '4.7.1', 'mail'),
    at('MAIL', '452 4.3.1 Disk full', 'deferred', '4.3.1', 'mail'),
    at('MAIL', '550-5.7.1 Not you\n550 5.7.1 See https://example.org', 'failed', '5.7.1', 'mail'),
    at('MAIL', '552 Too big', 'failed', '5.3.4', 'mail'),
    at('RCPT', '421 4.3.2 Going down', 'deferred', '4.3.2', 'rcpt'),
    at('RCPT', '450 4.2.1 Mailbox busy', 'deferred', '4.2.1', 'rcpt'),
    at('RCPT', '452 4.2.2 Mailbox full', 'deferred', '4.2.2', 'rcpt'),
    at('RCPT', '550 5.1.1 No such user', 'failed', '5.1.1', 'rcpt'),
    at('RCPT', '550 No such user', 'failed', '5.1.1', 'rcpt'),
    at('RCPT', '500 5.5.2 Line too long', 'failed', '5.5.2', 'rcpt'),
    at('RCPT', '599 5.7.1', 'failed', '5.7.1', 'rcpt'),
    at('RCPT', '499', 'deferred', '4.0.0', 'rcpt'),
    at('DATA', '421 4.3.2 Going down', 'deferred', '4.3.2', 'data'),
    at('DATA', '451 4.3.0 Later', 'deferred', '4.3.0', 'data'),
    at('DATA', '554 5.7.1 Not today', 'failed', '5.7.1', 'data'),
    at('content', '421 4.3.2 Going down', 'deferred', '4.3.2', 'content'),
    at('content', '452 4.3.1 Disk full', 'deferred', '4.3.1', 'content'),
    at('content', '550 5.7.1 Spam', 'failed', '5.7.1', 'content'),
    at('content', '554 Transaction failed', 'failed', '5.6.0', 'content'),
  ])('RFC 5321 §4.2.1 R5321-4.2.1-a R5321-4.2-c: %s answered %j: %s', async (point, answer, expected) => {
    const { deliver } = await oneHop({ [point]: answer });
    expect((await deliver(two())).map(told)).toEqual([expected, expected]);
  });

  it.each(['MAIL', 'RCPT', 'content'] as const)(
    'RFC 5321 §4.2.1 R5321-4.2.1-a: a 3yz that nothing asks for, at %s, is no verdict: it defers with 4.5.0',
    async (point) => {
      const { deliver } = await oneHop({ [point]: '354 Go ahead' });
      const after = point === 'content' ? ', after the message had been sent' : '';
      expect((await deliver(two())).map(told)).toEqual(
        Array(2).fill(`deferred 4.5.0 (mx.ivory.edu said something that is not SMTP${after})`),
      );
    },
  );

  it('RFC 7504 §3 R7504-3-a: a host that greets with 521 never takes mail', async () => {
    const { deliver } = await oneHop({ greeting: '521 mx.ivory.edu does not accept mail' });
    expect((await deliver(two())).map(told)).toEqual(
      Array(2).fill('failed 5.3.2 connect: 521 mx.ivory.edu does not accept mail'),
    );
  });

  it('RFC 7504 §4 R7504-4-a: 556 says that the domain takes no mail', async () => {
    const { deliver } = await oneHop({ RCPT: '556 Domain does not accept mail' });
    expect((await deliver(two())).map(told)).toEqual(
      Array(2).fill('failed 5.1.10 rcpt: 556 Domain does not accept mail'),
    );
  });

  it('RFC 2920 §3.1 R2920-3.1-a: each recipient gets its own reply', async () => {
    const { peer, deliver } = await oneHop({
      RCPT: (line) =>
        line.includes('bob') ? '550 5.1.1 No bob' : line.includes('dave') ? '450 4.2.1 Dave is busy' : '250 2.1.5 Ok',
    });
    const outcomes = await deliver(deliveryOf({ recipients: ['alice@x', 'bob@x', 'carol@x', 'dave@x'] }));
    expect(outcomes.map(told)).toEqual([
      'relayed 2.0.0 content: 250 2.0.0 Queued',
      'failed 5.1.1 rcpt: 550 5.1.1 No bob',
      'relayed 2.0.0 content: 250 2.0.0 Queued',
      'deferred 4.2.1 rcpt: 450 4.2.1 Dave is busy',
    ]);
    expect(peer.transactions[0]?.rcpt).toHaveLength(2);
  });

  it('RFC 3461 §9.2: a reply is kept line by line as it came', async () => {
    const { deliver } = await oneHop({ RCPT: '550-5.1.1 No such user\n550-5.1.1\n550 5.1.1 (really)' });
    const [outcome] = await deliver(two());
    expect(outcome).toMatchObject({
      failure: {
        reason: 'mx.ivory.edu refused the recipient',
        remote: { rawLines: ['550-5.1.1 No such user', '550-5.1.1', '550 5.1.1 (really)'] },
      },
    });
  });

  it.each(['452 4.5.3 Too many recipients', '452 Too many recipients', '552 Too many recipients'])(
    'RFC 5321 §4.5.3.1.10 R5321-4.5.3.1.10-a: after %j the rest goes in a next transaction',
    async (reply) => {
      const { peer, deliver } = await oneHop({
        RCPT: (_, { accepted }) => (accepted.length < 2 ? '250 2.1.5 Ok' : reply),
      });
      const outcomes = await deliver(deliveryOf({ recipients: ['a@x', 'b@x', 'c@x', 'd@x', 'e@x'] }));
      expect(outcomes.map(({ kind }) => kind)).toEqual(Array(5).fill('relayed'));
      expect(peer.transactions.map(({ rcpt }) => rcpt.length)).toEqual([2, 2, 1]);
      expect(peer.connections).toBe(1);
    },
  );

  it('RFC 5321 §4.5.3.1.10: a 452 whose status speaks of the mailbox ends the recipient, whoever preceded', async () => {
    const { peer, deliver } = await oneHop({
      RCPT: (_, { accepted }) => (accepted.length < 1 ? '250 2.1.5 Ok' : '452 4.2.2 Mailbox full'),
    });
    expect((await deliver(two())).map(({ kind }) => kind)).toEqual(['relayed', 'deferred']);
    expect(peer.transactions).toHaveLength(1);
  });

  it('RFC 5321 §4.5.3.1.10: a 452 that no recipient has preceded ends the recipient', async () => {
    const { peer, deliver } = await oneHop({ RCPT: '452 Too many recipients' });
    expect((await deliver(two())).map(told)).toEqual(Array(2).fill('deferred 4.5.3 rcpt: 452 Too many recipients'));
    expect(peer.transactions).toHaveLength(1);
  });

  it('RFC 5321 §4.5.3.1.10: a 452 whose status tells of the mailbox is no limit: the recipient is not tried again at once', async () => {
    const { peer, deliver } = await oneHop({
      RCPT: (line) => (line.includes('full@') ? '452 4.2.2 Mailbox full' : '250 2.1.5 Ok'),
    });
    const outcomes = await deliver(deliveryOf({ recipients: ['a@x', 'full@x'] }));
    expect(outcomes.map(told)).toEqual([
      'relayed 2.0.0 content: 250 2.0.0 Queued',
      'deferred 4.2.2 rcpt: 452 4.2.2 Mailbox full',
    ]);
    expect(peer.transactions).toHaveLength(1);
  });

  it('RFC 5321 §6.1: who has lost the message to another node does not end its content', async () => {
    let isHeld = true;
    const { peer, deliver } = await oneHop({
      DATA: () => {
        isHeld = false;
        return '354 Go ahead';
      },
    });
    const outcomes = await deliver({ ...two(), isHeld: () => isHeld });
    expect(outcomes.map(told)).toEqual(Array(2).fill('deferred 4.3.0 (another node has taken the message over)'));
    expect(peer.transactions).toHaveLength(1);
    expect(peer.transactions[0]).not.toHaveProperty('content');
  });

  it('RFC 5321 §3.3 R5321-3.3-e: nothing is sent when DATA is accepted for nobody', async () => {
    const { peer, deliver } = await oneHop({ RCPT: '550 5.1.1 No', DATA: '354 Go ahead' });
    expect((await deliver(two())).map(told)).toEqual(Array(2).fill('failed 5.1.1 rcpt: 550 5.1.1 No'));
    expect(peer.transactions[0]?.content).toBe('');
  });

  it('RFC 5321 §4.5.4.1 R5321-4.5.4.1-d: 550 to one MAIL is not held against the next', async () => {
    const { peer, deliver } = await oneHop({
      MAIL: (_, { transactions }) => (transactions === 1 ? '550 5.7.1 No' : '250 2.1.0 Ok'),
    });
    expect((await deliver(two())).map(({ kind }) => kind)).toEqual(['failed', 'failed']);
    expect((await deliver(two())).map(({ kind }) => kind)).toEqual(['relayed', 'relayed']);
    expect(peer.connections).toBe(1);
  });
});

describe('SmtpTransport: silence and loss', () => {
  it.each([
    ['greeting', 5 * minute],
    ['EHLO', 5 * minute],
    ['MAIL', 5 * minute],
    ['RCPT', 5 * minute],
    ['DATA', 2 * minute],
    ['content', 10 * minute],
  ] as const)('RFC 5321 §4.5.3.2 R5321-4.5.3.2-a: silence at %s is borne for %i ms', async (point, waitMs) => {
    const { clock, deliver } = await oneHop({ [point]: stall });
    const outcomes = await deliver(two());
    const after = point === 'content' ? ', after the message had been sent' : '';
    expect(outcomes.map(told)).toEqual(Array(2).fill(`deferred 4.4.2 (mx.ivory.edu did not answer in time${after})`));
    expect(clock.now()).toBeGreaterThanOrEqual(waitMs);
    expect(clock.now()).toBeLessThan(waitMs + 1000);
  });

  it.each(['greeting', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'content'] as const)(
    'RFC 5321 §3.8 R5321-3.8-a: a connection that closes or breaks at %s defers',
    async (point) => {
      for (const answer of [close, cut]) {
        const { deliver } = await oneHop({ [point]: answer });
        const when =
          point === 'greeting' || point === 'EHLO'
            ? 'before it was ready'
            : `in the middle of the transaction${point === 'content' ? ', after the message had been sent' : ''}`;
        expect((await deliver(two())).map(told)).toEqual(
          Array(2).fill(`deferred 4.4.2 (the connection to mx.ivory.edu was lost ${when})`),
        );
      }
    },
  );

  it.each([
    ['refused', 'mx.ivory.edu (192.0.2.1:25) refused the connection'],
    ['timeout', 'mx.ivory.edu (192.0.2.1:25) did not answer'],
    ['unreachable', 'there is no way to mx.ivory.edu (192.0.2.1:25)'],
  ] as const)('RFC 3463 §3.5: a host that is down (%s) defers with 4.4.1 and no reply', async (down, reason) => {
    const { host, deliver } = await oneHop();
    host.down = down;
    expect(await deliver(two())).toEqual(
      Array(2).fill({ kind: 'deferred', failure: { status: '4.4.1', reason, atMs: expect.any(Number) } }),
    );
  });

  it('a host that is down costs one probe, however many messages wait', async () => {
    const { host, clock, relay } = await oneHop();
    host.down = 'timeout';
    const outcomes = await clock.during(Promise.all(Array.from({ length: 50 }, () => relay.deliver(two()))));
    expect(outcomes.flat().every(({ kind }) => kind === 'deferred')).toBe(true);
    expect(clock.now()).toBe(30_000);
  });

  it.each(['nonsense', '250 2.0.0 Ok\n250 2.0.0 and again', '999 what'])(
    'something that is no SMTP (%j) defers with 4.5.0',
    async (answer) => {
      const { deliver } = await oneHop({ MAIL: answer });
      const [outcome] = await deliver(deliveryOf({ recipients: ['a@x'] }));
      expect(outcome?.kind).not.toBe('relayed');
    },
  );

  it('a host that drips octets does not hold a message for ever', async () => {
    const { clock, network, transport } = relayWorld();
    const dripping = network.host('drip.example', '192.0.2.7');
    await dripping.listen({ host: '0.0.0.0', port: 26 }, (connection) => {
      let over = false;
      connection.attach({ data: () => undefined, closed: () => (over = true) });
      const drip = () => {
        if (over) return;
        connection.write(new TextEncoder().encode('2'));
        clock.after(4 * minute, drip);
      };
      drip();
    });
    const slow = transport({ kind: 'smtp', host: '192.0.2.7', port: 26 });
    expect((await clock.during(slow.deliver(two()))).map(({ kind }) => kind)).toEqual(['deferred', 'deferred']);
    expect(clock.now()).toBeLessThan(20 * minute);
  });

  it('RFC 2033 §4.2 R2033-5-b: replies that came count, the others are temporary failures', async () => {
    let replies = 0;
    const { deliver } = await oneHop({ content: () => (++replies === 2 ? cut : '250 2.1.5 Stored') }, {}, 'lmtp');
    expect((await deliver(deliveryOf({ recipients: ['a@x', 'b@x', 'c@x'] }))).map(told)).toEqual([
      'delivered 2.1.5 content: 250 2.1.5 Stored',
      'deferred 4.4.2 (the connection to mx.ivory.edu was lost in the middle of the transaction, after the message had been sent)',
      'deferred 4.4.2 (the connection to mx.ivory.edu was lost in the middle of the transaction, after the message had been sent)',
    ]);
  });
});

describe('SmtpTransport: LMTP', () => {
  it('RFC 2033 §4.2 R2033-4.2-a: each recipient has a reply of its own after the data', async () => {
    const { peer, deliver } = await oneHop(
      { content: (line) => (line.includes('bob') ? '552 5.2.2 Over quota' : '250 2.1.5 Stored') },
      {},
      'lmtp',
    );
    expect((await deliver(two())).map(told)).toEqual([
      'failed 5.2.2 content: 552 5.2.2 Over quota',
      'delivered 2.1.5 content: 250 2.1.5 Stored',
    ]);
    expect(peer.commands[0]).toBe('LHLO mx.example.org');
  });

  it('NEVER keeps its reverse-path: an LMTP server has nobody behind it that might bounce', async () => {
    const { peer, deliver } = await oneHop({}, {}, 'lmtp');
    await deliver(deliveryOf({ recipients: [['bob@ivory.edu', 'NOTIFY=NEVER'], 'carol@ivory.edu'] }));
    expect(peer.transactions.map(({ mail, rcpt }) => [mail, ...rcpt])).toEqual([
      ['MAIL FROM:<alice@pure-heart.org>', 'RCPT TO:<bob@ivory.edu>', 'RCPT TO:<carol@ivory.edu>'],
    ]);
  });

  it.each([
    ['BY=3600;R', undefined, 'delivered 2.0.0 content: 250 2.0.0 Queued'],
    ['BY=0;R', undefined, 'failed 5.4.7 (mx.ivory.edu can not be reached within the time that the sender has set)'],
    ['BY=3600;R', 'DSN', 'failed 5.3.3 (mx.ivory.edu does not support DELIVERBY, which the sender demands)'],
  ])('RFC 2852 §4.1.4.1: %s to an LMTP server with %s', async (mailParameters, extension, outcome) => {
    const LHLO = ['250-host', ...(extension === undefined ? [] : [`250-${extension}`]), '250 PIPELINING'].join('\n');
    const { deliver } = await oneHop({ LHLO }, {}, 'lmtp');
    const delivery = deliveryOf({ message: { mailParameters }, recipients: ['bob@ivory.edu'] });
    expect((await deliver(delivery)).map(told)).toEqual([outcome]);
  });

  it.each([
    ['500 5.5.1 Command unrecognized', 'deferred 4.3.5 hello: 500 5.5.1 Command unrecognized'],
    ['502 Not implemented', 'deferred 4.3.5 hello: 502 Not implemented'],
    ['550 5.7.1 Go away', 'failed 5.7.1 hello: 550 5.7.1 Go away'],
  ])('RFC 2033 §4.1: a host that does not know LHLO is a mistake of our routes: %s', async (LHLO, outcome) => {
    const { deliver } = await oneHop({ LHLO }, {}, 'lmtp');
    expect((await deliver(deliveryOf({ recipients: ['bob@ivory.edu'] }))).map(told)).toEqual([outcome]);
  });

  it('an LMTP server with DSN reports delivery itself', async () => {
    const { peer, deliver } = await oneHop({ LHLO: '250-host\n250-PIPELINING\n250 DSN' }, {}, 'lmtp');
    const outcomes = await deliver(deliveryOf({ recipients: [['bob@ivory.edu', 'NOTIFY=SUCCESS']] }));
    expect(outcomes).toMatchObject([{ kind: 'relayed', nextHopSupportsDsn: true }]);
    expect(peer.transactions[0]?.rcpt).toEqual(['RCPT TO:<bob@ivory.edu> NOTIFY=SUCCESS']);
  });
});

describe('SmtpTransport: what a host lacks', () => {
  const content = (text: string) => {
    const octets = new TextEncoder().encode(text);
    return {
      sizeOctets: octets.length,
      octets,
      read: () => {
        throw new Error('not needed');
      },
    };
  };
  it.each([
    [
      '8-bit content without 8BITMIME',
      'R1652-3-a R5321-2.4-b',
      '',
      'bob@x',
      'a: b\r\n\r\nnaïve',
      'PIPELINING',
      'failed 5.6.3 (mx.ivory.edu takes no 8-bit content)',
      0,
    ],
    [
      '8-bit content with 8BITMIME',
      'R6152-2-a',
      '',
      'bob@x',
      'a: b\r\n\r\nnaïve',
      '8BITMIME',
      'relayed 2.0.0 content: 250 2.0.0 Queued',
      'MAIL FROM:<alice@pure-heart.org> BODY=8BITMIME',
    ],
    [
      '7-bit content declared 8-bit',
      'R6152-2-a',
      'BODY=8BITMIME',
      'bob@x',
      'a: b\r\n\r\nplain',
      '8BITMIME',
      'relayed 2.0.0 content: 250 2.0.0 Queued',
      'MAIL FROM:<alice@pure-heart.org> BODY=8BITMIME',
    ],
    [
      '7-bit content declared 8-bit, without 8BITMIME',
      'R1652-3-a',
      'BODY=8BITMIME',
      'bob@x',
      'a: b\r\n\r\nplain',
      'PIPELINING',
      'relayed 2.0.0 content: 250 2.0.0 Queued',
      'MAIL FROM:<alice@pure-heart.org>',
    ],
    [
      '7-bit content',
      'R6152-2-a',
      '',
      'bob@x',
      'a: b\r\n\r\nplain',
      'PIPELINING',
      'relayed 2.0.0 content: 250 2.0.0 Queued',
      'MAIL FROM:<alice@pure-heart.org>',
    ],
    [
      'a UTF-8 address without SMTPUTF8',
      'R6531-3.2-a',
      'SMTPUTF8',
      'jürgen@x',
      'a: b\r\n\r\nplain',
      '8BITMIME',
      'failed 5.6.7 (mx.ivory.edu takes no addresses beyond ASCII)',
      0,
    ],
    [
      'a UTF-8 header without SMTPUTF8',
      'R6531-3.2-a',
      'SMTPUTF8',
      'bob@x',
      'a: ü\r\n\r\nplain',
      '8BITMIME',
      'failed 5.6.9 (mx.ivory.edu takes no header fields beyond ASCII)',
      0,
    ],
    [
      'SMTPUTF8 that is not needed',
      'R6531-3.4-b',
      'SMTPUTF8',
      'bob@x',
      'a: b\r\n\r\nplain',
      '8BITMIME',
      'relayed 2.0.0 content: 250 2.0.0 Queued',
      'MAIL FROM:<alice@pure-heart.org>',
    ],
    [
      'a message that is too large',
      'R1870-6.2-a',
      '',
      'bob@x',
      'a: b\r\n\r\nplain',
      'SIZE 5',
      'failed 5.3.4 (mx.ivory.edu takes no messages of this size)',
      0,
    ],
  ] as const)('RFC 5321 §2.4: %s (%s)', async (_, __, mailParameters, address, text, keyword, expected, mail) => {
    const { peer, deliver } = await oneHop({ EHLO: `250-host\n250 ${keyword}` });
    const [outcome] = await deliver(
      deliveryOf({ message: { mailParameters }, recipients: [address], content: content(text) }),
    );
    expect(told(outcome!)).toBe(expected);
    expect(peer.transactions.map((seen) => seen.mail)).toEqual(mail === 0 ? [] : [mail]);
  });

  it('RFC 6531 §3.2: only the recipient with the UTF-8 address fails, if the message itself does not need SMTPUTF8', async () => {
    const { deliver } = await oneHop();
    const outcomes = await deliver(deliveryOf({ recipients: ['bob@x', 'jürgen@x'] }));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['relayed', 'failed']);
  });

  it('an address that can not be written as a command fails alone', async () => {
    const { peer, deliver } = await oneHop();
    const outcomes = await deliver(deliveryOf({ recipients: ['bob@x', 'a\r\nRCPT TO:<mallory@x>', 'carol@x'] }));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['relayed', 'failed', 'relayed']);
    expect(peer.commands.some((line) => line.includes('mallory'))).toBe(false);
  });
});
