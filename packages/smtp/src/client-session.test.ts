import { describe, expect, it } from 'vitest';
import { ClientSession, type ClientEvent, type ClientTransaction } from './index.ts';
import { latin1, octets } from '../test/octets.ts';

const wrongState = expect.objectContaining({ name: 'SmtpError', code: 'wrong-state' });
const notAnnounced = expect.objectContaining({ code: 'not-announced' });
const badArgument = expect.objectContaining({ code: 'bad-argument' });

function hear(client: ClientSession, text: string): ClientEvent[] {
  client.receive(octets(text));
  const events: ClientEvent[] = [];
  for (let event = client.next(); event !== undefined; event = client.next()) events.push(event);
  return events;
}

function said(client: ClientSession): string {
  return latin1(client.takeOutput() ?? new Uint8Array(0));
}

function ready(...keywords: string[]): ClientSession {
  const client = new ClientSession({ clientName: 'client.example' });
  hear(client, '220 mx\r\n');
  hear(
    client,
    ['mx', ...keywords].map((word, index) => `250${index === keywords.length ? ' ' : '-'}${word}\r\n`).join(''),
  );
  said(client);
  return client;
}

function envelope(
  mail: [string, string?][] = [],
  rcpt: [string, string?][] = [],
  more: Partial<ClientTransaction> = {},
): ClientTransaction {
  const read = ([keyword, value]: [string, string?]): { keyword: string; value?: string } => ({
    keyword,
    ...(value !== undefined && { value }),
  });
  return {
    reversePath: 'a@b.example',
    mailParameters: mail.map(read),
    recipients: [{ forwardPath: 'u@x.example', parameters: rcpt.map(read) }],
    ...more,
  };
}

describe('RFC 5321 §4.1.1.3 R5321-4.1.1.3-a R3461-5.2.1-c2: no parameter beyond what was announced, none invented', () => {
  it.each<[string, [string, string?][], [string, string?][], string[]]>([
    ['RET', [['RET', 'FULL']], [], ['DSN']],
    ['ENVID', [['ENVID', 'a+2Bb']], [], ['DSN']],
    ['NOTIFY', [], [['notify', 'NEVER']], ['DSN']],
    ['ORCPT', [], [['ORCPT', 'RFC822;Bob@X']], ['DSN']],
    ['SIZE', [['SIZE', '10']], [], ['SIZE']],
    ['BODY', [['BODY', '8BITMIME']], [], ['8BITMIME']],
    ['SMTPUTF8', [['SMTPUTF8']], [], ['SMTPUTF8']],
    ['MT-PRIORITY', [['MT-PRIORITY', '3']], [], ['MT-PRIORITY']],
    ['HOLDFOR', [['HOLDFOR', '60']], [], ['FUTURERELEASE']],
    ['BY', [['BY', '120;R']], [], ['DELIVERBY']],
    ['RRVS', [], [['RRVS', '2014-04-03T23:01:00Z']], ['RRVS']],
    ['XVERP', [['XVERP']], [], ['XVERP']],
  ])('%s', (_, mail, rcpt, keywords) => {
    const transaction = envelope(mail, rcpt);
    const plain = ready('OTHER');
    expect(() => plain.begin(transaction)).toThrow(notAnnounced);
    expect(said(plain)).toBe('');
    expect(plain.canBegin).toBe(true);
    const able = ready(...keywords.map((keyword) => `${keyword.toLowerCase()} 1 2`), 'PIPELINING');
    able.begin(transaction);
    const list = (parameters: [string, string?][]): string =>
      parameters.map(([name, value]) => ` ${name}${value === undefined ? '' : `=${value}`}`).join('');
    expect(said(able)).toBe(`MAIL FROM:<a@b.example>${list(mail)}\r\nRCPT TO:<u@x.example>${list(rcpt)}\r\nDATA\r\n`);
  });

  it('RFC 3030 §3: BINARYMIME needs its own keyword and chunks', () => {
    const binary: [string, string?][] = [['BODY', 'BinaryMIME']];
    expect(() => ready('8BITMIME', 'CHUNKING', 'PIPELINING').begin(envelope(binary, [], { chunking: true }))).toThrow(
      notAnnounced,
    );
    expect(() => ready('BINARYMIME', 'CHUNKING', 'PIPELINING').begin(envelope(binary))).toThrow(badArgument);
    expect(() => ready('CHUNKING').begin(envelope([], [], { chunking: true }))).toThrow(notAnnounced);
    expect(() => ready('PIPELINING').begin(envelope([], [], { chunking: true }))).toThrow(notAnnounced);
  });
});

