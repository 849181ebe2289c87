import { describe, expect, it } from 'vitest';
import { type ServerEvent, type ServerExtensions, ServerSession, type ServerSessionOptions } from './index.ts';
import { latin1, octets } from '../test/octets.ts';

const wrongState = expect.objectContaining({ name: 'SmtpError', code: 'wrong-state' });

/** A session that has been greeted with EHLO (or LHLO), its output taken. */
function greeted(extensions: ServerExtensions = {}, options: Partial<ServerSessionOptions> = {}): ServerSession {
  const session = new ServerSession({
    hostname: 'mx.example.org',
    extensions: { enhancedStatusCodes: true, ...extensions },
    ...options,
  });
  session.start();
  say(session, `${options.protocol === 'lmtp' ? 'LHLO' : 'EHLO'} client.example\r\n`);
  return session;
}

/** Says lines, answers each event positively, returns what the session says. */
function say(session: ServerSession, text: string): string {
  session.receive(octets(text));
  for (let event = session.next(); event !== undefined; event = session.next()) {
    if (session.paused && event.kind !== 'content' && event.kind !== 'reset') session.answer();
  }
  return latin1(session.takeOutput() ?? new Uint8Array(0));
}

/** The event that waits after some lines. */
function upTo(session: ServerSession, text: string): ServerEvent | undefined {
  session.receive(octets(text));
  return session.next();
}

const ENVELOPE = 'MAIL FROM:<a@b.example>\r\nRCPT TO:<u@x.example>\r\n';

describe('RFC 5321 §4.5.3.1.4: the length of a command line', () => {
  /** A line of exactly so many octets, CRLF included; a local-part alone would be refused for its own length. */
  const noop = (length: number): string => `NOOP ${'x'.repeat(length - 7)}\r\n`;
  const padded = (line: string, length: number): string => `${line}${' '.repeat(length - 2 - line.length)}\r\n`;

  it('R5321-4.5.3.1.4-a: 512 octets are taken, 513 are not, and the next command is read', () => {
    const session = greeted();
    expect(say(session, noop(512))).toBe('250 2.0.0 Ok\r\n');
    expect(say(session, `${noop(513)}NOOP\r\n`)).toBe('500 5.5.2 Line too long\r\n250 2.0.0 Ok\r\n');
    expect(say(session, `${noop(60_000)}NOOP\r\n`)).toBe('500 5.5.2 Line too long\r\n250 2.0.0 Ok\r\n');
  });

  it('RFC 3461 §5.4 R3461-5.4-a R3461-5.4-b R3461-5.4-c R3461-5.4-d R3461-5.4-f: with DSN, MAIL 628 and RCPT 1048 octets', () => {
    const session = greeted({ dsn: true });
    const mail = 'MAIL FROM:<a@b.example> RET=FULL ENVID=' + 'e'.repeat(100);
    expect(say(session, padded(mail, 629))).toMatch(/^500 5\.5\.2/);
    expect(say(session, padded(mail, 628))).toMatch(/^250/);
    const rcpt = `RCPT TO:<u@x.example> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;${'o'.repeat(493)}`;
    expect(say(session, padded(rcpt, 1036))).toMatch(/^250/);
    expect(say(session, padded(rcpt, 1048))).toMatch(/^250/);
    expect(say(session, `${padded(rcpt, 1049)}NOOP\r\n`)).toMatch(/^500 5\.5\.2.*\r\n250/);
    expect(say(session, `${rcpt}${'o'.repeat(20)}\r\n`)).toMatch(/^501 5\.5\.4/);
  });

  it.each<[string, ServerExtensions, number]>([
    ['RFC 1870 §3: SIZE', { size: 0 }, 26],
    ['RFC 6531 §3.1 R6531-3.1-b: SMTPUTF8, and 8BITMIME with it', { smtputf8: true }, 10 + 14],
    ['RFC 4954 §3 R4954-3-a: AUTH', { auth: ['PLAIN'] }, 500],
    ['RFC 2852 §2: DELIVERBY', { deliverBy: 0 }, 17],
    ['RFC 3461 §5.4 R3461-5.4-g: several', { dsn: true, size: 0, auth: ['PLAIN'] }, 116 + 26 + 500],
  ])('%s lengthens MAIL', (_, extensions, more) => {
    const session = greeted(extensions);
    expect(say(session, padded('MAIL FROM:<a@b.example>', 513 + more))).toMatch(/^500 5\.5\.2/);
    expect(say(session, padded('MAIL FROM:<a@b.example>', 512 + more))).toMatch(/^250/);
  });

  it('RFC 4954 §4: a response may have 12288 octets; longer, the exchange ends with 500 5.5.6', () => {
    const session = greeted({ auth: ['LOGIN'] });
    expect(upTo(session, 'AUTH LOGIN\r\n')).toEqual({ kind: 'auth', mechanism: 'LOGIN' });
    session.challenge(octets('?'));
    expect(upTo(session, `${'A'.repeat(12_284)}\r\n`)?.kind).toBe('auth-response');
    session.challenge(octets('?'));
    expect(upTo(session, `${'A'.repeat(12_288)}\r\n`)).toEqual({ kind: 'auth-cancelled' });
    expect(latin1(session.takeOutput()!)).toMatch(/500 5\.5\.6 .*\r\n$/);
    expect(say(session, `AUTH LOGIN ${'A'.repeat(12_276)}\r\n`)).toMatch(/^500 5\.5\.2/);
  });

  it('RFC 4954 §4: an initial response, too, and no other command beside it', () => {
    const session = greeted({ auth: ['PLAIN'] });
    expect(say(session, `${noop(513)}NOOP\r\n`)).toBe('500 5.5.2 Line too long\r\n250 2.0.0 Ok\r\n');
    const said = upTo(session, `AUTH PLAIN ${'A'.repeat(12_272)}\r\n`);
    expect(said).toMatchObject({ kind: 'auth', mechanism: 'PLAIN' });
  });
});

