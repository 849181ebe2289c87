import { describe, expect, it } from 'vitest';
import { submit, type Connection, type Credentials, type Message, type SubmitOptions } from './index.ts';

const message: Message = {
  from: 'alice@example.org',
  to: [{ address: 'bob@example.com' }],
  content: new TextEncoder().encode('Subject: hi\r\n\r\nhi\r\n'),
};
const TAKEN = ['250 ok\r\n', '250 ok\r\n', '354 go\r\n', '250 taken\r\n', '221 bye\r\n'];
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What else there is to the connection; `written` gets the lines that the client says. */
interface Circumstances {
  readonly secure?: boolean;
  readonly last?: 'end' | 'timeout';
  readonly written?: string[];
}

/** Submits to a server that says this, one piece for each time that it is listened to, and then nothing more. */
async function play(
  said: readonly string[],
  options: Partial<SubmitOptions> = {},
  { secure = true, last = 'end', written = [] }: Circumstances = {},
): Promise<readonly string[]> {
  const left = [...said];
  const connection: Connection = {
    secure,
    write: (octets) => {
      written.push(...Buffer.from(octets).toString().split('\r\n').slice(0, -1));
      return Promise.resolve();
    },
    read: () => {
      const reply = left.shift();
      return Promise.resolve(reply === undefined ? last : new TextEncoder().encode(reply));
    },
    startTls: () => Promise.reject(new Error('no TLS here')),
    close: () => undefined,
  };
  await submit(message, { connect: () => Promise.resolve(connection), ...options });
  return written;
}

const GREETING = '220 mx.example.net ESMTP\r\n';
const offering = (keyword: string): string => `250-mx.example.net\r\n250 ${keyword}\r\n`;

describe('authentication', () => {
  const me: Credentials = { user: 'me', password: 'secret' };
  const token: Credentials = { user: 'me', accessToken: 't.o-k' };
  const withToken = 'user=me\u0001auth=Bearer t.o-k\u0001\u0001';
  const login = async (keyword: string, credentials: Credentials, ...answers: readonly string[]) => {
    const written = await play([GREETING, offering(keyword), ...answers, ...TAKEN], { credentials });
    return written.slice(1, written.indexOf('MAIL FROM:<alice@example.org>'));
  };

  it('RFC 4616 §2: PLAIN at once, before all others that fit', async () => {
    const written = await login('AUTH LOGIN PLAIN', me, '235 2.7.0 in\r\n');
    expect(written).toEqual([`AUTH PLAIN ${base64('\0me\0secret')}`]);
  });

  it('RFC 4954 §4: LOGIN, name and password to a question each, where there is nothing else', async () => {
    const questions = [`334 ${base64('Username:')}\r\n`, `334 ${base64('Password:')}\r\n`];
    const written = await login('AUTH CRAM-MD5 login', me, ...questions, '235 in\r\n');
    expect(written).toEqual(['AUTH LOGIN', base64('me'), base64('secret')]);
  });

  it('RFC 4954 §4: an access token with XOAUTH2, in whatever letter case it is offered', async () => {
    const written = await login('AUTH PLAIN xoauth2', token, '235 in\r\n');
    expect(written).toEqual([`AUTH XOAUTH2 ${base64(withToken)}`]);
  });

  it('RFC 4954 §4: a token that is refused by a question is refused, once that has an empty answer', async () => {
    const why = `334 ${base64('{"status":"401"}')}\r\n`;
    const written: string[] = [];
    const replies = [GREETING, offering('AUTH XOAUTH2'), why, '535 5.7.8 no\r\n'];
    await expect(play(replies, { credentials: token }, { written })).rejects.toMatchObject({
      ...{ name: 'ClientError', code: 'authentication', message: 'the server said 535 5.7.8 no' },
      reply: { code: 535, status: '5.7.8' },
    });
    expect(written.slice(1)).toEqual([`AUTH XOAUTH2 ${base64(withToken)}`, '']);
  });

  it.each([
    ['nothing', 'DSN', me, 'none'],
    ['no mechanism for a password', 'AUTH XOAUTH2 CRAM-MD5', me, 'XOAUTH2 CRAM-MD5'],
    ['no mechanism for a token', 'AUTH PLAIN LOGIN', token, 'PLAIN LOGIN'],
  ])('RFC 4954 §4: a server that offers %s is told no secret', async (_, keyword, credentials, offered) => {
    const words = `the server offers no AUTH that fits: ${offered}`;
    await expect(login(keyword, credentials)).rejects.toMatchObject({ code: 'authentication', message: words });
  });
});

describe('a session that comes to nothing', () => {
  const credentials: Credentials = { user: 'me', password: 'secret' };
  const AUTH = offering('AUTH PLAIN');
  it.each([
    ['RFC 5321 §3.1: no service', ['554 5.7.1 not you\r\n'], 'refused', 'the server said 554 5.7.1 not you'],
    ['RFC 5321 §3.8: no time', ['421 4.3.2 later\r\n'], 'refused', 'the server said 421 4.3.2 later'],
    ['RFC 5321 §4.1.1.1: no to EHLO', [GREETING, '550 no\r\n', '550 no\r\n'], 'refused', 'the server said 550 no'],
    [
      'RFC 5321 §3.8: no time any more',
      [GREETING, `${AUTH}421 4.3.2 later\r\n`],
      'refused',
      'the server said 421 4.3.2 later',
    ],
    ['RFC 5321 §3.8: no greeting', [], 'connection', 'the connection broke'],
    ['RFC 5321 §3.8: no answer', [GREETING, AUTH], 'connection', 'the connection broke'],
  ])('%s', async (_, said, code, words) => {
    await expect(play(said, { credentials })).rejects.toMatchObject({ name: 'ClientError', code, message: words });
  });

  it('RFC 5321 §4.5.3.2: a server that is silent', async () => {
    const words = { code: 'connection', message: 'the server is silent' };
    await expect(play([GREETING], {}, { last: 'timeout' })).rejects.toMatchObject(words);
  });

  it('RFC 5321 §4.2: what is no SMTP', async () => {
    await expect(play(['HTTP/1.1 400 Bad Request\r\n'])).rejects.toMatchObject({ code: 'connection' });
  });
});

describe('STARTTLS that is refused', () => {
  const replies = [GREETING, offering('STARTTLS'), '454 4.7.0 not now\r\n'];

  it('RFC 3207 §4: ends the session where TLS is required', async () => {
    await expect(play(replies, {}, { secure: false })).rejects.toMatchObject({
      ...{ code: 'refused', message: 'the server said 454 4.7.0 not now', reply: { code: 454 } },
    });
  });

  it('RFC 5321 §3.8: ends the session where the server ends it', async () => {
    const ended = [...replies.slice(0, 2), '421 4.3.2 later\r\n'];
    await expect(play(ended, { startTls: 'if-offered' }, { secure: false })).rejects.toMatchObject({
      ...{ name: 'ClientError', code: 'refused', message: 'the server said 421 4.3.2 later', reply: { code: 421 } },
    });
  });

  it('RFC 3207 §4: is passed over where it is not', async () => {
    const written = await play([...replies, ...TAKEN], { startTls: 'if-offered' }, { secure: false });
    expect(written[1]).toBe('STARTTLS');
    expect(written.at(-2)).toBe('.');
  });
});