describe('RFC 5321 §4.1.2: an envelope that can’t be said is not begun', () => {
  it.each<[string, ClientTransaction]>([
    ['a line end in the reverse-path', envelope([], [], { reversePath: 'a@b.example>\r\nRCPT TO:<x@y' })],
    ['a line end in the forward-path', envelope([], [], { recipients: [{ forwardPath: 'a\n@b', parameters: [] }] })],
    ['a null forward-path', envelope([], [], { recipients: [{ forwardPath: '', parameters: [] }] })],
    ['a line end in a parameter', envelope([['ENVID', 'a\r\nRSET']])],
    ['a space in a parameter', envelope([['ENVID', 'a b']])],
    ['UTF-8 without SMTPUTF8', envelope([], [], { reversePath: 'jörg@b.example' })],
    ['nobody to send to', envelope([], [], { recipients: [] })],
  ])('%s', (_, transaction) => {
    const client = ready('DSN', 'PIPELINING', 'SMTPUTF8');
    expect(() => client.begin(transaction)).toThrow(badArgument);
    expect(said(client)).toBe('');
    expect(client.canBegin).toBe(true);
  });

  it('RFC 6531 §3.4: UTF-8 with SMTPUTF8', () => {
    const client = ready('SMTPUTF8', 'PIPELINING');
    client.begin(envelope([['SMTPUTF8']], [], { recipients: [{ forwardPath: 'jörg@x.example', parameters: [] }] }));
    expect(new TextDecoder().decode(client.takeOutput())).toContain('RCPT TO:<jörg@x.example>\r\n');
  });

  it('a name that EHLO can’t say', () => {
    for (const clientName of ['', 'two words', 'a\r\nb', 'é'])
      expect(() => new ClientSession({ clientName })).toThrow(badArgument);
  });
});

