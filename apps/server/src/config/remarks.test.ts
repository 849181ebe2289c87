import { describe, expect, it } from 'vitest';
import { parseConfig, remarksOn } from '../config.ts';

const remarks = (...matches: readonly string[]): readonly string[] =>
  remarksOn(
    parseConfig(
      `hostname = "mx.example.org"\nstore = "sqlite:q"\n[[listen]]\naddress = "127.0.0.1:25"\n` +
        matches.map((match) => `[[route]]\nmatch = "${match}"\nto = "mx:"\n`).join(''),
      'dsnd.toml',
      '/etc/dsnd',
    ),
  );

describe('remarks on a configuration', () => {
  it('RFC 3461 §6.1: reports have to go to senders anywhere', () => {
    expect(remarks('example.org', '*.example.org')).toEqual([expect.stringContaining('no route is for "*"')]);
    expect(remarks('example.org', '*')).toEqual([]);
  });

  it.each([
    [['*', 'example.org'], 'example.org'],
    [['example.org', 'EXAMPLE.org', '*'], 'example.org'],
    [['example.org', 'bob@example.org', '*'], 'bob@example.org'],
    [['*.example.org', 'bob@mx.example.org', '*'], 'bob@mx.example.org'],
    [['*.example.org', '*.mx.example.org', '*'], '*.mx.example.org'],
    [['*', '*'], '*'],
  ])('a route that none gets to: %j', (matches, told) => {
    expect(remarks(...matches)).toEqual([expect.stringContaining(`the route for "${told}" gets no mail`)]);
  });

  it.each([
    [['example.org', '*.example.org', '*']],
    [['bob@example.org', 'example.org', '*']],
    [['*.mx.example.org', '*.example.org', '*']],
  ])('routes that each get mail: %j', (matches) => expect(remarks(...matches)).toEqual([]));

  it('of many routes that none gets to one is named', () => {
    expect(remarks('*', 'a.example', 'b.example', 'c.example')).toEqual([
      expect.stringMatching(/"a\.example".* 2 more/),
    ]);
  });

  const remarksWith = (listen: string, route: string, more = ''): readonly string[] =>
    remarksOn(
      parseConfig(
        `hostname = "mx.example.org"\nstore = "sqlite:q"\n[[listen]]\n${listen}\n[[route]]\nmatch = "*"\n${route}\n${more}`,
        'dsnd.toml',
        '/etc/dsnd',
      ),
    );

  it.each([
    ['address = "0.0.0.0:25"\nrelay-from = ["0.0.0.0/0"]', 'to = "mx:"'],
    ['address = "[::]:25"\nrelay-from = ["10.0.0.0/8", "::/0"]', 'to = "smtp://mx.example.net:25"'],
    ['address = "0.0.0.0:25"', 'to = "mx:"\naccept-from = "anyone"'],
  ])('RFC 5321 §7.9: an open relay: %j, %j', (listen, route) => {
    expect(remarksWith(listen, route)).toEqual([expect.stringContaining('open relay')]);
  });

  it.each([
    ['address = "0.0.0.0:25"\nrelay-from = ["192.0.2.0/24", "2001:db8::/32"]', 'to = "mx:"'],
    ['address = "127.0.0.1:25"\nrelay-from = ["0.0.0.0/0"]', 'to = "mx:"'],
    ['address = "0.0.0.0:25"', 'to = "discard:"'],
  ])('no open relay: %j, %j', (listen, route) => {
    expect(remarksWith(listen, route)).toEqual([]);
  });

  it('RFC 5321 §6.3: a route that leads back here', () => {
    for (const [address, to] of [
      ['127.0.0.1:2525', 'smtp://127.0.0.1:2525'],
      ['0.0.0.0:25', 'smtp://localhost:25'],
      ['[::1]:2525', 'smtp://[::1]:2525'],
    ] as const)
      expect(remarksWith(`address = "${address}"`, `to = "${to}"`)).toEqual([expect.stringContaining('leads back')]);
    expect(remarksWith('address = "127.0.0.1:2525"', 'to = "smtp://127.0.0.1:25"')).toEqual([]);
  });

  it('RFC 5321 §6.3: a limit of hops below 100', () => {
    const [listen, route] = ['address = "127.0.0.1:25"', 'to = "mx:"'];
    const limited = (hops: number) => remarksWith(listen, route, `[limits]\nmax-hops = ${hops}`);
    expect(limited(99)).toEqual([expect.stringContaining('limits.max-hops is 99')]);
    expect(limited(100)).toEqual([]);
  });

  it('a notice of delay that never comes, a list of nobody, a suppression list that is not there', () => {
    const [listen, route] = ['address = "127.0.0.1:25"', 'to = "mx:"'];
    const list = '[[list]]\naddress = "l@example.org"\nowner = "o@example.org"\n';
    expect(remarksWith(listen, route, '[retry]\nexpire-after = "4h"')).toEqual([expect.stringContaining('delay')]);
    expect(remarksWith(listen, route, list)).toEqual(['the list l@example.org has no members']);
    expect(remarksWith(listen, route, `${list}members = ["a@example.org"]`)).toEqual([]);
    expect(remarksWith(`${listen}\nsuppression = true`, route)).toEqual([expect.stringContaining('[suppression]')]);
    expect(remarksWith(`${listen}\nsuppression = true`, route, '[suppression]')).toEqual([]);
  });
});
