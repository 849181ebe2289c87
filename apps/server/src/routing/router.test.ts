import { describe, expect, it } from 'vitest';
import { localModeConfig, parseConfig } from '../config.ts';
import { expandDestination, makeRouter } from './router.ts';

function router(tables: string) {
  const head = 'hostname = "mx.example.org"\nstore = "sqlite:data"\n[[listen]]\naddress = "127.0.0.1:25"\n';
  return makeRouter(parseConfig(head + tables, 'dsnd.toml', '/srv'));
}

const route = (match: string, to: string, more = '') => `[[route]]\nmatch = "${match}"\nto = "${to}"\n${more}\n`;
const alias = (address: string, ...to: string[]) => `[[alias]]\naddress = "${address}"\nto = ${JSON.stringify(to)}\n`;
const list = (address: string, owner: string, ...members: string[]) =>
  `[[list]]\naddress = "${address}"\nowner = "${owner}"\nmembers = ${JSON.stringify(members)}\n`;

describe('routes', () => {
  const routes = router(
    route('vip@ivory.edu', 'smtp://127.0.0.1:1') +
      route('ivory.edu', 'smtp://127.0.0.1:2') +
      route('deep.sub.example.com', 'smtp://127.0.0.1:3') +
      route('*.example.com', 'smtp://127.0.0.1:4') +
      route('late@ivory.edu', 'smtp://127.0.0.1:5') +
      route('[192.0.2.1]', 'smtp://127.0.0.1:6') +
      route('bücher.example', 'smtp://127.0.0.1:7') +
      route('*', 'mx:'),
  );

  it.each([
    ['vip@ivory.edu', 'smtp://127.0.0.1:1'],
    ['VIP@Ivory.EDU', 'smtp://127.0.0.1:1'],
    ['"vip"@ivory.edu', 'smtp://127.0.0.1:1'],
    ['bob@ivory.edu', 'smtp://127.0.0.1:2'],
    ['late@ivory.edu', 'smtp://127.0.0.1:2'],
    ['bob@deep.sub.example.com', 'smtp://127.0.0.1:3'],
    ['bob@sub.example.com', 'smtp://127.0.0.1:4'],
    ['bob@a.b.c.example.com', 'smtp://127.0.0.1:4'],
    ['bob@example.com', 'mx:example.com'],
    ['bob@notexample.com', 'mx:notexample.com'],
    ['bob@[192.0.2.1]', 'smtp://127.0.0.1:6'],
    ['bob@[192.0.2.2]', 'mx:[192.0.2.2]'],
    ['bob@BÜCHER.example', 'smtp://127.0.0.1:7'],
    ['bob@xn--bcher-kva.example', 'smtp://127.0.0.1:7'],
    ['bob%ivory.edu@elsewhere.example', 'mx:elsewhere.example'],
    ['ivory.edu!bob@elsewhere.example', 'mx:elsewhere.example'],
    ['"bob@ivory.edu"@elsewhere.example', 'mx:elsewhere.example'],
  ])('the first match wins: %s goes to %s', (address, destination) => {
    expect(routes.resolve(address)).toMatchObject({ kind: 'hop', destination });
  });

  it('only who may relay reaches the hops that lead on', () => {
    const both = router(route('here.example', 'maildir:mail') + route('*', 'smtp://127.0.0.1:2'));
    expect(both.resolve('bob@here.example')).toMatchObject({ acceptFrom: 'anyone' });
    expect(both.resolve('bob@there.example')).toMatchObject({ acceptFrom: 'relay-from' });
  });

  it('without a route nobody is told that the mailbox is missing, but that the way is', () => {
    expect(router(route('here.example', 'discard:')).resolve('bob@there.example')).toEqual({
      kind: 'refuse',
      reply: { code: 550, status: '5.1.2', lines: ['No route leads to this domain'] },
    });
  });

  it('a route with recipients refuses the others with 5.1.1', () => {
    const local = router(route('here.example', 'maildir:mail', 'recipients = ["Bob", "\\"o dd\\""]'));
    expect(local.resolve('bob@here.example').kind).toBe('hop');
    expect(local.resolve('"BOB"@here.example').kind).toBe('hop');
    expect(local.resolve('"o dd"@here.example').kind).toBe('hop');
    expect(local.resolve('alice@here.example')).toMatchObject({ reply: { code: 550, status: '5.1.1' } });
  });

  it.each(['smtp://127.0.0.1:2', 'mx:', 'pipe:/bin/true', 'discard:'])(
    'refuses what a domain relayed by %s has no mailbox for, so that no bounce is owed',
    (to) => {
      const relay = router(route('there.example', to, 'recipients = ["bob"]\naccept-from = "anyone"'));
      expect(relay.resolve('Bob@there.example')).toMatchObject({ kind: 'hop', acceptFrom: 'anyone' });
      expect(relay.resolve('alice@there.example')).toMatchObject({ reply: { code: 550, status: '5.1.1' } });
    },
  );

  it('keeps everything of local mode on the machine', () => {
    const local = makeRouter(localModeConfig('/home/me'));
    expect(local.resolve('550@simulator.test')).toMatchObject({ destination: 'simulator:', acceptFrom: 'anyone' });
    expect(local.resolve('Bob@anywhere.example')).toMatchObject({ destination: 'maildir:/home/me/.dsnkit/mail' });
    expect(local.resolve('Postmaster')).toMatchObject({ destination: 'maildir:/home/me/.dsnkit/mail' });
  });
});

