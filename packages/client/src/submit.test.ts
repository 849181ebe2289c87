import { afterEach, describe, expect, it } from 'vitest';
import { certificate } from '../test/certificate.ts';
import { startTestServer, type TestServer, type TestServerOptions } from '../test/server.ts';
import { ClientError, submit, type Connection, type Message, type SubmitOptions, type Submitted } from './index.ts';
import { connectTo } from './node.ts';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const message: Message = {
  from: 'alice@example.org',
  ret: 'HDRS',
  envid: 'QQ+314',
  to: [
    { address: 'bob@example.com', notify: ['success', 'failure'], orcpt: 'same' },
    { address: 'carol@example.net', notify: 'never', orcpt: { type: 'rfc822', address: 'c+x@example.net' } },
    { address: 'dave@example.net' },
  ],
  content: new TextEncoder().encode('Subject: hi\r\n\r\n.dot\r\n'),
};

async function offer(
  options: TestServerOptions,
  manner: Partial<SubmitOptions> = { startTls: 'off' },
  changes: Partial<Message> = {},
): Promise<Submitted> {
  const { port } = (server ??= await startTestServer(options));
  const tlsOptions = { ca: certificate.cert, servername: 'mx.example.net' };
  const connect = (): ReturnType<typeof connectTo> => connectTo({ host: '127.0.0.1', port, tlsOptions });
  return await submit({ ...message, ...changes }, { connect, ...manner });
}

