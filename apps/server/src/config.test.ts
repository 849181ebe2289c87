import { describe, expect, it } from 'vitest';
import { ConfigError, inNetworks, localModeConfig, parseConfig } from './config.ts';

const issueExample = `hostname = "mx.example.org"
store = "sqlite:./data"
[[listen]]
address = "127.0.0.1:2525"
role = "relay"                       # relay | submission | lmtp
relay-from = ["127.0.0.0/8", "::1"]
[[route]]                            # first match wins; "*" matches all
match = "ivory.edu"                  # a domain, "*.domain", an address, or "*"
to = "smtp://127.0.0.1:2601"         # smtp://HOST:PORT | lmtp://HOST:PORT | mx: | maildir:DIRECTORY | simulator: | discard:
[retry]
delays = ["30m", "30m", "1h", "2h", "4h"]   # the last one repeats
expire-after = "5d"
delayed-after = "4h"
[report]
returned-max-octets = 50000
`;

const least = 'hostname = "mx.example.org"\nstore = "sqlite:data"\n[[listen]]\naddress = "[::1]:25"\n';

function failure(text: string): ConfigError {
  try {
    parseConfig(text, 'dsnd.toml', '/etc/dsnd');
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('parseConfig', () => {
  it('reads the documented example', () => {
    const config = parseConfig(issueExample, 'dsnd.toml', '/etc/dsnd');
    expect(config.hostname).toBe('mx.example.org');
    expect(config.store).toEqual({ kind: 'sqlite', directory: '/etc/dsnd/data' });
    expect(config.listen).toMatchObject([{ host: '127.0.0.1', port: 2525, role: 'relay' }]);
    expect(config.routes).toEqual([
      {
        match: { kind: 'domain', domain: 'ivory.edu' },
        to: { kind: 'smtp', host: '127.0.0.1', port: 2601 },
        acceptFrom: 'relay-from',
      },
    ]);
    expect(config.retry).toEqual({
      delaysMs: [1_800_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000],
      expireAfterMs: 432_000_000,
      delayedAfterMs: 14_400_000,
    });
    expect(config.report).toEqual({
      returnedMaxOctets: 50_000,
      maxPerMinute: 100,
      digestEveryMs: 3_600_000,
      returnPathMemoryMs: 1_209_600_000,
      texts: [],
      html: false,
      dkim: [],
    });
  });

  it('takes a store that nodes share, and what is of one node alone', () => {
    const shared = least.replace('sqlite:data', 'postgres://dsnd@db.example:5432/queue');
    expect(parseConfig(shared, 'dsnd.toml', '/etc/dsnd').store).toEqual({
      ...{ kind: 'postgres', url: 'postgres://dsnd@db.example:5432/queue', directory: '/etc/dsnd/state' },
    });
    const named = `node = "mx1"\nstate-directory = "/var/lib/dsnd"\n${shared}[delivery]\nlease = "20s"\n`;
    const config = parseConfig(named, 'dsnd.toml', '/etc/dsnd');
    expect(config.store).toMatchObject({ node: 'mx1', directory: '/var/lib/dsnd' });
    expect(config.delivery.leaseMs).toBe(20_000);
    expect(() => parseConfig(shared.replace('postgres:', 'mysql:'), 'dsnd.toml', '/')).toThrow(
      'allowed: sqlite:DIRECTORY or postgres://USER@HOST/DATABASE',
    );
  });

  it('fills in the documented defaults, and nobody may relay but loopback', () => {
    const config = parseConfig(least, 'dsnd.toml', '/etc/dsnd');
    const example = parseConfig(issueExample, 'dsnd.toml', '/etc/dsnd');
    expect(config).toMatchObject({
      retry: example.retry,
      report: example.report,
      limits: { messageSizeOctets: 52_428_800, maxRecipients: 1000, maxHops: 100 },
      routes: [],
      aliases: [],
      lists: [],
    });
    const relayFrom = config.listen[0]!.relayFrom;
    expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].every((peer) => inNetworks(relayFrom, peer))).toBe(
      true,
    );
    expect(['192.0.2.1', '::2', '10.0.0.1', '0.0.0.0', ''].some((peer) => inNetworks(relayFrom, peer))).toBe(false);
  });

  it('reads aliases, lists and the recipients of a route', () => {
    const config = parseConfig(
      `${least}
[[route]]
match = "*.Example.ORG"
to = "maildir:mail"
recipients = ["Bob", '"odd one"']
[[route]]
match = "BOB@Bücher.example"
to = "mx:"
accept-from = "anyone"
[[route]]
match = "*"
to = "simulator:"
[[alias]]
address = "a@local.example"
to = ["b@x.example", "c@x.example"]
confidential = true
[[list]]
address = "l@local.example"
owner = "owner@local.example"
members = []`,
      'dsnd.toml',
      '/etc/dsnd',
    );
    expect(config.routes).toEqual([
      {
        match: { kind: 'subdomains', domain: 'example.org' },
        to: { kind: 'maildir', directory: '/etc/dsnd/mail' },
        recipients: new Set(['bob', 'odd one']),
        acceptFrom: 'anyone',
      },
      { match: { kind: 'address', address: 'bob@xn--bcher-kva.example' }, to: { kind: 'mx' }, acceptFrom: 'anyone' },
      { match: { kind: 'all' }, to: { kind: 'simulator' }, acceptFrom: 'anyone' },
    ]);
    expect(config.aliases).toEqual([
      { address: 'a@local.example', to: ['b@x.example', 'c@x.example'], confidential: true },
    ]);
    expect(config.lists).toEqual([{ address: 'l@local.example', owner: 'owner@local.example', members: [] }]);
  });

  it.each([
    [
      'an unknown key, with what was meant',
      `${least}relay_from = []`,
      /^dsnd\.toml:5: listen\.relay_from: is unknown, did you mean "relay-from"\?; allowed: address, role, relay-from, /,
    ],
    [
      'an unknown table',
      `${least}[routes]`,
      /^dsnd\.toml:5: routes: is unknown, did you mean "route"\?; allowed: hostname, store, node, state-directory, listen, route, alias, list, /,
    ],
    [
      'a missing key, at its table',
      `${least}\n[[route]]\nmatch = "*"`,
      'dsnd.toml:6: route.to: is missing; allowed: smtp://HOST:PORT, smtps://HOST:PORT, lmtp://HOST:PORT, mx:, maildir:DIRECTORY, gateway+https://HOST/PATH, pipe:PROGRAM, simulator:, discard:',
    ],
    [
      'a wrong word',
      `${least}role = "realy"`,
      'dsnd.toml:5: listen.role: "realy" is not allowed, did you mean "relay"?; allowed: relay, submission, lmtp',
    ],
    [
      'the element of an array over several lines',
      `${least}relay-from = [\n  "127.0.0.1",\n  # a comment with "quotes\n  "10.0.0.0/33",\n]`,
      'dsnd.toml:8: listen.relay-from: "10.0.0.0/33" is not allowed; allowed: a network address or range such as 192.0.2.0/24 or ::1',
    ],
    [
      'the second of two tables',
      `${least}[[alias]]\naddress = "a@x.example"\nto = ["b@x.example"]\n[[alias]]\naddress = "b@x.example"\nto = []`,
      'dsnd.toml:10: alias.to: is empty; allowed: an array of at least one of an address such as bob@example.org',
    ],
    [
      'a time without unit',
      `${least}[retry]\nexpire-after = 5`,
      'dsnd.toml:6: retry.expire-after: 5 is not allowed; allowed: a time such as 90s, 30m, 4h or 5d, at least 1ms and at most 36500d',
    ],
    [
      'a time that no date could tell',
      `${least}[retry]\nexpire-after = "999999999d"`,
      'dsnd.toml:6: retry.expire-after: "999999999d" is not allowed; allowed: a time such as 90s, 30m, 4h or 5d, at least 1ms and at most 36500d',
    ],
    [
      'RFC 5321 §4.5.3.1.8: fewer recipients than every server takes',
      `${least}[limits]\nmax-recipients = 99`,
      'dsnd.toml:6: limits.max-recipients: 99 is not allowed; allowed: a whole number from 100',
    ],
    [
      'a lease that is too long',
      `${least}[delivery]\nlease = "2h"`,
      'dsnd.toml:6: delivery.lease: "2h" is not allowed; allowed: a time such as 90s, 30m, 4h or 5d, at least 5s and at most 1h',
    ],
    [
      'a wait for a receiver that no timer takes',
      `${least}[[webhook]]\nurl = "https://x.example/"\nsecret-env = "X"\ntimeout = "30d"`,
      'dsnd.toml:8: webhook.timeout: "30d" is not allowed; allowed: a time such as 10s, at least 1s and at most 1h',
    ],
    [
      'a collector with a password, to which nothing could be sent',
      `${least}[traces]\nendpoint = "http://me:close@127.0.0.1:4318/"`,
      'dsnd.toml:6: traces.endpoint: "http://(hidden)@127.0.0.1:4318/" is not allowed; allowed: an http:// or https:// URL such as http://127.0.0.1:4318/v1/traces, without user name and password',
    ],
    [
      'all of a domain, written as an alias would have it',
      `${least}[[route]]\nmatch = "*@ivory.edu"\nto = "mx:"`,
      'dsnd.toml:6: route.match: "*@ivory.edu" is not allowed; allowed: a domain, "*.domain", an address, or "*"',
    ],
    [
      'a next hop',
      `${least}[[route]]\nmatch = "*"\nto = "http://127.0.0.1"`,
      'dsnd.toml:7: route.to: "http://127.0.0.1": unknown scheme; allowed: smtp://HOST:PORT, smtps://HOST:PORT, lmtp://HOST:PORT, mx:, maildir:DIRECTORY, gateway+https://HOST/PATH, pipe:PROGRAM, simulator:, discard:',
    ],
    [
      'a recipient that is an address',
      `${least}[[route]]\nmatch = "x.example"\nto = "mx:"\nrecipients = ["bob@x.example"]`,
      'dsnd.toml:8: route.recipients: "bob@x.example" is not allowed; allowed: a local-part such as bob',
    ],
    [
      'a socket that stands twice',
      `${least}[[listen]]\naddress = "127.0.0.1:2526"\n[[listen]]\naddress = "127.0.0.1:2526"`,
      'dsnd.toml:8: listen.address: 127.0.0.1 port 2526 stands twice; allowed: each address once',
    ],
    [
      'a secret, which is not told',
      `${least}[[webhook]]\nurl = "https://x.example/"\nsecret = "whsec_close"`,
      'dsnd.toml:7: webhook.secret: this value is not allowed; allowed: "whsec_" and 24 to 64 octets in base64',
    ],
    [
      'a URL with a password, which is not told',
      `${least}[[webhook]]\nurl = "https://crm:close@x.example/"\nsecret-env = "X"`,
      'dsnd.toml:6: webhook.url: "https://(hidden)@x.example/" is not allowed; allowed: an http:// or https:// URL without user name and password',
    ],
    [
      'an address that stands twice',
      `${least}[[alias]]\naddress = "A@x.example"\nto = ["b@x.example"]\n[[list]]\naddress = "a@X.example"\nowner = "o@x.example"\nmembers = []`,
      'dsnd.toml:9: list.address: "a@X.example" stands twice; allowed: each alias and list address once',
    ],
    [
      'a table for an array of tables',
      `listen = 1\n`,
      'dsnd.toml:1: listen: is no array of tables; allowed: [[listen]]',
    ],
    ['an array for a table', `retry = []\n${least}`, 'dsnd.toml:1: retry: is no table; allowed: [retry]'],
    [
      'a misspelt key rather than the key that it leaves missing',
      least.replace('hostname', 'hostnam'),
      /^dsnd\.toml:1: hostnam: is unknown, did you mean "hostname"\?/,
    ],
    [
      'no listener',
      'hostname = "mx.example.org"\nstore = "sqlite:data"',
      'dsnd.toml:1: listen: is missing; allowed: one [[listen]] or more',
    ],
    [
      'TLS without a certificate',
      `${least}tls = "implicit"`,
      'dsnd.toml:5: listen.tls: needs a certificate; allowed: off, or add a [tls] table',
    ],
    [
      'TLS that is required and can not be had',
      `${least}tls-required = true`,
      'dsnd.toml:5: listen.tls-required: can never be met; allowed: false with tls = "off"',
    ],
    [
      'AUTH without users',
      `${least}auth = ["PLAIN"]`,
      'dsnd.toml:5: listen.auth: needs users; allowed: [], or add a [users] table',
    ],
    [
      'a mechanism that nobody should use',
      `${least}auth = ["PLAIN", "CRAM-MD5"]`,
      'dsnd.toml:5: listen.auth: "CRAM-MD5" is not allowed; allowed: PLAIN, LOGIN, SCRAM-SHA-256',
    ],
    [
      'LMTP on the port of SMTP',
      `${least}role = "lmtp"`,
      'dsnd.toml:4: listen.address: is the port of SMTP; allowed: any other port for lmtp',
    ],
    [
      'LMTP without what belongs to it',
      `${least.replace(':25', ':24')}role = "lmtp"\nwithout = ["CHUNKING", "PIPELINING"]`,
      'dsnd.toml:6: listen.without: PIPELINING belongs to LMTP; allowed: other keywords',
    ],
    [
      'somebody to offer DSN to',
      `${least}dsn = ["10.0.0.0/8", "alice"]`,
      'dsnd.toml:5: listen.dsn: "alice" is not allowed; allowed: a network, users, user:NAME',
    ],
    [
      'a longer hold than can be announced',
      `${least}[limits]\nmax-hold = "40000d"`,
      /^dsnd\.toml:6: limits\.max-hold: "40000d" is not allowed; allowed: a time/,
    ],
    [
      'text that is no TOML',
      'hostname = "mx.example.org"\nstore = ',
      /^dsnd\.toml:2: is no TOML: .+; allowed: TOML 1\.0, see https:\/\/toml\.io$/,
    ],
    [
      'a host name that could break a header field',
      `hostname = "mx\\r\\nX: y"\n${least.slice(28)}`,
      /^dsnd\.toml:1: hostname: "mx\\r\\nX: y" is not allowed; allowed: the full DNS name/,
    ],
  ])('refuses %s on one line that says what is allowed', (_, text, message) => {
    const error = failure(text);
    if (typeof message === 'string') expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
    expect(error.message.startsWith(`dsnd.toml:${error.line}: ${error.key}`)).toBe(true);
  });

  it('RFC 6409 §4.3 RFC 8314 §3: what a listener does by default depends on its role and on what there is', () => {
    const text = `hostname = "mx.example.org"
store = "sqlite:data"
[tls]
certificate = "cert.pem"
key = "/keys/key.pem"
[users]
file = "users.toml"
[[listen]]
address = "[::]:25"
[[listen]]
address = "[::]:587"
role = "submission"
[[listen]]
address = "[::]:465"
role = "submission"
tls = "implicit"
dsn = ["10.0.0.0/8", "user:alice"]
without = ["CHUNKING"]
max-messages = 5
[[listen]]
address = "[::]:24"
role = "lmtp"
`;
    const config = parseConfig(text, 'dsnd.toml', '/etc/dsnd');
    expect(config.tls).toEqual({
      certificateFile: '/etc/dsnd/cert.pem',
      keyFile: '/keys/key.pem',
      minimumVersion: 'TLSv1.2',
    });
    expect(config.users).toEqual({ file: '/etc/dsnd/users.toml', maxFailures: 20 });
    const [relay, submission, implicit, lmtp] = config.listen;
    expect(relay).toMatchObject({ tls: 'starttls', tlsRequired: false, auth: [], dsn: 'trusted' });
    expect(submission).toMatchObject({
      tls: 'starttls',
      tlsRequired: true,
      auth: ['PLAIN', 'LOGIN', 'SCRAM-SHA-256'],
      authInClear: false,
      maxErrors: 20,
      maxAuthAttempts: 3,
    });
    expect(submission).not.toHaveProperty('maxMessages');
    expect(implicit).toMatchObject({
      tls: 'implicit',
      tlsRequired: false,
      without: new Set(['CHUNKING']),
      maxMessages: 5,
    });
    expect(implicit?.dsn).toMatchObject({ networks: [{ prefixLength: 104 }], users: new Set(['alice']) });
    expect(lmtp).toMatchObject({ tls: 'off', tlsRequired: false, auth: [], maxConnectionsPerClient: 50 });
    const plain = parseConfig(least, 'dsnd.toml', '/etc/dsnd');
    expect(plain.listen).toMatchObject([{ tls: 'off', auth: [], xclientFrom: [], maxConnectionsPerMinute: 300 }]);
    expect(plain.limits).toMatchObject({ maxHoldMs: 2_592_000_000, leastDeliverByMs: 0 });
  });

  it('names the first wrong line when there are several', () => {
    expect(failure(`${least}role = 1\nrelay_from = []\n[retry]\ndelays = 1`)).toMatchObject({
      line: 5,
      key: 'listen.role',
    });
  });
});