describe('postmaster', () => {
  const kept = { kind: 'hop', destination: 'maildir:/srv/data/postmaster', acceptFrom: 'anyone' };

  it.each(['Postmaster', 'postmaster@mx.example.org', 'POSTMASTER@MX.Example.ORG', 'MAILER-DAEMON@mx.example.org'])(
    'RFC 5321 §4.5.1: %s is taken from everyone, and kept where no route is meant for it',
    (address) => {
      expect(router('').resolve(address)).toMatchObject(kept);
      expect(router(route('*', 'smtp://127.0.0.1:1')).resolve(address)).toMatchObject(kept);
      expect(router(route('mx.example.org', 'maildir:m', 'recipients = []')).resolve(address)).toMatchObject(kept);
      expect(router(route('mx.example.org', 'smtp://127.0.0.1:1')).resolve(address)).toMatchObject({
        destination: 'smtp://127.0.0.1:1',
        acceptFrom: 'anyone',
      });
      expect(router('[report]\npostmaster = "admin@x.example"\n').resolve(address)).toMatchObject({
        kind: 'alias',
        alias: { to: ['admin@x.example'], confidential: false },
      });
    },
  );

  it('RFC 5321 §4.5.1: exists in each domain whose recipients are listed here', () => {
    const local = router(route('here.example', 'maildir:mail', 'recipients = ["bob"]'));
    expect(local.resolve('postmaster@here.example')).toMatchObject(kept);
  });

  it('an alias of the operator comes first', () => {
    const tables = '[report]\npostmaster = "admin@x.example"\n' + alias('postmaster@mx.example.org', 'other@x.example');
    expect(router(tables).resolve('Postmaster')).toMatchObject({ alias: { to: ['other@x.example'] } });
  });

  it('may be its own mailbox', () => {
    const tables = '[report]\npostmaster = "postmaster@mx.example.org"\n';
    expect(router(tables).resolve('Postmaster')).toMatchObject(kept);
    expect(router(tables).resolve('mailer-daemon@mx.example.org')).toMatchObject({ kind: 'alias' });
  });
});

