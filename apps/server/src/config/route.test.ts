import { describe, expect, it } from 'vitest';
import { parseConfig, withPasswords, type Config } from '../config.ts';
import { hopSettings } from '../delivery/hop-settings.ts';

const parse = (routes: string): Config =>
  parseConfig(
    `hostname = "mx.example.org"\nstore = "sqlite:data"\n[[listen]]\naddress = "127.0.0.1:25"\n${routes}`,
    'dsnd.toml',
    '/etc/dsnkit',
  );

const route = (match: string, to: string, more = ''): string =>
  `[[route]]\nmatch = "${match}"\nto = "${to}"\n${more}\n`;
const auth = 'auth = { user = "relay", password-file = "relay.password" }';

describe('tls and auth of a route', () => {
  it('a smart host with a login', () => {
    const config = parse(route('*', 'smtps://smtp.example.net', auth));
    expect(config.routes[0]).toMatchObject({
      to: { kind: 'smtps', host: 'smtp.example.net', port: 465 },
      acceptFrom: 'relay-from',
      auth: { user: 'relay', passwordFile: '/etc/dsnkit/relay.password' },
    });
    const files: string[] = [];
    const read = (path: string): string => {
      files.push(path);
      return 'top secret \n';
    };
    const { routes } = withPasswords(config, read, (what) => new Error(what));
    expect(files).toEqual(['/etc/dsnkit/relay.password']);
    expect(hopSettings(routes, { kind: 'smtps', host: 'smtp.example.net', port: 465 })).toEqual({
      credentials: { user: 'relay', password: 'top secret ' },
    });
    expect(hopSettings(routes, { kind: 'smtp', host: 'smtp.example.net', port: 25 })).toEqual({});
  });

  it.each(['', '\n', 'one\ntwo\n', 'a\0b'])('a file that holds %j is told, since no login could succeed', (text) => {
    const config = parse(route('*', 'smtps://smtp.example.net', auth));
    expect(() =>
      withPasswords(
        config,
        () => text,
        (what) => new Error(what),
      ),
    ).toThrow('/etc/dsnkit/relay.password: expected one line, the password');
  });

  it('for the exchangers of a domain its first route counts, and what single addresses in it demand', () => {
    const { routes } = parse(
      route('ceo@ivory.edu', 'mx:', 'tls = "verified"') +
        route('*.lab.example', 'mx:', 'tls = "required"') +
        route('old.example', 'mx:', 'tls = "off"') +
        route('bob@old.example', 'mx:') +
        route('*', 'mx:'),
    );
    const tls = (domain: string) => hopSettings(routes, { kind: 'mx', domain }).tls;
    expect(['ivory.edu', 'a.lab.example', 'lab.example', 'old.example', 'else.example'].map(tls)).toEqual([
      'verified',
      'required',
      undefined,
      'opportunistic',
      undefined,
    ]);
  });

  it.each([
    [route('*', 'maildir:mail', 'tls = "off"'), 8, 'tls', 'has no meaning with maildir:'],
    [route('*', 'smtp://a', 'tls = "none"'), 8, 'tls', '"none" is not allowed'],
    [route('*', 'smtps://a', 'tls = "opportunistic"'), 8, 'tls', 'smtps: is TLS'],
    [route('*', 'smtp://a', `${auth}\ntls = "off"`), 9, 'tls', 'never sent in the clear'],
    [route('*', 'mx:', auth), 8, 'auth', 'has no meaning with mx:'],
    [route('*', 'smtp://a', 'auth = { user = "x" }'), 8, 'password-file', 'is missing'],
    [route('a.example', 'smtp://a') + route('*', 'smtp://a', 'tls = "off"'), 12, 'tls', 'the same "to"'],
    [route('a.example', 'smtp://a', auth) + route('*', 'smtp://a'), 9, 'auth', 'the same "to"'],
  ])('wrong: %s', (text, line, key, what) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ message: expect.stringContaining(what) as string }));
    expect(() => parse(text)).toThrow(new RegExp(`dsnd.toml:${line}: route\\.(auth\\.)?${key}`));
  });

  it('which addresses come first', () => {
    expect(parse('').delivery.prefer).toBe('ipv6');
    expect(parse('[delivery]\nprefer = "ipv4"').delivery.prefer).toBe('ipv4');
  });
});
