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