describe('localModeConfig', () => {
  it('keeps everything on the machine and under the folder', () => {
    const config = localModeConfig('/home/me');
    expect(config.listen).toMatchObject([{ host: '127.0.0.1', port: 2525 }]);
    expect(config.store.directory).toBe('/home/me/.dsnkit/queue');
    expect(config.routes.map(({ match, to }) => [match, to])).toEqual([
      [{ kind: 'domain', domain: 'simulator.test' }, { kind: 'simulator' }],
      [{ kind: 'all' }, { kind: 'maildir', directory: '/home/me/.dsnkit/mail' }],
    ]);
  });
});

describe('[report]', () => {
  it('reads languages, texts and signing keys; paths count from the folder of the file', () => {
    const { report } = parseConfig(
      `${least}
[report]
postmaster = "ops@example.org"
language = "de"
languages = ["de", "pt-BR"]
texts = ["texts/pt-br.toml"]
html = true
max-per-minute = 5
digest-every = "never"
[[report.dkim]]
domain = "example.org"
selector = "s2026.mx"
key-file = "/etc/keys/rsa.pem"
[[report.dkim]]
domain = "MX.example.org"
selector = "ed"
key-file = "ed.pem"`,
      'dsnd.toml',
      '/etc/dsnd',
    );
    expect(report).toMatchObject({
      returnedMaxOctets: 50_000,
      postmaster: 'ops@example.org',
      language: 'de',
      languages: ['de', 'pt-BR'],
      texts: ['/etc/dsnd/texts/pt-br.toml'],
      html: true,
      maxPerMinute: 5,
      dkim: [
        { domain: 'example.org', selector: 's2026.mx', keyFile: '/etc/keys/rsa.pem' },
        { domain: 'MX.example.org', selector: 'ed', keyFile: '/etc/dsnd/ed.pem' },
      ],
    });
  });

  it.each([
    ['max-per-minute = 0', 'report.max-per-minute: 0 is not allowed; allowed: a whole number from 1'],
    [
      'digest-every = "1s"',
      'report.digest-every: "1s" is not allowed; allowed: a time such as 30m or 1h, at least 1m and at most 36500d, or "never"',
    ],
    [
      'language = "Deutsch!"',
      'report.language: "Deutsch!" is not allowed; allowed: a language tag such as "de" or "pt-BR"',
    ],
    ['languages = []', 'report.languages: is empty; allowed: an array of at least one of a language tag such as "de"'],
    ['[[report.dkim]]\nselector = "s"\nkey-file = "k"', 'report.dkim.domain: is missing; allowed: a domain in ASCII'],
    [
      '[[report.dkim]]\ndomain = "other.example"\nselector = "s"\nkey-file = "k"',
      'report.dkim.domain: "other.example" is not the domain of mx.example.org; allowed: mx.example.org or a domain above it',
    ],
    [
      '[[report.dkim]]\ndomain = "example.org"\nselector = "s s"\nkey-file = "k"',
      'report.dkim.selector: "s s" is not allowed; allowed: a selector such as "s2026"',
    ],
  ])('refuses %j', (text, message) => {
    expect(failure(`${least}[report]\n${text}`).message).toContain(message);
  });
});