describe('aliases and lists', () => {
  it('come before routes', () => {
    const both = router(alias('A@x.example', 'b@y.example') + list('l@x.example', 'o@x.example') + route('*', 'mx:'));
    expect(both.resolve('a@X.example')).toMatchObject({ kind: 'alias', destination: expandDestination });
    expect(both.resolve('L@x.example')).toMatchObject({ kind: 'list', destination: expandDestination });
    expect(both.resolveMailbox('a@x.example')).toMatchObject({ kind: 'hop', destination: 'mx:x.example' });
  });

  const loop = { kind: 'refuse', reply: { code: 550, status: '5.4.6' } };

  it.each([
    ['two aliases', alias('a@x.example', 'b@x.example') + alias('b@x.example', 'A@X.EXAMPLE')],
    [
      'three aliases',
      alias('a@x.example', 'b@x.example') +
        alias('b@x.example', 'c@x.example', 'd@x.example') +
        alias('c@x.example', 'a@x.example'),
    ],
    ['a list among its members', list('a@x.example', 'o@x.example', 'b@x.example', 'a@x.example')],
    [
      'a list whose member leads back',
      list('a@x.example', 'o@x.example', 'b@x.example') + alias('b@x.example', 'a@x.example'),
    ],
    ['a list that owns itself', list('a@x.example', 'a@x.example')],
    [
      'a confidential alias',
      alias('a@x.example', 'b@x.example') +
        'confidential = true\n' +
        alias('b@x.example', 'a@x.example') +
        'confidential = true\n',
    ],
    ['the postmaster', '[report]\npostmaster = "a@x.example"\n' + alias('a@x.example', 'postmaster@mx.example.org')],
  ])('a circle is found: %s', (_, tables) => {
    expect(router(tables + route('*', 'mx:')).resolve('a@x.example')).toMatchObject(loop);
  });

  it('a chain may be 50 aliases long and no longer', () => {
    const chain = (length: number) =>
      Array.from({ length }, (_, i) => alias(`a${i}@x.example`, `a${i + 1}@x.example`)).join('') + route('*', 'mx:');
    expect(router(chain(50)).resolve('a0@x.example')).toMatchObject({ kind: 'alias' });
    expect(router(chain(51)).resolve('a0@x.example')).toMatchObject(loop);
    expect(router(chain(51)).resolve('a1@x.example')).toMatchObject({ kind: 'alias' });
    expect(router(chain(20_000)).resolve('a0@x.example')).toMatchObject(loop);
  });

  it('a circle far away is not the fault of who leads to it', () => {
    const tables =
      alias('a@x.example', 'b@x.example', 'c@x.example') +
      alias('b@x.example', 'd@x.example') +
      alias('d@x.example', 'b@x.example');
    const resolved = router(tables).resolve('a@x.example');
    expect(resolved.kind).toBe('alias');
    expect(
      resolved.kind === 'alias' &&
        router(tables)
          .targets(resolved.alias)
          .map((target) => target.address),
    ).toEqual(['b@x.example', 'c@x.example']);
  });

  it('targets are followed through aliases, each address once, up to lists and confidential aliases', () => {
    const tables =
      alias('a@x.example', 'b@x.example', 'c@x.example', 'l@x.example', 's@x.example', 'a@x.example') +
      alias('b@x.example', 'd@y.example', 'E@y.example') +
      alias('c@x.example', 'e@y.example', 'D@Y.example', 'f@y.example') +
      list('l@x.example', 'o@x.example', 'm@x.example') +
      alias('s@x.example', 'hidden@z.example') +
      'confidential = true\n';
    const resolved = router(tables).resolve('a@x.example');
    expect(resolved.kind === 'alias' && router(tables).targets(resolved.alias)).toEqual([
      { address: 'd@y.example', own: false },
      { address: 'E@y.example', own: false },
      { address: 'f@y.example', own: false },
      { address: 'l@x.example', own: false },
      { address: 's@x.example', own: false },
      { address: 'a@x.example', own: true },
    ]);
  });

  it('a list may have very many members', () => {
    const config = parseConfig(
      'hostname = "mx.example.org"\nstore = "sqlite:data"\n[[listen]]\naddress = "127.0.0.1:25"\n' +
        list('l@x.example', 'o@x.example', 'm@x.example'),
      'dsnd.toml',
      '/srv',
    );
    const members = Array.from({ length: 300_000 }, (_, i) => `m${i}@x.example`);
    const many = makeRouter({ ...config, lists: config.lists.map((one) => ({ ...one, members })) });
    expect(many.resolve('l@x.example')).toMatchObject({ kind: 'list' });
  });

  it('diamonds of aliases cost no more than their edges', () => {
    const tables = Array.from(
      { length: 40 },
      (_, i) =>
        alias(`a${i}@x.example`, `a${i + 1}@x.example`, `b${i}@x.example`) +
        alias(`b${i}@x.example`, `a${i + 1}@x.example`),
    ).join('');
    const resolved = router(tables).resolve('a15@x.example');
    expect(resolved.kind === 'alias' && router(tables).targets(resolved.alias)).toEqual([
      { address: 'a40@x.example', own: false },
    ]);
  });
});