describe('submit', () => {
  it('RFC 3461 §4: says NOTIFY and ORCPT of each recipient, RET and ENVID', async () => {
    const { recipients, dsn } = await offer({});
    expect(server?.heard).toEqual([
      'mail alice@example.org SIZE=21 RET=HDRS ENVID=QQ+2B314',
      'rcpt bob@example.com NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@example.com',
      'rcpt carol@example.net NOTIFY=NEVER ORCPT=rfc822;c+2Bx@example.net',
      'rcpt dave@example.net',
      'content Subject: hi\r\n\r\n.dot\r\n',
      'end-of-content',
    ]);
    expect(recipients.map(({ address, accepted }) => [address, accepted])).toEqual([
      ['bob@example.com', true],
      ['carol@example.net', true],
      ['dave@example.net', true],
    ]);
    expect(dsn).toBe(true);
  });

  it('RFC 5321 §3.3: a refused recipient is told, the others get the message', async () => {
    const to = [{ address: 'nobody@example.org' }, { address: 'bob@example.com' }];
    const { recipients } = await offer({}, undefined, { to });
    expect(recipients.map(({ accepted, stage, reply }) => [accepted, stage, reply?.code])).toEqual([
      [false, 'rcpt', 550],
      [true, 'content', 250],
    ]);
    const none = await offer({}, undefined, { to: to.slice(0, 1) });
    expect(none.recipients[0]).toMatchObject({ accepted: false, reply: { status: '5.1.1' } });
  });

  it('RFC 3461 §5.2.2(a): to a server without DSN nothing is sent, unless it may do without', async () => {
    const extensions = { pipelining: true };
    await expect(offer({ extensions })).rejects.toMatchObject({ name: 'ClientError', code: 'dsn-not-offered' });
    expect(server?.heard).toEqual([]);
    const { dsn } = await offer({ extensions }, { startTls: 'off', withoutDsn: 'send' });
    expect(dsn).toBe(false);
    expect(server?.heard.slice(0, 3)).toEqual([
      'mail alice@example.org',
      'rcpt bob@example.com',
      'rcpt carol@example.net',
    ]);
  });

  it.each([
    ['RET', { ret: 'HDRS' }, {}],
    ['ENVID', { envid: 'QQ314159' }, {}],
    ['NOTIFY', {}, { notify: 'never' }],
    ['ORCPT', {}, { orcpt: 'same' }],
  ] as const)('RFC 3461 §5.4: no word of DSN is dropped unasked: %s alone', async (keyword, request, wish) => {
    const asked: Message = {
      from: 'alice@example.org',
      to: [{ address: 'bob@example.com', ...wish }],
      content: message.content,
      ...request,
    };
    const { port } = (server = await startTestServer({ extensions: { pipelining: true } }));
    const connect = (): Promise<Connection> => connectTo({ host: '127.0.0.1', port });
    await expect(submit(asked, { connect, startTls: 'off' })).rejects.toMatchObject({
      code: 'dsn-not-offered',
      message: expect.stringContaining(keyword) as string,
    });
    expect(server.heard).toEqual([]);
  });

  it.each([
    ['was taken', ['354 go\r\n', '250 2.0.0 taken\r\n']],
    ['was refused', ['554 5.0.0 no\r\n']],
    ['could not be tried', []],
  ])('RFC 5321 §4.1.1.10: a connection is closed once the message %s', async (_, replies) => {
    const envelope = '250 ok\r\n'.repeat(4);
    const greeted = replies.length === 0 ? [] : ['220 mx\r\n', '250-mx\r\n250-PIPELINING\r\n250 DSN\r\n', envelope];
    let closed = 0;
    const connection = {
      ...scripted([...greeted, ...replies], 9),
      close: () => {
        closed++;
      },
    };
    await submit(message, { connect: () => Promise.resolve(connection) }).catch(() => undefined);
    expect(closed).toBe(1);
  });

  describe('FUTURERELEASE', () => {
    const futureRelease = { maxInterval: 3600, maxDateTime: '2030-01-01T00:00:00Z' };
    const extensions = { pipelining: true, dsn: true, futureRelease };
    const plain = { startTls: 'off' } as const;

    it.each([
      [{ holdFor: 3600 }, 'HOLDFOR=3600'],
      [{ holdUntil: new Date('2030-01-01T00:00:00Z') }, 'HOLDUNTIL=2030-01-01T00:00:00Z'],
    ])('RFC 4865 §4.1(2): asks for it once: %o', async (request, said) => {
      await offer({ extensions }, plain, request);
      expect(server?.heard[0]).toBe(`mail alice@example.org RET=HDRS ENVID=QQ+2B314 ${said}`);
    });

    it.each([
      [{ holdFor: 3601 }, '3600 seconds at most'],
      [{ holdUntil: new Date('2030-01-01T00:00:01Z') }, '2030-01-01T00:00:00Z at the latest'],
    ])('RFC 4865 §4.1(3) §4.1(4): never for longer than the server does: %o', async (request, limit) => {
      await expect(offer({ extensions }, plain, request)).rejects.toMatchObject({
        name: 'ClientError',
        code: 'hold-too-long',
        message: `the server holds no message for so long: ${limit}`,
      });
      expect(server?.heard).toEqual([]);
    });

    it('RFC 4865 §4.1(1): a server without it is not given what was to be held', async () => {
      const refused = { code: 'extension-not-offered', message: expect.stringContaining('HOLDFOR') };
      await expect(offer({}, plain, { holdFor: 60 })).rejects.toMatchObject(refused);
      expect(server?.heard).toEqual([]);
    });

    it.each([
      ['zero', { holdFor: 0 }],
      ['half a second', { holdFor: 0.5 }],
      ['ten digits', { holdFor: 1_000_000_000 }],
      ['no date', { holdUntil: new Date(Number.NaN) }],
      ['both', { holdFor: 60, holdUntil: new Date('2030-01-01T00:00:00Z') }],
    ])('RFC 4865 §3: is refused before any server is bothered: %s', async (_, request) => {
      const connect = (): Promise<Connection> => Promise.reject(new Error('opened'));
      await expect(submit({ ...message, ...request }, { connect })).rejects.toMatchObject({
        name: 'EsmtpParameterError',
      });
    });
  });

  it('RFC 3207 §4: goes over to TLS, checks the certificate, and logs in behind it', async () => {
    const options = { tls: certificate, login: 'me secret' };
    await offer(options, { credentials: { user: 'me', password: 'secret' } });
    expect(server?.heard.slice(0, 2)).toEqual(['starttls', 'auth']);
    await expect(offer(options, { credentials: { user: 'me', password: 'wrong' } })).rejects.toMatchObject({
      code: 'authentication',
      reply: { code: 535 },
    });
    const { port } = server ?? { port: 0 };
    await expect(submit(message, { connect: () => connectTo({ host: '127.0.0.1', port }) })).rejects.toThrow(
      /self-signed|certificate/,
    );
  });

  it('RFC 3207 §4: insists on TLS unless told otherwise, and says no password without it', async () => {
    await expect(offer({}, {})).rejects.toMatchObject({
      code: 'tls-not-offered',
      message: expect.stringContaining("startTls: 'off'") as string,
    });
    const credentials = { user: 'me', password: 'secret' };
    await expect(offer({}, { startTls: 'if-offered', credentials })).rejects.toMatchObject({
      code: 'password-in-clear',
    });
    await offer({}, { startTls: 'if-offered' });
    expect(server?.heard).toContain('end-of-content');
  });

  it('RFC 6152 §3: content beyond ASCII waits for a server that takes it', async () => {
    const content = new TextEncoder().encode('Subject: h\r\n\r\né\r\n');
    await expect(offer({ extensions: { dsn: true } }, undefined, { content })).rejects.toMatchObject({
      code: 'extension-not-offered',
    });
    await server?.stop();
    server = undefined;
    await offer({}, undefined, { content });
    expect(server).toHaveProperty('heard.0', 'mail alice@example.org SIZE=18 BODY=8BITMIME RET=HDRS ENVID=QQ+2B314');
  });

  it('RFC 6152 §3: the least octet beyond ASCII is one: the euro sign of windows-1252', async () => {
    const content = Uint8Array.of(...new TextEncoder().encode('Subject: 5 '), 0x80, 0x0d, 0x0a, 0x0d, 0x0a);
    await offer({}, undefined, { content });
    expect(server?.heard[0]).toContain(' BODY=8BITMIME ');
  });

  it('RFC 3461 §4.2: an address that is too long for ORCPT goes without to a server with DSN', async () => {
    // Each "+" is three octets of xtext, and with them the parameter had more than 500.
    const address = `${'+'.repeat(170)}@example.com`;
    const { dsn } = await offer({}, undefined, { to: [{ address, notify: ['failure'], orcpt: 'same' }] });
    expect(dsn).toBe(true);
    expect(server?.heard[1]).toBe(`rcpt ${address} NOTIFY=FAILURE`);
  });

  it('RFC 5321 §3.3: a message to nobody is refused before a connection is opened', async () => {
    let opened = 0;
    const connect = (): Promise<Connection> => {
      opened++;
      return Promise.resolve(scripted([], 0));
    };
    await expect(submit({ ...message, to: [] }, { connect })).rejects.toMatchObject({
      name: 'ClientError',
      code: 'no-recipients',
    });
    expect(opened).toBe(0);
  });

  it('RFC 5321 §4.2.1: a refusal in the middle of the content is told', async () => {
    const replies = ['220 mx\r\n', '250-mx\r\n250-PIPELINING\r\n250 DSN\r\n', `${'250 ok\r\n'.repeat(4)}354 go\r\n`];
    const connect = (): Promise<Connection> => Promise.resolve(scripted([...replies, '552 5.3.4 too large\r\n'], 2));
    const { recipients } = await submit(message, { connect, startTls: 'off' });
    expect(recipients.map(({ accepted, stage, reply }) => [accepted, stage, reply?.status])).toEqual(
      message.to.map(() => [false, 'content', '5.3.4']),
    );
  });

  it('RFC 1047 §3: a connection that breaks behind the content leaves the outcome open', async () => {
    const { recipients } = await offer({ dropAt: 'end-of-content' });
    expect(recipients.map(({ stage, accepted, reply }) => [stage, accepted, reply])).toEqual(
      message.to.map(() => ['content', false, undefined]),
    );
  });

  it('RFC 5321 §4.2.1: a reply that came before the connection broke still counts', async () => {
    const connect = (): Promise<Connection> =>
      Promise.resolve(scripted(['220 mx\r\n', '250-mx\r\n250 DSN\r\n', '421 4.3.2 closing\r\n'], 1));
    const { recipients } = await submit(message, { connect });
    expect(recipients.map(({ stage, reply }) => [stage, reply?.status])).toEqual(
      message.to.map(() => ['mail', '4.3.2']),
    );
  });

  it('RFC 5321 §4.5.3.2.5: content that the server takes no more of is given up, and nobody has taken it', async () => {
    const given: number[] = [];
    const replies = ['220 mx\r\n', '250-mx\r\n250-PIPELINING\r\n250 DSN\r\n', `${'250 ok\r\n'.repeat(4)}354 go\r\n`];
    const connect = (): Promise<Connection> => Promise.resolve(scripted(replies, 2, given));
    let pieces = 0;
    const content = (function* () {
      for (; pieces < 100; pieces++) yield new TextEncoder().encode('and more\r\n');
    })();
    const { recipients } = await submit({ ...message, content }, { connect });
    expect(given.at(-1)).toBe(180_000);
    expect(pieces).toBeLessThan(3);
    expect(recipients.map(({ accepted, stage, reply }) => [accepted, stage, reply])).toEqual(
      message.to.map(() => [false, 'data', undefined]),
    );
  });

  it('RFC 5321 §4.1.1.10: says QUIT, and does not wait long for a reply that settles nothing', async () => {
    const replies = ['220 mx\r\n', '250-mx\r\n250-PIPELINING\r\n250 DSN\r\n', '250\r\n550\r\n550\r\n550\r\n554\r\n'];
    const waited: number[] = [];
    const connection = scripted(replies, 9, [], waited);
    await submit(message, { connect: () => Promise.resolve(connection) });
    expect(waited).toEqual([300_000, 300_000, 300_000, 5000]);
  });

  it('RFC 5321 §4.1.1.10: what goes wrong behind QUIT does not make a message that was taken one that failed', async () => {
    const replies = ['220 mx\r\n', '250-mx\r\n250-PIPELINING\r\n250 DSN\r\n', `${'250 ok\r\n'.repeat(4)}354 go\r\n`];
    const given = scripted([...replies, '250 2.0.0 taken\r\n'], 9);
    const read: Connection['read'] = (timeoutMs) =>
      timeoutMs === 5000 ? Promise.reject(new Error('gone')) : given.read(timeoutMs);
    const { recipients } = await submit(message, { connect: () => Promise.resolve({ ...given, read }) });
    expect(recipients.map(({ accepted }) => accepted)).toEqual([true, true, true]);
  });

  it('tells a connection that can not be made, and a value that can not be said', async () => {
    const nowhere = { connect: () => connectTo({ host: '127.0.0.1', port: 1, connectTimeoutMs: 5000 }) };
    await expect(submit(message, nowhere)).rejects.toBeInstanceOf(ClientError);
    await expect(submit({ ...message, envid: 'é' }, nowhere)).rejects.toMatchObject({ name: 'EsmtpParameterError' });
  });

  it('takes content in pieces', async () => {
    await offer({}, undefined, { content: [Buffer.from('Subject: a\r\n'), Buffer.from('\r\nb\r\n')] });
    expect(server?.heard.filter((note) => note.startsWith('content')).join('')).toContain('b\r\n');
  });
});

/** A connection that reads what is given and breaks at a write after so many. */
function scripted(
  replies: readonly string[],
  writes: number,
  timeouts: number[] = [],
  waited: number[] = [],
): Connection {
  const arrived = replies.map((reply) => new TextEncoder().encode(reply));
  let left = writes;
  return {
    secure: true,
    write: (_, timeoutMs) => {
      timeouts.push(timeoutMs);
      return left-- > 0 ? Promise.resolve() : Promise.reject(new Error('broken'));
    },
    read: (timeoutMs) => {
      waited.push(timeoutMs);
      return Promise.resolve(arrived.shift() ?? 'end');
    },
    startTls: () => Promise.reject(new Error('not here')),
    close: () => undefined,
  };
}
