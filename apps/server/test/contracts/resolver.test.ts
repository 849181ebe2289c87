import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DnsResolver } from '../../src/adapters/dns/resolver.ts';
import type { Resolver } from '../../src/ports.ts';
import { TableResolver, type DnsEntry } from '../simulation/resolver.ts';
import { mxData, startNameServer, txtData, type NameServerAnswer } from '../support/name-server.ts';

const table: Readonly<Record<string, DnsEntry>> = {
  'ivory.edu': {
    mx: [
      [20, 'second.ivory.edu'],
      [10, 'First.ivory.EDU'],
    ],
    addresses: ['192.0.2.1'],
    txt: ['v=STSv1; id=1', 'other'],
  },
  'null.example': { mx: [[0, '.']] },
  'null-among-others.example': {
    mx: [
      [0, '.'],
      [10, 'mail.example'],
    ],
  },
  'plain.example': {},
  'broken.example': { trouble: 'the name servers failed (SERVFAIL)' },
};
const SERVFAIL = { kind: 'trouble', reason: 'the name servers failed (SERVFAIL)' };

/** The answer of a name server that knows the table. */
function answerOf(question: string): NameServerAnswer {
  const [type, name = ''] = question.split(' ');
  const entry = table[name];
  if (entry === undefined) return 3;
  if (entry.trouble !== undefined) return 2;
  if (type === 'MX') return (entry.mx ?? []).map(([preference, host]) => mxData(preference, host));
  if (type === 'TXT') return (entry.txt ?? []).map((text) => txtData(text));
  return type === 'A' ? (entry.addresses ?? []).map((address) => Buffer.from(address.split('.').map(Number))) : [];
}

let server: Awaited<ReturnType<typeof startNameServer>>;
let directory: string;
beforeAll(async () => {
  server = await startNameServer(answerOf);
  directory = await mkdtemp(join(tmpdir(), 'dsnkit-resolver-'));
  await writeFile(join(directory, 'hosts'), '');
});
afterAll(async () => {
  server.stop();
  await rm(directory, { recursive: true });
});

const resolvers: Readonly<Record<string, () => Resolver>> = {
  DnsResolver: () => new DnsResolver({ servers: [server.address], hostsFile: join(directory, 'hosts') }),
  TableResolver: () => new TableResolver(table),
};

describe.each(Object.entries(resolvers))('%s', (_, makeResolver) => {
  it('RFC 5321 §5.1: tells the exchangers of a domain, in lower case, whatever its own letter case', async () => {
    const answer = await makeResolver().mx('Ivory.EDU');
    expect(answer).toEqual({
      kind: 'hosts',
      hosts: expect.arrayContaining([
        { preference: 10, host: 'first.ivory.edu' },
        { preference: 20, host: 'second.ivory.edu' },
      ]),
    });
  });

  it.each([
    ['RFC 7505 §3: a null MX', 'null.example', { kind: 'null-mx' }],
    [
      'RFC 7505 §3: a null MX among others is no exchanger',
      'null-among-others.example',
      { kind: 'hosts', hosts: [{ preference: 10, host: 'mail.example' }] },
    ],
    ['RFC 5321 §5.1: no MX', 'plain.example', { kind: 'none' }],
    ['RFC 5321 §5.1: no domain', 'nowhere.example', { kind: 'no-such-domain' }],
    ['RFC 5321 §5.1: trouble', 'broken.example', SERVFAIL],
  ])('%s', async (__, domain, answer) => {
    expect(await makeResolver().mx(domain)).toEqual(answer);
  });

  it.each([
    ['ivory.edu', { kind: 'addresses', addresses: ['192.0.2.1'] }],
    ['IVORY.edu', { kind: 'addresses', addresses: ['192.0.2.1'] }],
    ['plain.example', { kind: 'none' }],
    ['nowhere.example', { kind: 'no-such-domain' }],
    ['broken.example', SERVFAIL],
    ['192.0.2.77', { kind: 'addresses', addresses: ['192.0.2.77'] }],
    ['2001:db8::77', { kind: 'addresses', addresses: ['2001:db8::77'] }],
  ])('RFC 5321 §5.1: addresses of %s', async (host, answer) => {
    expect(await makeResolver().addresses(host)).toEqual(answer);
  });

  it.each([
    ['ivory.edu', { kind: 'records', records: ['v=STSv1; id=1', 'other'] }],
    ['plain.example', { kind: 'none' }],
    ['nowhere.example', { kind: 'no-such-domain' }],
    ['broken.example', SERVFAIL],
  ])('RFC 8461 §3.1: the TXT records of %s', async (name, answer) => {
    expect(await makeResolver().txt(name)).toEqual(answer);
  });
});
