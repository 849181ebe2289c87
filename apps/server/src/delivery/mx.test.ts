import { describe, expect, it } from 'vitest';
import { TableResolver } from '../../test/simulation/resolver.ts';
import { parseDestination } from '../routing/next-hop.ts';
import { findTargets, orderExchangers } from './mx.ts';

const own = new Set(['mx.example.org']);

const resolver = new TableResolver({
  'ivory.edu': {
    mx: [
      [20, 'backup.ivory.edu'],
      [10, 'Mail.ivory.edu'],
    ],
  },
  'mail.ivory.edu': { addresses: ['2001:db8::1', '192.0.2.1'] },
  'backup.ivory.edu': { addresses: ['192.0.2.2'] },
  'plain.example': { addresses: ['192.0.2.3'] },
  'alias.example': { cname: 'ivory.edu' },
  'null.example': { mx: [[0, '.']] },
  'empty.example': {},
  'ghost.example': { mx: [[10, 'nowhere.example']], addresses: ['192.0.2.9'] },
  'half.example': {
    mx: [
      [10, 'nowhere.example'],
      [20, 'backup.ivory.edu'],
    ],
  },
  'bad.example': { trouble: 'SERVFAIL' },
  'badhost.example': { mx: [[10, 'bad.example']] },
  'mx.example.org': { addresses: ['192.0.2.10'] },
  'xn--bcher-kva.example': { addresses: ['192.0.2.11'] },
  'ours.example': { mx: [[10, 'MX.example.org']] },
  'backedup.example': {
    mx: [
      [10, 'mail.ivory.edu'],
      [20, 'mx.example.org'],
      [20, 'backup.ivory.edu'],
      [30, 'plain.example'],
    ],
  },
});

function find(key: string) {
  const nextHop = parseDestination(key);
  if (nextHop.kind !== 'mx' && nextHop.kind !== 'smtp') throw new Error(key);
  return findTargets(nextHop, resolver, own, () => 0);
}

