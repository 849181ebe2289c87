import { expect, it } from 'vitest';
import { unreached } from './route-table.ts';

const all = { match: { kind: 'all' } } as const;
const domain = (name: string) => ({ match: { kind: 'domain', domain: name } }) as const;
const subdomains = (name: string) => ({ match: { kind: 'subdomains', domain: name } }) as const;
const address = (name: string) => ({ match: { kind: 'address', address: name } }) as const;

it.each([
  ['nothing before it', [domain('x.example'), all], []],
  ['everything', [all, domain('x.example'), address('a@x.example'), all], ['x.example', 'a@x.example', '*']],
  ['the same', [domain('x.example'), domain('x.example'), domain('y.example')], ['x.example']],
  ['the domain of the address', [domain('x.example'), address('a@x.example'), address('a@y.example')], ['a@x.example']],
  ['all below', [subdomains('x.example'), domain('a.b.x.example'), domain('x.example')], ['a.b.x.example']],
  ['an address', [address('a@x.example'), domain('x.example'), address('b@x.example')], ['b@x.example']],
])('tells which routes no mail gets to: %s', (_, routes, expected) => {
  expect(unreached(routes)).toEqual(expected);
});