describe('RFC 5321 §4.5.3.1: sizes that have to be taken', () => {
  it('R5321-4.5.3.1.8-a R5321-4.5.3.1.10-a: a hundred recipients, and 452 4.5.3 for those over the limit', () => {
    const session = greeted({}, { maxRecipients: 1 });
    say(session, 'MAIL FROM:<a@b.example>\r\n');
    const hundred = say(session, 'RCPT TO:<u@x.example>\r\n'.repeat(100));
    expect(hundred).toBe('250 2.1.5 Recipient ok\r\n'.repeat(100));
    expect(say(session, 'RCPT TO:<u@x.example>\r\n')).toBe('452 4.5.3 Too many recipients\r\n');
    expect(say(session, 'DATA\r\n.\r\n')).toMatch(/^354.*\r\n250/);
  });

  it('R5321-4.5.3.1.7-a: 64 KiB of content, and lines of any length', () => {
    const session = greeted();
    say(session, `${ENVELOPE}DATA\r\n`);
    expect(say(session, `${'x'.repeat(65_536)}\r\n.\r\n`)).toBe('250 2.6.0 Message accepted\r\n');
  });

  it('RFC 5321 §4.5.3.1.4: the lines of a session stay bounded whatever is sent', () => {
    const session = greeted({ size: 10 });
    say(session, `${ENVELOPE}DATA\r\n`);
    for (let round = 0; round < 50; round++) say(session, 'x'.repeat(65_536));
    expect(session.bufferedOctets).toBe(0);
  });
});

