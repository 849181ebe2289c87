import { describe, expect, it } from 'vitest';
import { parseConfig, withListMembers, withRecipients } from '../config.ts';
import { makeRouter } from './router.ts';

const base = `hostname = "mx.example.org"
store = "sqlite:data"
recipient-delimiter = "+"
[[listen]]
address = "127.0.0.1:2525"
[[route]]
match = "local.example"
to = "maildir:mail"
recipients = ["bob", "c+d"]
[[route]]
match = "*"
to = "mx:"
[[alias]]
address = "sales@local.example"
to = ["bob@local.example"]
`;

const route = (address: string, more = '') => makeRouter(parseConfig(base + more, 'dsnd.toml', '')).resolve(address);
const catchAll = '[[alias]]\naddress = "*@local.example"\nto = ["bob@local.example"]\n';

describe('sub-addresses', () => {
  it.each([
    ['bob+shop@local.example', 'hop'],
    ['Bob+a+b@Local.Example', 'hop'],
    ['c+d@local.example', 'hop'],
    ['sales+x@local.example', 'alias'],
    ['carol+x@local.example', 'refuse'],
    ['+bob@local.example', 'refuse'],
    ['"bob+x"@local.example', 'refuse'],
  ])('%s is %s', (address, kind) => {
    expect(route(address).kind).toBe(kind);
  });

  const alias = (address: string, to: string): string =>
    `[[alias]]\naddress = "${address}@local.example"\nto = ["${to}@local.example"]\n`;

  it.each([
    ['to each other', alias('a', 'b+x') + alias('b', 'a'), 'b+x'],
    ['to itself', alias('a', 'a+x'), 'a+y'],
    [
      'by a list',
      `${alias('a', 'team+x')}[[list]]\naddress = "team@local.example"\nowner = "bob@local.example"\nmembers = ["a@local.example"]\n`,
      'team',
    ],
  ])('RFC 5321 §6.3: an alias that leads %s by an address with a tag refuses with 5.4.6', (_, more, address) => {
    const looped = { kind: 'refuse', reply: { status: '5.4.6' } };
    expect(route('a@local.example', more)).toMatchObject(looped);
    expect(route(`${address}@local.example`, more)).toMatchObject(looped);
  });

  it('an alias may lead to a tag of another, or of a mailbox', () => {
    expect(route('a@local.example', alias('a', 'sales+x')).kind).toBe('alias');
    expect(route('a@local.example', alias('a', 'bob+x') + alias('c', 'a')).kind).toBe('alias');
  });

  it('a tag means nothing where no delimiter is set', () => {
    const config = parseConfig(base.replace('recipient-delimiter = "+"\n', ''), 'dsnd.toml', '');
    expect(makeRouter(config).resolve('bob+shop@local.example').kind).toBe('refuse');
  });
});

describe('catch-all', () => {
  it.each([
    ['nobody@local.example', 'alias'],
    ['bob@local.example', 'hop'],
    ['bob+x@local.example', 'hop'],
    ['sales@local.example', 'alias'],
    ['nobody@other.example', 'hop'],
  ])('%s is %s', (address, kind) => {
    expect(route(address, catchAll).kind).toBe(kind);
  });

  it('takes what no alias takes', () => {
    const [nobody, sales] = ['nobody@local.example', 'sales@local.example'].map((address) => route(address, catchAll));
    expect(nobody).toMatchObject({ alias: { address: '*@local.example' } });
    expect(sales).toMatchObject({ alias: { address: 'sales@local.example' } });
  });

  it.each([
    ['itself', '[[alias]]\naddress = "*@local.example"\nto = ["nobody@local.example"]\n'],
    [
      'another',
      '[[route]]\nmatch = "b.example"\nto = "maildir:b"\nrecipients = []\n[[alias]]\naddress = "*@local.example"\nto = ["x@b.example"]\n[[alias]]\naddress = "*@b.example"\nto = ["y@local.example"]\n',
    ],
  ])('RFC 5321 §6.3: one that leads to %s in a circle refuses with 5.4.6', (_which, more) => {
    const first = base.replace('[[route]]\nmatch = "*"\nto = "mx:"\n', '');
    const router = makeRouter(parseConfig(first + more, 'dsnd.toml', ''));
    expect(router.resolve('nobody@local.example')).toMatchObject({ kind: 'refuse', reply: { status: '5.4.6' } });
  });
});