describe('what the owner does', () => {
  it('calls that do not fit the state throw', () => {
    const client = new ClientSession({ clientName: 'client.example' });
    expect(client.canBegin).toBe(false);
    expect(() => client.begin(envelope())).toThrow(wrongState);
    expect(() => client.content(octets('x'))).toThrow(wrongState);
    expect(() => client.endContent()).toThrow(wrongState);
    expect(() => client.quit()).toThrow(wrongState);
    expect(() => client.reset()).toThrow(wrongState);
    expect(() => client.secured()).toThrow(wrongState);
    expect(() => client.respond()).toThrow(wrongState);
    expect(() => client.startTls()).toThrow(notAnnounced);
    expect(() => client.authenticate('PLAIN')).toThrow(notAnnounced);
    const other = ready('AUTH PLAIN', 'STARTTLS');
    expect(() => other.authenticate('LOGIN')).toThrow(notAnnounced);
    other.begin(envelope());
    expect(() => other.startTls()).toThrow(wrongState);
    expect(() => other.authenticate('PLAIN')).toThrow(wrongState);
    expect(() => other.begin(envelope())).toThrow(wrongState);
    expect(() => other.quit()).toThrow(wrongState);
  });

  it('RFC 3030 §2: after chunks the next group waits for the reply', () => {
    const client = ready('CHUNKING', 'PIPELINING');
    client.begin(envelope([], [], { chunking: true }));
    hear(client, '250\r\n250\r\n');
    client.content(new Uint8Array(0));
    client.content(octets('x\r\n'));
    client.endContent();
    expect(client.canBegin).toBe(false);
    hear(client, '250\r\n250\r\n');
    expect(client.canBegin).toBe(true);
  });

  it('RFC 3030 §2: no chunk follows a refused one, RSET does', () => {
    const client = ready('CHUNKING', 'PIPELINING');
    client.begin(envelope([], [], { chunking: true }));
    hear(client, '250\r\n250\r\n');
    client.content(octets('a\r\n'));
    client.content(octets('b\r\n'));
    said(client);
    hear(client, '552 5.3.4 too big\r\n');
    client.content(octets('c\r\n'));
    client.endContent();
    expect(said(client)).toBe('RSET\r\n');
    expect(client.canBegin).toBe(false);
    expect(hear(client, '503 a chunk failed\r\n')).toEqual([]);
    expect(hear(client, '250 reset\r\n')).toMatchObject([
      { kind: 'done', recipients: [{ accepted: false, stage: 'content', reply: { status: '5.3.4' } }] },
    ]);
    client.begin(envelope());
    expect(said(client)).toMatch(/^MAIL/);
  });

  it('RFC 3030 §2: a server that refuses a chunk and hangs up has refused the message', () => {
    for (const before of [true, false]) {
      const client = ready('CHUNKING', 'PIPELINING');
      client.begin(envelope([], [], { chunking: true }));
      hear(client, '250\r\n250\r\n');
      client.content(octets('a\r\n'));
      if (before) client.endContent();
      hear(client, '552 5.3.4 too big\r\n');
      client.eof();
      expect(hear(client, '')).toMatchObject([
        { kind: 'done', recipients: [{ accepted: false, stage: 'content', reply: { status: '5.3.4' } }] },
        { kind: 'closed', reason: 'lost' },
      ]);
    }
  });

  it.each([
    ['500 What?', 'HELO client.example\r\n'],
    ['502 5.5.1 Not here', 'HELO client.example\r\n'],
    ['421 Later', ''],
  ])('RFC 5321 §3.2: after %j to EHLO comes %j', (reply, command) => {
    const client = new ClientSession({ clientName: 'client.example' });
    hear(client, '220 mx\r\n');
    client.takeOutput();
    hear(client, `${reply}\r\n`);
    expect(latin1(client.takeOutput() ?? new Uint8Array())).toBe(command);
  });

  it('RFC 5321 §4.5.3.2 R5321-4.5.3.2-a: which time-out applies', () => {
    const minute = 60_000;
    const client = new ClientSession({ clientName: 'client.example' });
    expect(client.timeoutMs).toBe(5 * minute);
    hear(client, '220 mx\r\n');
    expect(client.timeoutMs).toBe(5 * minute);
    hear(client, '250 mx\r\n');
    expect(client.timeoutMs).toBeUndefined();
    client.begin(envelope());
    expect(client.timeoutMs).toBe(5 * minute);
    hear(client, '250\r\n');
    expect(client.timeoutMs).toBe(5 * minute);
    hear(client, '250\r\n');
    expect(client.timeoutMs).toBe(2 * minute);
    hear(client, '354\r\n');
    expect(client.timeoutMs).toBe(3 * minute);
    client.endContent();
    expect(client.timeoutMs).toBe(10 * minute);
    client.eof();
    hear(client, '');
    expect(client.closed).toBe(true);
    expect(client.timeoutMs).toBeUndefined();
  });

  it('what came before the end is still read', () => {
    const client = ready('PIPELINING');
    client.begin(envelope());
    hear(client, '250\r\n250\r\n354\r\n');
    client.content(octets('x'));
    client.endContent();
    client.receive(octets('250 2.0.0 queued\r\n'));
    client.eof();
    client.timeout();
    expect(hear(client, '')).toMatchObject([
      { kind: 'done', recipients: [{ accepted: true, stage: 'content' }] },
      { kind: 'closed', reason: 'lost' },
    ]);
    expect(hear(client, '250 more\r\n')).toEqual([]);
  });

  it('RFC 5321 §3.8: 421 to QUIT closes once', () => {
    const client = ready();
    client.quit();
    expect(hear(client, '421 anyway\r\n')).toMatchObject([{ kind: 'closed', reason: 'quit' }]);
  });

  it('a server that does not answer QUIT is told apart from one that hangs up', () => {
    const [silent, gone] = [ready(), ready()];
    for (const client of [silent, gone]) client.quit();
    silent.timeout();
    gone.eof();
    expect(hear(silent, '')).toEqual([{ kind: 'closed', reason: 'timeout' }]);
    expect(hear(gone, '')).toEqual([{ kind: 'closed', reason: 'quit' }]);
  });

  it('RFC 3207 §4.2: a session that was closed while TLS began stays closed', () => {
    const client = ready('STARTTLS');
    client.startTls();
    expect(hear(client, '220 go\r\n')).toEqual([{ kind: 'tls' }]);
    client.eof();
    expect(hear(client, '')).toEqual([{ kind: 'closed', reason: 'lost' }]);
    client.secured();
    expect(said(client)).toBe('STARTTLS\r\n');
  });

  it('RFC 3207 §4.2: what was offered in the clear counts no longer once TLS is up', () => {
    const client = ready('STARTTLS', 'AUTH PLAIN');
    client.startTls();
    hear(client, '220 go\r\n');
    client.secured();
    expect(client.extensions.size).toBe(0);
  });

  it('RFC 3207 §4.2: half a reply in the clear behind the 220 is not the head of the reply inside TLS', () => {
    const client = ready('STARTTLS');
    client.startTls();
    client.receive(octets('220 go\r\n250-mx\r\n250-AUTH PLAIN\r\n'));
    expect(client.next()).toEqual({ kind: 'tls' });
    client.secured();
    expect(hear(client, '250-mx\r\n250 DSN\r\n')).toMatchObject([
      { kind: 'closed', reason: 'protocol', error: { code: 'unexpected-reply' } },
    ]);
    expect(said(client)).toBe('STARTTLS\r\n');
    expect(client.extensions).not.toContain('AUTH');
  });

  it('RFC 2920 §3.1: nothing goes out behind STARTTLS and AUTH before their reply', () => {
    for (const begin of [
      (client: ClientSession) => client.startTls(),
      (client: ClientSession) => client.authenticate('PLAIN', octets('\0me\0secret')),
    ]) {
      const client = ready('PIPELINING', 'STARTTLS', 'AUTH PLAIN');
      begin(client);
      expect(client.canBegin).toBe(false);
      expect(() => client.begin(envelope())).toThrow(wrongState);
      expect(() => client.quit()).toThrow(wrongState);
      hear(client, '454 later\r\n');
      expect(client.canBegin).toBe(true);
    }
  });

  it('RFC 4954 §4: an initial response that makes AUTH too long waits for the challenge', () => {
    const client = ready('AUTH XOAUTH2');
    // "AUTH XOAUTH2 " and 496 characters are 509 octets; base64 goes up by four.
    client.authenticate('XOAUTH2', new Uint8Array(372));
    expect(said(client)).toBe(`AUTH XOAUTH2 ${'A'.repeat(496)}\r\n`);
    hear(client, '535 wrong\r\n');
    client.authenticate('XOAUTH2', new Uint8Array(375));
    expect(said(client)).toBe('AUTH XOAUTH2\r\n');
    expect(hear(client, '334 \r\n')).toEqual([]);
    expect(said(client)).toBe(`${'A'.repeat(500)}\r\n`);
    expect(hear(client, '334 e30=\r\n')).toMatchObject([{ kind: 'challenge' }]);
    client.respond(new Uint8Array(0));
    expect(hear(client, '535 wrong\r\n')).toMatchObject([{ kind: 'auth-refused' }]);
    // One octet more than a command line has: "AUTH PLAIN ", 500 characters and CRLF are 513.
    const plain = ready('AUTH PLAIN');
    plain.authenticate('PLAIN', new Uint8Array(375));
    expect(said(plain)).toBe('AUTH PLAIN\r\n');
  });

  it('RFC 4954 §4: only 334 is a challenge; anything else that begins with 3 is given up', () => {
    const client = ready('AUTH LOGIN');
    client.authenticate('LOGIN');
    said(client);
    expect(hear(client, '350 e30=\r\n')).toEqual([]);
    expect(said(client)).toBe('*\r\n');
    expect(hear(client, '501 cancelled\r\n')).toMatchObject([{ kind: 'auth-refused' }]);
  });

  it('RFC 5321 §4.2.1: 250 in the middle of the content accepts nothing', () => {
    const client = ready();
    client.begin(envelope());
    for (const reply of ['250 ok', '250 ok', '354 go']) hear(client, `${reply}\r\n`);
    client.content(octets('Subject: x\r\n\r\n'));
    const [done, closed] = hear(client, '250 2.0.0 queued\r\n');
    expect(done).toMatchObject({ kind: 'done', recipients: [{ accepted: false, stage: 'data' }] });
    expect(closed).toMatchObject({ kind: 'closed', reason: 'protocol' });
  });

  it.each(['451 4.3.1 disk full', '552 5.3.4 too large'])(
    'RFC 5321 §4.2.1: %s in the middle of the content is why the recipients were refused, and the dot is not sent',
    (line) => {
      const client = ready();
      const two = ['ok@x.example', 'no@x.example'].map((forwardPath) => ({ forwardPath, parameters: [] }));
      client.begin(envelope([], [], { recipients: two }));
      for (const reply of ['250 ok', '250 ok', '550 5.1.1 who?', '354 go']) hear(client, `${reply}\r\n`);
      said(client);
      client.content(octets('Subject: x\r\n\r\n'));
      expect(hear(client, `${line}\r\n`)).toMatchObject([
        {
          kind: 'done',
          recipients: [
            { accepted: false, stage: 'content', reply: { raw: [line] } },
            { accepted: false, stage: 'rcpt', reply: { code: 550 } },
          ],
        },
        { kind: 'closed', reason: 'protocol' },
      ]);
      expect(said(client)).toBe('Subject: x\r\n\r\n');
    },
  );

  it('RFC 5321 §4.2.1: a refusal that is read only behind the dot is none of the content: the server may have taken it', () => {
    const client = ready();
    client.begin(envelope());
    for (const reply of ['250 ok', '250 ok', '354 go']) hear(client, `${reply}\r\n`);
    client.content(octets('Subject: x\r\n\r\n'));
    client.receive(octets('451 4.3.1 disk full\r\n'));
    client.endContent();
    const done = client.next();
    expect(done).toMatchObject({ kind: 'done' });
    expect(done?.kind === 'done' && done.recipients).toEqual([{ accepted: false, stage: 'content' }]);
  });

  it('a refusal before any content has been sent answers nothing', () => {
    const client = ready();
    client.begin(envelope());
    for (const reply of ['250 ok', '250 ok', '354 go']) hear(client, `${reply}\r\n`);
    const [done] = hear(client, '552 5.3.4 too large\r\n');
    expect(done).toMatchObject({ kind: 'done', recipients: [{ accepted: false, stage: 'data' }] });
    expect(done).not.toHaveProperty('recipients.0.reply');
  });

  it('passes content on without a copy', () => {
    const client = ready('PIPELINING');
    client.begin(envelope());
    hear(client, '250\r\n250\r\n354\r\n');
    said(client);
    const chunk = octets('Subject: x\r\n\r\ntext\r\n');
    client.content(chunk);
    expect(client.takeOutput()!.buffer).toBe(chunk.buffer);
  });
});