describe('findTargets', () => {
  it.each([
    [
      'R5321-5.1-c',
      'mx:ivory.edu',
      ['mail.ivory.edu 2001:db8::1:25', 'mail.ivory.edu 192.0.2.1:25', 'backup.ivory.edu 192.0.2.2:25'],
    ],
    ['R5321-5.1-a', 'mx:plain.example', ['plain.example 192.0.2.3:25']],
    [
      'a CNAME is followed',
      'mx:alias.example',
      ['mail.ivory.edu 2001:db8::1:25', 'mail.ivory.edu 192.0.2.1:25', 'backup.ivory.edu 192.0.2.2:25'],
    ],
    ['a host without address is passed over', 'mx:half.example', ['backup.ivory.edu 192.0.2.2:25']],
    ['R5321-5.1-d', 'mx:backedup.example', ['mail.ivory.edu 2001:db8::1:25', 'mail.ivory.edu 192.0.2.1:25']],
    ['an address literal', 'mx:[192.0.2.7]', ['undefined 192.0.2.7:25']],
    ['an address literal', 'mx:[ipv6:2001:db8::7]', ['undefined 2001:db8::7:25']],
    [
      'a configured name',
      'smtp://mail.ivory.edu:2525',
      ['mail.ivory.edu 2001:db8::1:2525', 'mail.ivory.edu 192.0.2.1:2525'],
    ],
    ['a configured address', 'smtp://[::1]:2525', ['undefined ::1:2525']],
  ])('RFC 5321 §5.1: %s: %s', async (_, key, targets) => {
    const found = await find(key);
    expect(found.targets.map(({ host, address, port }) => `${host} ${address}:${port}`)).toEqual(targets);
    expect(found.trouble).toBeUndefined();
  });

  it.each([
    ['RFC 7505 §4.1 R7505-3-a: a null MX', 'mx:null.example', '5.1.10', 'the domain null.example takes no mail'],
    [
      'RFC 5321 §5.1 R5321-5.1-a: no such domain',
      'mx:nothing.example',
      '5.1.2',
      'the domain nothing.example does not exist',
    ],
    [
      'RFC 5321 §5.1 R5321-5.1-a: DNS trouble',
      'mx:bad.example',
      '4.4.3',
      'the mail exchangers of bad.example could not be looked up: SERVFAIL',
    ],
    [
      'RFC 5321 §5.1: DNS trouble with the exchanger',
      'mx:badhost.example',
      '4.4.3',
      'the address of bad.example could not be looked up: SERVFAIL',
    ],
    [
      'RFC 5321 §5.1: neither MX nor address',
      'mx:empty.example',
      '5.1.2',
      'the domain empty.example has neither a mail exchanger nor an address',
    ],
    [
      'RFC 5321 §5.1 R5321-5.1-b: exchangers without address',
      'mx:ghost.example',
      '5.4.4',
      'none of the mail exchangers of ghost.example has an address',
    ],
    [
      'RFC 5321 §5.1 R5321-5.1-d: we are the best exchanger',
      'mx:ours.example',
      '5.4.6',
      'mail for ours.example would come back to this server',
    ],
    [
      'RFC 5321 §5.1 R5321-5.1-d: our own name',
      'mx:mx.example.org',
      '5.4.6',
      'mail for mx.example.org would come back to this server',
    ],
    ['RFC 5321 §4.1.3: a literal of no known kind', 'mx:[x:y]', '5.1.2', '[x:y] is no address of a host'],
    ['RFC 5321 §2.3.5: no domain', 'mx:', '5.1.2', 'the address has no domain'],
    ['a relay that has no address', 'smtp://empty.example', '4.3.5', 'the relay empty.example has no address'],
    ['a relay that is not found', 'smtp://nothing.example', '4.3.5', 'the relay nothing.example has no address'],
    [
      'a relay that can not be looked up',
      'smtp://bad.example',
      '4.4.3',
      'the address of bad.example could not be looked up: SERVFAIL',
    ],
  ])('%s', async (_, key, status, reason) => {
    expect(await find(key)).toEqual({ targets: [], trouble: { status, reason } });
  });

  it('RFC 6066 §3: a domain in U-labels that is the host itself is known by its A-labels', async () => {
    const host = 'xn--bcher-kva.example';
    const targets = [{ host, address: '192.0.2.11', port: 25 }];
    expect(await find('mx:bücher.example')).toEqual({ targets });
    const looped = await findTargets({ kind: 'mx', domain: 'bücher.example' }, resolver, new Set([host]), () => 0);
    expect(looped.trouble?.status).toBe('5.4.6');
  });

  it('tries no more hosts and addresses than are of use, whatever the DNS says', async () => {
    const many = new TableResolver({
      'many.example': { mx: Array.from({ length: 10_000 }, (_, i) => [10, `h${i}.example`] as const) },
      ...Object.fromEntries(
        Array.from({ length: 10_000 }, (_, i) => [
          `h${i}.example`,
          { addresses: ['192.0.2.1', '192.0.2.2', '192.0.2.3'] },
        ]),
      ),
    });
    const { targets } = await findTargets({ kind: 'mx', domain: 'many.example' }, many, own, Math.random);
    expect(targets).toHaveLength(20);
    expect(many.questions.length).toBeLessThanOrEqual(11);
  });

  it('RFC 5321 §5.1: where there are more hosts or addresses than an attempt asks, attempts ask them all in time', async () => {
    const hosts = Array.from({ length: 14 }, (_, i) => `h${i}.example`);
    const crowd = [...Array.from({ length: 30 }, (_, i) => `2001:db8::${i + 1}`), '192.0.2.1'];
    const resolver = new TableResolver({
      'ranked.example': { mx: hosts.map((host, i) => [10 + i, host] as const) },
      ...Object.fromEntries(hosts.map((host, i) => [host, { addresses: [`192.0.2.${i + 10}`] }])),
      'crowd.example': { addresses: crowd },
    });
    const ofHosts = new Set<string | undefined>();
    const ofCrowd = new Set<string>();
    for (let attempt = 0; attempt < 400; attempt++) {
      const ranked = await findTargets({ kind: 'mx', domain: 'ranked.example' }, resolver, own, Math.random);
      const asked = ranked.targets.map(({ host }) => host);
      expect(asked.slice(0, 9)).toEqual(hosts.slice(0, 9));
      expect(asked).toHaveLength(10);
      const relay = await findTargets({ kind: 'smtp', host: 'crowd.example', port: 25 }, resolver, own, Math.random);
      const addresses = relay.targets.map(({ address }) => address);
      expect(addresses).toHaveLength(20);
      expect(addresses).toEqual(crowd.filter((address) => addresses.includes(address)));
      expect(addresses.at(-1)).toBe('192.0.2.1');
      for (const host of asked) ofHosts.add(host);
      for (const address of addresses) ofCrowd.add(address);
    }
    expect([ofHosts.size, ofCrowd.size]).toEqual([14, 31]);
  });

  it('RFC 5321 §5.1: addresses of one host, however many, keep out neither other hosts nor its own other family', async () => {
    const six = Array.from({ length: 30 }, (_, i) => `2001:db8::${i + 1}`);
    const crowded = new TableResolver({
      'crowded.example': {
        mx: [
          [10, 'crowd.example'],
          [20, 'lone.example'],
        ],
      },
      'crowd.example': { addresses: [...six, '192.0.2.1'] },
      'lone.example': { addresses: ['192.0.2.2'] },
    });
    const { targets } = await findTargets({ kind: 'mx', domain: 'crowded.example' }, crowded, own, () => 0);
    expect(targets.length).toBeLessThanOrEqual(20);
    expect(targets[0]).toMatchObject({ host: 'crowd.example', address: '2001:db8::1' });
    expect(targets).toContainEqual({ host: 'crowd.example', address: '192.0.2.1', port: 25 });
    expect(targets.at(-1)).toEqual({ host: 'lone.example', address: '192.0.2.2', port: 25 });
    const relay = await findTargets({ kind: 'smtp', host: 'crowd.example', port: 25 }, crowded, own, () => 0);
    expect(relay.targets).toHaveLength(20);
    expect(relay.targets.at(-1)).toMatchObject({ address: '192.0.2.1' });
  });
});

describe('orderExchangers', () => {
  it('RFC 5321 §5.1 R5321-5.1-c: exchangers of equal preference are tried in random order', () => {
    const draws = [0.9, 0.1, 0.5];
    const answer = {
      kind: 'hosts',
      hosts: [
        { host: 'a', preference: 10 },
        { host: 'b', preference: 10 },
        { host: 'c', preference: 5 },
      ],
    } as const;
    expect(orderExchangers('x.example', answer, own, () => draws.shift() ?? 0)).toEqual({
      kind: 'hosts',
      hosts: ['c', 'b', 'a'],
      implicit: false,
    });
  });

  it('RFC 5321 §5.1 R5321-5.1-d: our own name is known in any case, so that mail does not travel in circles', () => {
    const hosts = [{ host: 'MX.Example.ORG', preference: 10 }];
    expect(orderExchangers('x.example', { kind: 'hosts', hosts }, own, () => 0)).toMatchObject({
      kind: 'trouble',
      trouble: { status: '5.4.6' },
    });
  });
});