describe('a domain that stands for another', () => {
  const domain = (address: string, to: string) =>
    `[[route]]\nmatch = "${address}"\nto = "discard:"\nrecipients = []\n[[alias]]\naddress = "*@${address}"\nto = ["${to}"]\n`;
  // Routes stand before the one for all.
  const at = (address: string, more: string) =>
    makeRouter(parseConfig(base.replace('[[route]]\nmatch = "*"\nto = "mx:"\n', more), 'dsnd.toml', '')).resolve(
      address,
    );
  const old = domain('old.example', '*@local.example');

  it.each([
    ['bob@old.example', 'bob@local.example'],
    ['Bob+shop@OLD.example', 'Bob+shop@local.example'],
    ['sales@old.example', 'sales@local.example'],
    ['"c+d"@old.example', '"c+d"@local.example'],
  ])('%s is %s', (address, to) => {
    expect(at(address, old)).toMatchObject({ kind: 'alias', alias: { address, to: [to] } });
  });

  it('leads to the end of what stands there', () => {
    const router = makeRouter(parseConfig(base.replace('[[route]]\nmatch = "*"\nto = "mx:"\n', old), 'dsnd.toml', ''));
    const sales = router.resolve('sales@old.example');
    expect(sales.kind === 'alias' && router.targets(sales.alias)).toEqual([
      { address: 'bob@local.example', own: false },
    ]);
  });

  it('refuses whom that one refuses, so that no bounce is owed', () => {
    expect(at('carol@old.example', old)).toMatchObject({ kind: 'refuse', reply: { code: 550, status: '5.1.1' } });
    const older = domain('older.example', '*@old.example') + old;
    expect(at('bob@older.example', older)).toMatchObject({ alias: { to: ['bob@old.example'] } });
    expect(at('carol@older.example', older)).toMatchObject({ kind: 'refuse', reply: { code: 550, status: '5.1.1' } });
  });

  it.each(['*@old.example', '"*"@old.example', '*+shop@old.example'])(
    'takes %s for one of its addresses, not for all of them',
    (address) => {
      expect(at(address, old)).toMatchObject({ kind: 'refuse', reply: { code: 550, status: '5.1.1' } });
      const anybody = old.replaceAll('local.example', 'away.example');
      const open = `[[route]]\nmatch = "away.example"\nto = "discard:"\n${anybody}`;
      const to = address.replace('old.example', 'away.example');
      expect(at(address, open)).toMatchObject({ kind: 'alias', alias: { address, to: [to] } });
    },
  );

  it('an alias for one of its addresses comes first', () => {
    const more = `${old}[[alias]]\naddress = "bob@old.example"\nto = ["x@away.example"]\n`;
    expect(at('bob@old.example', more)).toMatchObject({ alias: { to: ['x@away.example'] } });
  });

  it.each([
    ['by another domain', domain('b.example', '*@old.example') + domain('old.example', '*@b.example'), 'bob@b.example'],
    ['by an alias', `${old}[[alias]]\naddress = "eve@local.example"\nto = ["eve@old.example"]\n`, 'eve@old.example'],
    ['by a tag', `${old}[[alias]]\naddress = "eve@local.example"\nto = ["eve+x@old.example"]\n`, 'eve+x@old.example'],
    [
      'by a catch-all',
      `${old}[[alias]]\naddress = "*@local.example"\nto = ["nobody@old.example"]\n`,
      'nobody@old.example',
    ],
  ])('RFC 5321 §6.3: one that leads to itself %s refuses with 5.4.6', (_, more, address) => {
    expect(at(address, more)).toMatchObject({ kind: 'refuse', reply: { status: '5.4.6' } });
  });

  it.each([
    ['for one address', 'bob@local.example', '*@away.example'],
    ['for itself', '*@old.example', '*@OLD.example'],
  ])('is not %s', (_, address, to) => {
    const text = `${base}[[alias]]\naddress = "${address}"\nto = ["${to}"]\n`;
    expect(() => parseConfig(text, 'dsnd.toml', '')).toThrow(
      `alias.to: "${to}" is not for "${address}"; allowed: an address, or for *@domain *@other-domain`,
    );
  });
});