describe('what the owner does', () => {
  it('RFC 2920 §3.2: input that comes while an event waits is kept and answered afterwards', () => {
    const session = greeted();
    expect(upTo(session, `${ENVELOPE}DATA\r\n`)?.kind).toBe('mail');
    expect(session.paused).toBe(true);
    expect(session.next()).toBeUndefined();
    session.receive(octets('text\r\n.\r\nQUIT\r\n'));
    expect(session.bufferedOctets).toBeGreaterThan(0);
    session.answer();
    expect(say(session, '')).toMatch(/^250 .*\r\n250 .*\r\n354 .*\r\n250 .*\r\n221 .*\r\n$/);
    expect(session.closed).toBe(true);
    expect(session.bufferedOctets).toBe(0);
  });

  it('calls that do not fit the state throw and change nothing', () => {
    const session = new ServerSession({ hostname: 'mx.example.org', extensions: { startTls: true } });
    expect(session.next()).toBeUndefined();
    session.start();
    expect(() => session.start()).toThrow(wrongState);
    expect(() => session.answer()).toThrow(wrongState);
    expect(() => session.answerEach([])).toThrow(wrongState);
    expect(() => session.challenge(octets(''))).toThrow(wrongState);
    expect(() => session.secured()).toThrow(wrongState);
    session.receive(octets('EHLO c.example\r\n'));
    session.next();
    expect(() => session.challenge(octets(''))).toThrow(wrongState);
    for (const code of [300, 354, 399]) {
      expect(() => session.answer({ code, lines: [] })).toThrow(expect.objectContaining({ code: 'bad-reply' }));
    }
    expect(() => session.answer({ code: 250, lines: ['a\nb'] })).toThrow(
      expect.objectContaining({ code: 'bad-reply' }),
    );
    expect(session.paused).toBe(true);
    session.answer({ code: 250, lines: ['at your service'] });
    expect(latin1(session.takeOutput()!)).toMatch(/250-mx\.example\.org at your service\r\n250 STARTTLS\r\n$/);
  });

  it('a session with a name or an offer that no reply can carry is not made', () => {
    expect(() => new ServerSession({ hostname: 'mx\r\n' })).toThrow(expect.objectContaining({ code: 'bad-reply' }));
    expect(() => new ServerSession({ hostname: 'mx', extensions: { auth: ['\n'] } })).toThrow(
      expect.objectContaining({ code: 'bad-argument' }),
    );
    const session = greeted();
    expect(() => session.configure({ auth: ['\n'] })).toThrow(expect.objectContaining({ code: 'bad-argument' }));
  });

  it('RFC 5321 §4.1.1.1: offer takes the place of what was offered, configure adds to it', () => {
    const session = greeted({ dsn: true });
    session.configure({ chunking: true });
    expect(say(session, 'EHLO b.example\r\n')).toMatch(/250-DSN\r\n250 CHUNKING\r\n$/);
    session.offer({ startTls: true });
    expect(say(session, 'EHLO c.example\r\n')).toBe('250-mx.example.org greets c.example\r\n250 STARTTLS\r\n');
    expect(() => session.offer({ auth: ['\n'] })).toThrow(expect.objectContaining({ code: 'bad-argument' }));
  });

  it('RFC 2033 §4.2 R2033-4.2-a: answerEach wants one reply for each accepted recipient, with SMTP one', () => {
    const lmtp = greeted({}, { protocol: 'lmtp' });
    say(lmtp, `${ENVELOPE}RCPT TO:<v@x.example>\r\nDATA\r\n`);
    expect(upTo(lmtp, '.\r\n')).toEqual({ kind: 'end-of-content', sizeOctets: 0 });
    expect(() => lmtp.answerEach([{ code: 250, lines: [] }])).toThrow(
      expect.objectContaining({ code: 'bad-argument' }),
    );
    lmtp.answerEach([
      { code: 250, lines: ['u'] },
      { code: 421, lines: ['v'] },
    ]);
    expect(latin1(lmtp.takeOutput()!)).toBe('250 2.0.0 u\r\n421 4.0.0 v\r\n');
    expect(lmtp.next()).toEqual({ kind: 'closed', reason: 'refused' });
    const smtp = greeted();
    say(smtp, `${ENVELOPE}DATA\r\n`);
    upTo(smtp, '.\r\n');
    smtp.answerEach([{ code: 250, status: '2.0.0', lines: ['queued'] }]);
    expect(latin1(smtp.takeOutput()!)).toBe('250 2.0.0 queued\r\n');
  });

  it('RFC 2033 §4.2: content that one of its recipients took is a message; refusals before it count no longer', () => {
    const session = greeted({}, { protocol: 'lmtp', maxRefusals: 2 });
    for (let round = 0; round < 4; round++) {
      say(session, `${ENVELOPE}RCPT TO:<v@x.example>\r\nDATA\r\n`);
      upTo(session, '.\r\n');
      session.answerEach([
        { code: 250, lines: ['u'] },
        { code: 550, lines: ['v'] },
      ]);
    }
    expect(say(session, 'NOOP\r\n')).toMatch(/250 2\.0\.0 Ok\r\n$/);
  });

  it('RFC 5321 §7.3: contents that are refused come to an end, too; then QUIT alone is served', () => {
    const refusedTwice = (): ServerSession => {
      const session = greeted({}, { maxRefusals: 2 });
      for (let round = 0; round < 2; round++) {
        say(session, `${ENVELOPE}DATA\r\n`);
        upTo(session, '.\r\n');
        session.answer({ code: 554, status: '5.7.1', lines: ['Not this one'] });
      }
      session.takeOutput();
      return session;
    };
    expect(say(refusedTwice(), 'NOOP\r\n')).toMatch(/^421 4\.7\.0 /);
    expect(say(refusedTwice(), 'QUIT\r\n')).toBe('221 2.0.0 Bye\r\n');
  });

  it('RFC 5321 §4.1.1.11: a parameter that is not known counts as an error', () => {
    const session = greeted({}, { maxErrors: 2 });
    const mail = 'MAIL FROM:<a@b.example> UNHEARD-OF=1\r\n';
    expect(say(session, mail)).toMatch(/^555 5\.5\.4 /);
    expect(say(session, mail)).toMatch(/^421 4\.7\.0 Too many errors/);
  });

  it('RFC 5321 §4.1.1.5: after RSET a refused MAIL is forgotten, and RCPT is out of order', () => {
    const session = greeted();
    upTo(session, 'MAIL FROM:<a@b.example>\r\n');
    session.answer({ code: 550, status: '5.7.1', lines: ['Not from you'] });
    expect(say(session, 'RCPT TO:<u@x.example>\r\n')).toMatch(/503 5\.5\.1 No sender accepted\r\n$/);
    expect(say(session, 'RSET\r\nRCPT TO:<u@x.example>\r\n')).toMatch(/503 5\.5\.1 MAIL first\r\n$/);
  });

  it('what comes first decides: of content that is too large and has NUL behind that, the size is told', () => {
    const session = greeted({ size: 5 });
    say(session, `${ENVELOPE}DATA\r\n`);
    expect(say(session, 'abcdef\0\r\n.\r\n')).toMatch(/^552 5\.3\.4 /);
    say(session, `${ENVELOPE}DATA\r\n`);
    expect(say(session, 'abc\0def\r\n.\r\n')).toMatch(/^554 5\.6\.0 /);
  });

  it('RFC 5321 §4.1.4: XCLIENT is refused during a mail transaction, which goes on', () => {
    const session = greeted({ xclient: ['ADDR'] });
    say(session, ENVELOPE);
    expect(say(session, 'XCLIENT ADDR=192.0.2.1\r\n')).toBe('503 5.5.1 Not during a mail transaction\r\n');
    expect(say(session, 'DATA\r\n')).toMatch(/^354 /);
  });

  it('an answer after the end is not heard: the client may leave while the owner works', () => {
    const session = greeted();
    say(session, `${ENVELOPE}DATA\r\n`);
    upTo(session, '.\r\n');
    session.timeout();
    session.timeout();
    expect(session.next()).toEqual({ kind: 'reset', reason: 'closed' });
    expect(session.next()).toEqual({ kind: 'closed', reason: 'timeout' });
    session.takeOutput();
    session.answer();
    session.answerEach([]);
    session.challenge(octets(''));
    session.secured();
    session.shutdown();
    session.receive(octets('NOOP\r\n'));
    expect([session.next(), session.takeOutput(), session.timeoutMs]).toEqual([undefined, undefined, undefined]);
  });

  it('RFC 5321 §3.8: shutdown waits for the answer to the content, and is heard at once between commands', () => {
    const busy = greeted();
    say(busy, `${ENVELOPE}DATA\r\n`);
    upTo(busy, 'x\r\n');
    upTo(busy, '.\r\n');
    busy.shutdown();
    expect(busy.closed).toBe(false);
    busy.answer();
    expect(latin1(busy.takeOutput()!)).toMatch(/^250 .*\r\n421 4\.3\.2 .*\r\n$/);
    const idle = greeted();
    idle.shutdown();
    expect(latin1(idle.takeOutput()!)).toMatch(/^421 4\.3\.2 .*\r\n$/);
    const each = greeted();
    say(each, `${ENVELOPE}DATA\r\n`);
    upTo(each, '.\r\n');
    each.shutdown();
    each.answerEach([{ code: 250, lines: [] }]);
    expect(each.closed).toBe(true);
    const refused = greeted({ size: 1 });
    say(refused, `${ENVELOPE}DATA\r\n`);
    refused.shutdown();
    expect(say(refused, 'xxx\r\n.\r\n')).toMatch(/^552 .*\r\n421 4\.3\.2 .*\r\n$/);
  });

  it('RFC 5321 §4.5.3.2 R5321-4.5.3.2-a: which time-out applies', () => {
    const session = new ServerSession({ hostname: 'mx.example.org' });
    expect(session.timeoutMs).toBeUndefined();
    session.start();
    expect(session.timeoutMs).toBe(300_000);
    expect(upTo(session, 'HELO c.example\r\n')?.kind).toBe('hello');
    expect(session.timeoutMs).toBeUndefined();
    session.answer();
    say(session, `${ENVELOPE}DATA\r\n`);
    expect(session.timeoutMs).toBe(180_000);
    upTo(session, '.\r\n');
    expect(session.timeoutMs).toBeUndefined();
  });

  it('RFC 3207 §4.2: secure and authenticated as they are', () => {
    expect(greeted({}, { secure: true }).secure).toBe(true);
    const session = greeted({ startTls: true, auth: ['PLAIN'] });
    expect([session.secure, session.authenticated]).toEqual([false, false]);
    say(session, 'AUTH PLAIN AGEAYg==\r\n');
    expect(session.authenticated).toBe(true);
    say(session, 'STARTTLS\r\n');
    expect(session.timeoutMs).toBe(300_000);
    session.secured();
    expect([session.secure, session.authenticated]).toEqual([true, false]);
  });

  it('RFC 3207 §4.2: nothing is said in the middle of a handshake', () => {
    const late = greeted({ startTls: true });
    say(late, 'STARTTLS\r\n');
    late.timeout();
    expect([late.closed, late.takeOutput()]).toEqual([true, undefined]);
    const stopping = greeted({ startTls: true });
    say(stopping, 'STARTTLS\r\n');
    stopping.shutdown();
    expect([stopping.closed, stopping.takeOutput()]).toEqual([false, undefined]);
    stopping.secured();
    expect(latin1(stopping.takeOutput()!)).toMatch(/^421 4\.3\.2/);
  });

  it('RFC 6531 §3.7.4.1 R6531-3.7.4.1-a: replies go beyond ASCII only with SMTPUTF8, and then name no address', () => {
    const session = greeted({ smtputf8: true, vrfy: true });
    const moved = { code: 551, status: '5.1.6', lines: ['try <jörg@b.example>', 'or not'] };
    const reply = (text: string): string => {
      upTo(session, text);
      session.answer(moved);
      return new TextDecoder().decode(session.takeOutput());
    };
    const ascii = '550-5.1.6 try <j?rg@b.example>\r\n550 5.1.6 or not\r\n';
    const utf8 = '551-5.1.6 try <jörg@b.example>\r\n551 5.1.6 or not\r\n';
    expect(reply('MAIL FROM:<a@b.example>\r\n')).toBe(ascii);
    expect(reply('MAIL FROM:<a@b.example> SMTPUTF8\r\n')).toBe(utf8);
    expect(reply('VRFY u\r\n')).toBe(ascii);
    expect(reply('VRFY u SMTPUTF8\r\n')).toBe(utf8);
    say(session, 'MAIL FROM:<a@b.example>\r\n');
    expect(reply('RCPT TO:<u@x.example>\r\n')).toBe(ascii);
    upTo(session, 'RCPT TO:<u@x.example>\r\n');
    session.answer({ code: 251, lines: ['→'] });
    expect(latin1(session.takeOutput()!)).toBe('250 2.0.0 ?\r\n');
    upTo(session, 'DATA\r\n.\r\n');
    session.takeOutput();
    session.answerEach([{ code: 250, lines: ['é'] }]);
    expect(latin1(session.takeOutput()!)).toBe('250 2.0.0 ?\r\n');
    say(session, 'MAIL FROM:<a@b.example> SMTPUTF8\r\n');
    expect(reply('RCPT TO:<u@x.example>\r\n')).toBe(utf8);
    say(session, 'RCPT TO:<u@x.example>\r\n');
    upTo(session, 'DATA\r\n.\r\n');
    session.takeOutput();
    session.answerEach([{ code: 250, lines: ['é'] }]);
    expect(new TextDecoder().decode(session.takeOutput())).toBe('250 2.0.0 é\r\n');
  });

  it('RFC 4954 §4: failed exchanges count as errors', () => {
    const session = greeted({ auth: ['PLAIN'] }, { maxErrors: 2 });
    for (let round = 0; round < 2; round++) {
      upTo(session, 'AUTH PLAIN AGEAYg==\r\n');
      session.answer({ code: 535, status: '5.7.8', lines: ['Wrong'] });
    }
    expect(latin1(session.takeOutput()!)).toBe(
      '535 5.7.8 Wrong\r\n535 5.7.8 Wrong\r\n421 4.7.0 Too many errors, closing connection\r\n',
    );
    expect(session.closed).toBe(true);
  });

  it('RFC 4954 §4: 504, a mechanism that is not offered, counts as an error', () => {
    const session = greeted({ auth: ['PLAIN'] }, { maxErrors: 2 });
    expect(say(session, 'AUTH FOO\r\n')).toMatch(/^504 5\.5\.4 /);
    expect(say(session, 'AUTH FOO\r\n')).toBe('421 4.7.0 Too many errors, closing connection\r\n');
  });

  it('names the keyword that it refuses, but for one longer than any keyword is', () => {
    const session = greeted();
    const longest = 'x'.repeat(40);
    expect(say(session, `MAIL FROM:<a@b.example> ${longest}=1\r\n`)).toMatch(
      new RegExp(`^555 .*: ${longest}\r\n$`, 'i'),
    );
    expect(say(session, `MAIL FROM:<a@b.example> ${longest}x=1\r\n`)).toBe('555 5.5.4 Parameter not known here\r\n');
  });

  it('RFC 3207 §4.2: what lengthened MAIL in the clear lengthens it no more inside TLS', () => {
    const session = greeted({ startTls: true, dsn: true });
    say(session, 'STARTTLS\r\n');
    session.secured();
    expect(say(session, `MAIL FROM:<a@b.example> ${' '.repeat(513 - 26)}\r\n`)).toMatch(/^500 5\.5\.2/);
  });

  it('RFC 5321 §3.8: an answer of 421 that is also the last error closes once', () => {
    const session = greeted({ auth: ['PLAIN'] }, { maxErrors: 1 });
    upTo(session, 'AUTH PLAIN AGEAYg==\r\n');
    session.answer({ code: 421, lines: ['Go'] });
    expect(session.next()).toEqual({ kind: 'closed', reason: 'too-many-errors' });
    expect(session.next()).toBeUndefined();
  });

  it('RFC 3030 §2: a chunk whose end is unknown ends the session, also as the last error allowed', () => {
    const session = greeted({ chunking: true }, { maxErrors: 1 });
    expect(say(session, 'BDAT 99999999999999999999\r\nNOOP\r\n')).toBe(
      '421 4.7.0 Too many errors, closing connection\r\n',
    );
  });

  it('RFC 3030 §2: chunks for nobody are read and thrown away', () => {
    const session = new ServerSession({ hostname: 'mx', extensions: { chunking: true } });
    session.start();
    expect(say(session, 'EHLO c\r\nBDAT 6\r\nNOOP\r\n')).toMatch(/503 MAIL first\r\n$/);
    expect(session.timeoutMs).toBe(300_000);
    expect(say(session, 'BDAT 12\r\nNOOP\r\n')).toBe('');
    expect(session.timeoutMs).toBe(180_000);
    expect(say(session, 'NOOP\r\n')).toBe('503 MAIL first\r\n');
  });
});

