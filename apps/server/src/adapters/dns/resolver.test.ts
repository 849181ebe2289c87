import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mxData, startNameServer, txtData, type NameServerAnswer } from '../../../test/support/name-server.ts';
import { DnsResolver } from './resolver.ts';

/** rcode, or record data, for each question; no entry is NXDOMAIN, no answer is silence. */
const zone: Readonly<Record<string, NameServerAnswer>> = {
  'MX ivory.edu': [mxData(20, 'second.ivory.edu'), mxData(10, 'First.ivory.EDU')],
  'MX null.example': [mxData(0, '')],
  'MX plain.example': [],
  'TXT _mta-sts.ivory.edu': [txtData('v=STSv1; ', 'id=1'), txtData('other')],
  'TXT broken.example': 2,
  'MX broken.example': 2,
  'MX silent.example': 'silence',
  'A ivory.edu': [Buffer.from([192, 0, 2, 1]), Buffer.from([192, 0, 2, 2])],
  'AAAA ivory.edu': [Buffer.from('20010db8000000000000000000000001', 'hex')],
  'A four.example': [Buffer.from([192, 0, 2, 4])],
  'AAAA four.example': 2,
  'A half.example': [],
  'AAAA half.example': 2,
  'MX many.example': Array.from({ length: 150 }, (_, i) => mxData(200 - i, `h${i}.example`)),
  'A many.example': [Buffer.from([192, 0, 2, 7])],
  'AAAA many.example': Array.from({ length: 150 }, (_, i) =>
    Buffer.from([32, 1, 13, 184, ...Array.from({ length: 11 }, () => 0), i]),
  ),
  'A none.example': [],
  'AAAA none.example': [],
  ...Object.fromEntries(
    ['MX', 'A', 'AAAA', 'CNAME'].flatMap((type) => [
      [`${type} round.example`, { alias: 'Circle.example' }],
      [`${type} circle.example`, { alias: 'ROUND.example' }],
      [`${type} alias.example`, { alias: 'none.example' }],
    ]),
  ),
  'CNAME none.example': [],
};

let server: Awaited<ReturnType<typeof startNameServer>>;
let resolver: DnsResolver;
let directory: string;
beforeAll(async () => {
  server = await startNameServer((question) => zone[question] ?? 3);
  directory = await mkdtemp(join(tmpdir(), 'dsnkit-hosts-'));
  await writeFile(
    join(directory, 'hosts'),
    '127.0.0.1 localhost\n192.0.2.9\tfiled.example Filed # a comment\n2001:db8::9 filed.example\n',
  );
  resolver = new DnsResolver({
    servers: [server.address],
    timeoutMs: 100,
    tries: 1,
    hostsFile: join(directory, 'hosts'),
  });
});
afterAll(async () => {
  server.stop();
  await rm(directory, { recursive: true });
});

describe('DnsResolver', () => {
  it('RFC 5321 §5.1: of very many exchangers it tells the preferred ones, wherever they stand', async () => {
    const answer = await resolver.mx('many.example');
    const hosts = answer.kind === 'hosts' ? answer.hosts : [];
    expect(hosts).toHaveLength(100);
    expect(hosts.slice(0, 2)).toEqual([
      { preference: 51, host: 'h149.example' },
      { preference: 52, host: 'h148.example' },
    ]);
  });

  it('very many addresses of one family keep out none of the other', async () => {
    const answer = await resolver.addresses('many.example');
    expect(answer.kind === 'addresses' ? answer.addresses : []).toContain('192.0.2.7');
  });

  it.each([
    [
      'ivory.edu',
      {
        kind: 'hosts',
        hosts: expect.arrayContaining([
          { preference: 10, host: 'first.ivory.edu' },
          { preference: 20, host: 'second.ivory.edu' },
        ]),
      },
    ],
    ['null.example', { kind: 'null-mx' }],
    ['plain.example', { kind: 'none' }],
    ['nowhere.example', { kind: 'no-such-domain' }],
    ['broken.example', { kind: 'trouble', reason: 'the name servers failed (SERVFAIL)' }],
    ['silent.example', { kind: 'trouble', reason: 'the name servers did not answer in time' }],
    [`${'a'.repeat(64)}.example`, { kind: 'no-such-domain' }],
  ])('RFC 5321 §5.1: MX of %s', async (domain, answer) => {
    expect(await resolver.mx(domain)).toEqual(answer);
  });

  it.each([
    ['ivory.edu', { kind: 'addresses', addresses: ['2001:db8::1', '192.0.2.1', '192.0.2.2'] }],
    ['four.example', { kind: 'addresses', addresses: ['192.0.2.4'] }],
    ['half.example', { kind: 'trouble', reason: 'the name servers failed (SERVFAIL)' }],
    ['none.example', { kind: 'none' }],
    ['alias.example', { kind: 'none' }],
    ['round.example', { kind: 'trouble', reason: 'its aliases (CNAME) lead in a circle' }],
    ['nowhere.example', { kind: 'no-such-domain' }],
    ['localhost', { kind: 'addresses', addresses: ['127.0.0.1'] }],
    ['mail.localhost', { kind: 'addresses', addresses: ['::1', '127.0.0.1'] }],
    ['FILED.example', { kind: 'addresses', addresses: ['2001:db8::9', '192.0.2.9'] }],
    ['192.0.2.77', { kind: 'addresses', addresses: ['192.0.2.77'] }],
  ])('RFC 5321 §5.1: addresses of %s', async (host, answer) => {
    expect(await resolver.addresses(host)).toEqual(answer);
  });

  it('a hosts file that could not be read for a while counts again, though it has not changed', async () => {
    const file = join(directory, 'hosts');
    const filed = { kind: 'addresses', addresses: ['2001:db8::9', '192.0.2.9'] };
    expect(await resolver.addresses('filed.example')).toEqual(filed);
    await rename(file, `${file}.away`);
    expect(await resolver.addresses('filed.example')).toEqual({ kind: 'no-such-domain' });
    await rename(`${file}.away`, file);
    expect(await resolver.addresses('filed.example')).toEqual(filed);
  });

  it.each([
    ['_mta-sts.ivory.edu', { kind: 'records', records: ['v=STSv1; id=1', 'other'] }],
    ['nowhere.example', { kind: 'no-such-domain' }],
    ['broken.example', { kind: 'trouble', reason: 'the name servers failed (SERVFAIL)' }],
  ])('RFC 8461 §3.1: the TXT records of %s, the strings of each joined', async (domain, answer) => {
    expect(await resolver.txt(domain)).toEqual(answer);
  });
});