describe('list members in a file', () => {
  const list =
    '[[list]]\naddress = "team@local.example"\nowner = "bob@local.example"\nmembers = ["a@x.example"]\nmembers-file = "team.txt"\n';
  const config = parseConfig(base + list, 'dsnd.toml', '/etc/dsnd');

  it('come behind the members of the table', () => {
    const read = (path: string) =>
      path === '/etc/dsnd/team.txt' ? '# team\r\nb@x.example\n\n c@x.example # since May\n' : '';
    expect(withListMembers(config, read).lists[0]!.members).toEqual(['a@x.example', 'b@x.example', 'c@x.example']);
  });

  it('tell file and line of what is no address', () => {
    expect(() => withListMembers(config, () => 'b@x.example\nc at x.example')).toThrow(
      '/etc/dsnd/team.txt:2: members-file: "c at x.example" is no address; allowed: one address per line',
    );
    const missing = () => {
      throw new Error('ENOENT: no such file');
    };
    expect(() => withListMembers(config, missing)).toThrow(/team\.txt:1: members-file: can't be read: ENOENT/);
  });
});

describe('recipients of a route in a file', () => {
  const route = (more: string) => `${base}[[route]]\nmatch = "team.example"\nto = "smtp://127.0.0.1:2"\n${more}`;
  const config = parseConfig(route('recipients = ["Ann"]\nrecipients-file = "team.txt"\n'), 'dsnd.toml', '/etc/dsnd');
  const recipientsOf = ({ routes }: typeof config) => routes.find(({ recipientsFile }) => recipientsFile)?.recipients;

  it('are those of the table and of the file', () => {
    const read = (path: string) => (path === '/etc/dsnd/team.txt' ? '# team\r\nBob\n\n "o dd" # since May\n' : '');
    expect(recipientsOf(withRecipients(config, read))).toEqual(new Set(['ann', 'bob', 'o dd']));
    const alone = parseConfig(route('recipients-file = "team.txt"\n'), 'dsnd.toml', '/etc/dsnd');
    expect(recipientsOf(withRecipients(alone, read))).toEqual(new Set(['bob', 'o dd']));
  });

  it('RFC 5321 §4.1.2: may hold the sign that begins a comment elsewhere', () => {
    expect(recipientsOf(withRecipients(config, () => 'bob#1 # the first\n\t# nobody'))).toEqual(
      new Set(['ann', 'bob#1']),
    );
  });

  it('RFC 6531 §3.3: tell file and line of what is in another charset than UTF-8', () => {
    const latin1 = Buffer.from('bob\njos\u00E9\n', 'latin1');
    expect(() => withRecipients(config, () => latin1.toString('utf8'))).toThrow(
      '/etc/dsnd/team.txt:2: recipients-file: "jos\uFFFD" is not UTF-8; allowed: text in UTF-8',
    );
    expect(recipientsOf(withRecipients(config, () => 'jos\u00E9'))).toEqual(new Set(['ann', 'jos\u00E9']));
  });

  it('are nobody if the file is empty', () => {
    const alone = parseConfig(route('recipients-file = "team.txt"\n'), 'dsnd.toml', '/etc/dsnd');
    expect(recipientsOf(withRecipients(alone, () => ''))).toEqual(new Set());
  });

  it('tell file and line of what is no local-part', () => {
    expect(() => withRecipients(config, () => 'bob\nbob@team.example')).toThrow(
      '/etc/dsnd/team.txt:2: recipients-file: "bob@team.example" is no local-part; allowed: one local-part such as bob per line',
    );
    const missing = () => {
      throw new Error('ENOENT: no such file');
    };
    expect(() => withRecipients(config, missing)).toThrow(/team\.txt:1: recipients-file: can't be read: ENOENT/);
  });
});
