import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from '../config.ts';
import { withListMembers } from './address-files.ts';
import { withAdminSecrets } from './admin.ts';
import { withWebhookSecrets } from './webhook.ts';

const least = 'hostname = "mx.example.org"\nstore = "sqlite:data"\n[[listen]]\naddress = "[::1]:25"\n';
const route = (more: string, to: string): string => `[[route]]\nmatch = "*"\nto = "${to}"\n${more}\n`;
const login = (file: string): string => route(`auth = { user = "u", password-file = "${file}" }`, 'smtp://h:25');
const hook = (more: string): string => `[[webhook]]\nurl = "https://x.example/"\n${more}\n`;
const bodies = (more: string): string =>
  `[bodies]\naccess-key = "A"\nsecret-key-file = "key"\nendpoint = "https://s3.example"\n${more}\n`;
const shared = least.replace('sqlite:data', 'postgres://dsnd@db.example/queue');
const secret = (octets: number): string => `whsec_${Buffer.alloc(octets, 7).toString('base64')}`;

const read = (text: string) => parseConfig(text, 'dsnd.toml', '/etc/dsnd');

/** What is said of the value; undefined if it is taken. */
function complaintOf(text: string): string | undefined {
  try {
    read(text);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

describe('the last value that a key takes, and the first that it does not', () => {
  it.each([
    [
      'listen.max-messages',
      'RFC 9422 §4.1: six digits',
      `${least}max-messages = 999999`,
      `${least}max-messages = 1000000`,
    ],
    ['listen.max-errors', 'a whole number', `${least}max-errors = 2`, `${least}max-errors = 2.5`],
    ['listen.max-connections', 'a million', `${least}max-connections = 1000000`, `${least}max-connections = 1000001`],
    ['listen.dsn', 'a user with a name', `${least}dsn = ["user:a"]`, `${least}dsn = ["user:"]`],
    ['listen.dsn', 'at least somebody', `${least}dsn = ["users"]`, `${least}dsn = []`],
    [
      'route.auth.user',
      'RFC 4616 §2: a text without NUL',
      `${least}${route('auth = { user = "a b", password-file = "p" }', 'smtp://h:25')}`,
      `${least}${route('auth = { user = "a\\u0000b", password-file = "p" }', 'smtp://h:25')}`,
    ],
    [
      'route.tls',
      'not beside pipe:',
      `${least}${route('tls = "required"', 'lmtp://h:24')}`,
      `${least}${route('tls = "required"', 'pipe:/bin/p')}`,
    ],
    [
      'route.tls',
      'one setting for each host of LMTP, too',
      `${least}${route('tls = "off"', 'lmtp://h:24')}${route('tls = "off"', 'lmtp://h:24')}`,
      `${least}${route('tls = "off"', 'lmtp://h:24')}${route('tls = "required"', 'lmtp://h:24')}`,
    ],
    [
      'route.auth',
      'one password for each host',
      `${least}${login('p')}${login('p')}`,
      `${least}${login('p')}${login('q')}`,
    ],
    ['retry', 'a table, and no date', `${least}[retry]`, `retry = 2026-01-01\n${least}`],
    [
      'webhook.secret',
      '24 octets',
      `${least}${hook(`secret = "${secret(24)}"`)}`,
      `${least}${hook(`secret = "${secret(23)}"`)}`,
    ],
    [
      'webhook.secret',
      '64 octets',
      `${least}${hook(`secret = "${secret(64)}"`)}`,
      `${least}${hook(`secret = "${secret(65)}"`)}`,
    ],
    [
      'webhook.secret',
      '24 octets, and not 22',
      `${least}${hook(`secret = "${secret(24)}"`)}`,
      `${least}${hook(`secret = "${secret(22)}"`)}`,
    ],
    [
      'webhook.secret',
      'in one place',
      `${least}${hook('secret-env = "X"')}`,
      `${least}${hook('secret-env = "X"\nsecret-file = "x"')}`,
    ],
    [
      'bodies.bucket',
      '63 characters',
      `${shared}${bodies(`bucket = "${'b'.repeat(63)}"`)}`,
      `${shared}${bodies(`bucket = "${'b'.repeat(64)}"`)}`,
    ],
    [
      'bodies.prefix',
      '100 characters',
      `${shared}${bodies(`bucket = "bbb"\nprefix = "${'p'.repeat(100)}"`)}`,
      `${shared}${bodies(`bucket = "bbb"\nprefix = "${'p'.repeat(101)}"`)}`,
    ],
    [
      'admin.listen',
      'beyond this host with a token',
      `${least}[admin]\nlisten = "0.0.0.0:8025"\ntoken-file = "t"`,
      `${least}[admin]\nlisten = "0.0.0.0:8025"`,
    ],
    [
      'report.language',
      'RFC 5646 §2.1: two letters',
      `${least}[report]\nlanguage = "de"`,
      `${least}[report]\nlanguage = "d"`,
    ],
    [
      'report.return-path-memory',
      'an hour',
      `${least}[report]\nreturn-path-memory = "1h"`,
      `${least}[report]\nreturn-path-memory = "59m"`,
    ],
    [
      'report.dkim.domain',
      'a domain, and no literal',
      `${least}[[report.dkim]]\ndomain = "mx.example.org"\nselector = "s"\nkey-file = "k"`,
      `${least.replace('mx.example.org', '[192.0.2.1]')}[[report.dkim]]\ndomain = "[192.0.2.1]"\nselector = "s"\nkey-file = "k"`,
    ],
    [
      'suppression.statuses',
      'RFC 3463 §2: for good',
      `${least}[suppression]\nstatuses = ["5.1.x"]`,
      `${least}[suppression]\nstatuses = ["4.1.x"]`,
    ],
    ['suppression.failures', 'one', `${least}[suppression]\nfailures = 1`, `${least}[suppression]\nfailures = 0`],
    [
      'suppression.failures',
      'a thousand',
      `${least}[suppression]\nfailures = 1000`,
      `${least}[suppression]\nfailures = 1001`,
    ],
    [
      'history.content-max-octets',
      'none',
      `${least}[history]\ncontent-max-octets = 0`,
      `${least}[history]\ncontent-max-octets = -1`,
    ],
    [
      'limits.max-hold',
      'RFC 4865 §3: nine digits of seconds',
      `${least}[limits]\nmax-hold = "999999999s"`,
      `${least}[limits]\nmax-hold = "11575d"`,
    ],
    ['delivery.lease', 'five seconds', `${least}[delivery]\nlease = "5s"`, `${least}[delivery]\nlease = "4s"`],
    ['node', 'a letter', `node = "n"\n${shared}`, `node = ""\n${shared}`],
    [
      'traces.endpoint',
      'no password',
      `${least}[traces]\nendpoint = "http://h/"`,
      `${least}[traces]\nendpoint = "http://:p@h/"`,
    ],
  ])('%s: %s', (key, _, taken, refused) => {
    expect(complaintOf(taken)).toBeUndefined();
    expect(complaintOf(refused)).toMatch(new RegExp(`^dsnd\\.toml:\\d+: ${key}: .*; allowed: `));
  });
});

it('only submission looks into the suppression list by itself', () => {
  const submission = `${least}role = "submission"\n[[listen]]\naddress = "[::1]:26"\n`;
  expect(read(submission).listen.map(({ suppression }) => suppression)).toEqual([true, false]);
});

it('gives an event up after three days where nothing else is said', () => {
  const { webhooks } = read(`${least}${hook('secret-env = "X"')}`);
  expect(webhooks[0]?.giveUpAfterMs).toBe(3 * 24 * 60 * 60 * 1000);
});

it('a value in a message is short', () => {
  expect(complaintOf(`${least}role = "${'r'.repeat(500)}"`)).toMatch(/: "r{59}… is not allowed; allowed: relay, /);
});

it('a file without a secret of a webhook is told: unsigned, every event would be refused', () => {
  const config = read(`${least}${hook('secret-file = "s"')}`);
  const withSecrets = (text: string) =>
    withWebhookSecrets(
      config,
      () => text,
      () => undefined,
      (what) => new Error(what),
    );
  expect(() => withSecrets('\n \n')).toThrow('/etc/dsnd/s: expected "whsec_"');
  expect(withSecrets(`${secret(24)}\r\n${secret(32)}\n`).webhooks[0]?.secrets).toEqual([secret(24), secret(32)]);
});

it.each(['a'.repeat(7), `${'a'.repeat(7)} b`])(
  'a token %j, which could be guessed or typed in no header, is told',
  (token) => {
    const config = read(`${least}[admin]\ntoken-file = "t"`);
    const withSecrets = (text: string) =>
      withAdminSecrets(
        config,
        () => text,
        (what) => new Error(what),
      );
    expect(() => withSecrets(token)).toThrow('/etc/dsnd/t: expected one line of 8 or more');
    expect(withSecrets('a'.repeat(8)).admin?.token).toBe('a'.repeat(8));
  },
);

it.each(['\n', '\r\n', '\r'])('takes %j for a line end in a file of addresses', (end) => {
  const config = read(`${least}[[list]]\naddress = "l@x.example"\nowner = "o@x.example"\nmembers-file = "m"`);
  const { lists } = withListMembers(config, () => `a@x.example${end}b@x.example${end}`);
  expect(lists[0]?.members).toEqual(['a@x.example', 'b@x.example']);
});