it('gives content as views of what was received', () => {
  const session = greeted();
  say(session, `${ENVELOPE}DATA\r\n`);
  const chunk = octets('Subject: x\r\n\r\ntext\r\n.\r\n');
  session.receive(chunk);
  const event = session.next();
  expect(event?.kind === 'content' && event.octets.buffer === chunk.buffer && event.octets.length).toBe(20);
});

describe('RFC 2033 §4.3: the last chunk of LMTP, refused', () => {
  const lmtp = (maxIdleCommands: number): ServerSession =>
    greeted({ chunking: true, size: 5 }, { protocol: 'lmtp', maxIdleCommands });

  it('is answered once for each recipient, and not again when it is said again', () => {
    const session = lmtp(100);
    const heard = say(session, `${ENVELOPE}RCPT TO:<v@x.example>\r\nBDAT 6\r\nabcd\r\n${'BDAT 0 LAST\r\n'.repeat(3)}`);
    expect(heard.split('\r\n').slice(3, -1)).toEqual([
      '552 5.3.4 Message larger than the limit',
      '503 5.5.1 An earlier chunk was refused, RSET first',
      '503 5.5.1 An earlier chunk was refused, RSET first',
      '503 5.5.1 MAIL first',
      '503 5.5.1 MAIL first',
    ]);
  });

  it('has no reply without a recipient, but not for ever', () => {
    const session = lmtp(3);
    expect(say(session, `MAIL FROM:<a@b.example>\r\n${'BDAT 2 LAST\r\n\r\n'.repeat(2)}`)).toBe(
      '250 2.1.0 Sender ok\r\n',
    );
    expect(say(session, 'BDAT 0 LAST\r\n')).toMatch(/^421 4\.7\.0 /);
    expect(session.closed).toBe(true);
  });
});