describe('RFC 5321 §2.1: a reply answers a command that was said before it came', () => {
  const unexpected = { kind: 'closed', reason: 'protocol', error: { code: 'unexpected-reply' } };

  it.each([
    ['MAIL', [], '250 ok\r\n250 twice\r\n', 'rcpt'],
    ['RCPT', ['250 ok\r\n'], '250 ok\r\n354 go\r\n', 'data'],
    ['DATA', ['250 ok\r\n', '250 ok\r\n'], '354 go\r\n250 queued\r\n', 'content'],
  ])('without PIPELINING: two replies to %s: none is put down to the next command', (_, before, twice, stage) => {
    const client = ready();
    client.begin(envelope());
    for (const text of before) hear(client, text);
    client.receive(octets(twice));
    const events: ClientEvent[] = [];
    for (let event = client.next(); event !== undefined; event = client.next()) {
      events.push(event);
      if (event.kind === 'content-wanted') client.endContent();
    }
    expect(events.at(-1)).toMatchObject(unexpected);
    expect(events.find(({ kind }) => kind === 'done')).toMatchObject({ recipients: [{ accepted: false, stage }] });
    expect(events.find(({ kind }) => kind === 'done')).not.toHaveProperty('recipients.0.reply');
  });

  it('with PIPELINING too, where the next command could not go out yet', () => {
    const client = ready('PIPELINING');
    client.begin(envelope());
    client.receive(octets('250\r\n250\r\n354\r\n250 queued before it was sent\r\n'));
    const events: ClientEvent[] = [];
    for (let event = client.next(); event !== undefined; event = client.next()) {
      events.push(event);
      if (event.kind === 'content-wanted') client.endContent();
    }
    expect(events).toMatchObject([
      { kind: 'content-wanted' },
      { kind: 'done', recipients: [{ accepted: false }] },
      unexpected,
    ]);
  });

  it('whatever follows the greeting at once is no reply to EHLO', () => {
    const client = new ClientSession({ clientName: 'client.example' });
    expect(hear(client, '220 mx\r\n250 mx\r\n')).toMatchObject([unexpected]);
  });

  it('421 may come at any time', () => {
    const client = ready();
    client.begin(envelope());
    expect(hear(client, '250 ok\r\n421 bye\r\n')).toMatchObject([
      { kind: 'done', recipients: [{ accepted: false, stage: 'rcpt', reply: { code: 421 } }] },
      { kind: 'closed', reason: 'shutdown' },
    ]);
  });
});

it('RFC 5321 §4.1.1.1 R5321-4.1.1.1-a R3461-2-b R6531-3.1-d R2852-2-a: keywords in any case, their parameters kept, what is no keyword passed over', () => {
  const client = ready(
    'dsn 1',
    'Size 1000 ',
    'AUTH=LOGIN',
    '-x',
    'auth PLAIN LOGIN',
    'SMTPUTF8 x',
    'DELIVERBY 240',
    '',
  );
  expect([...client.extensions]).toEqual([
    ['DSN', '1'],
    ['SIZE', '1000'],
    ['AUTH', 'PLAIN LOGIN'],
    ['SMTPUTF8', 'x'],
    ['DELIVERBY', '240'],
  ]);
});