describe('dane-resolver', () => {
  const read = (value: string) =>
    parseConfig(`${least}[delivery]\ndane-resolver = "${value}"`, 'dsnd.toml', '/etc/dsnd').delivery.daneResolver;

  it.each([
    ['127.0.0.1:53', { host: '127.0.0.1', port: 53 }],
    ['[::1]:5353', { host: '::1', port: 5353 }],
  ])('%s is an address', (value, expected) => {
    expect(read(value)).toEqual(expected);
  });

  it.each(['localhost:53', '127.0.0.1', '127.0.0.1:0', '::1:53', ''])(
    'refuses %j: whoever looked a name up would have to be trusted, too',
    (value) => {
      expect(failure(`${least}[delivery]\ndane-resolver = "${value}"`).message).toContain(
        `delivery.dane-resolver: "${value}" is not allowed; allowed: ADDRESS:PORT`,
      );
    },
  );
});

describe('[[webhook]]', () => {
  const hook = (name: string, more = ''): string =>
    `[[webhook]]\nname = "${name}"\nurl = "https://${name}.example/"\nsecret-env = "SECRET"\n${more}\n`;

  it('may say under which name it was known before, also where that was its URL', () => {
    const former = 'https://crm.example/hook?a=b';
    const read = parseConfig(`${least}${hook('a', `renamed-from = "${former}"`)}`, 'dsnd.toml', '/etc/dsnd');
    expect(read.webhooks[0]).toMatchObject({ name: 'a', renamedFrom: former });
  });

  it.each([
    [hook('a', 'renamed-from = "b"') + hook('b'), '"b" goes on elsewhere; allowed: a name that is gone, once'],
    [hook('a', 'renamed-from = "a"'), '"a" goes on elsewhere; allowed: a name that is gone, once'],
    [
      hook('a', 'renamed-from = "c"') + hook('b', 'renamed-from = "c"'),
      '"c" goes on elsewhere; allowed: a name that is gone, once',
    ],
    [hook('a', 'renamed-from = ""'), '"" is not allowed; allowed: the name of a webhook'],
  ])('refuses %j', (text, message) => {
    expect(failure(`${least}${text}`).message).toContain(`webhook.renamed-from: ${message}`);
  });
});
