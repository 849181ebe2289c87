import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { A, AAAA, CNAME, MX, TLSA, decodeAnswer, encodeQuestion, readName } from './message.ts';
import { DnssecResolver } from './validating-resolver.ts';

const AD = 0x20;
const TC = 0x200;

/** A name in full: no label is written short. */
function nameOctets(name: string): number[] {
  const labels = name === '' ? [] : name.split('.');
  return [...labels.flatMap((label) => [label.length, ...new TextEncoder().encode(label)]), 0];
}

type Rr = readonly [owner: string, type: number, rdata: readonly number[]];

interface Said {
  readonly flags?: number;
  readonly records?: readonly Rr[];
  /** Added to the id of the question. */
  readonly idOff?: number;
  /** Octets that are missing at the end. */
  readonly cut?: number;
  /** In place of the question. */
  readonly question?: readonly number[];
}

/** The answer to a question as it came; the OPT record of the question is left out. */
function answerTo(query: Uint8Array, { flags = AD, records = [], idOff = 0, cut = 0, question }: Said): Uint8Array {
  const id = (((query[0] ?? 0) << 8) | (query[1] ?? 0)) + idOff;
  const words = [id, 0x8180 | flags, 1, records.length, 0, 0].flatMap((word) => [(word >> 8) & 255, word & 255]);
  const body = records.flatMap(([owner, type, rdata]) => [
    ...nameOctets(owner),
    ...[type >> 8, type & 255, 0, 1, 0, 0, 0, 60, rdata.length >> 8, rdata.length & 255],
    ...rdata,
  ]);
  const whole = [...words, ...(question ?? query.slice(12, -11)), ...body];
  return Uint8Array.from(whole.slice(0, whole.length - cut));
}

interface Asked {
  readonly name: string;
  readonly type: number;
  readonly over: 'udp' | 'tcp';
  readonly query: Uint8Array;
}

const open: (() => void)[] = [];
afterEach(() => open.splice(0).forEach((close) => close()));

/** A name server on loopback, UDP and TCP on one port; undefined says nothing. */
async function nameServer(say: (asked: Asked) => readonly Said[]) {
  const asked: Asked[] = [];
  const hear = (query: Uint8Array, over: Asked['over']) => {
    const read = readName(query, 12)!;
    const one = { name: read.name, type: (query[read.end]! << 8) | query[read.end + 1]!, over, query };
    asked.push(one);
    return say(one).map((said) => answerTo(query, said));
  };
  const tcp = createServer((socket) => {
    socket.on('data', (octets: Uint8Array) => {
      for (const answer of hear(octets.subarray(2), 'tcp')) {
        const whole = Uint8Array.of(answer.length >> 8, answer.length & 255, ...answer);
        socket.write(whole.subarray(0, 5));
        setTimeout(() => socket.write(whole.subarray(5)), 5);
      }
    });
    socket.on('error', () => undefined);
  });
  const port = await new Promise<number>((resolve) => {
    tcp.listen(0, '127.0.0.1', () => resolve((tcp.address() as { port: number }).port));
  });
  const udp = createSocket('udp4');
  udp.on('message', (query, from) => {
    for (const answer of hear(query, 'udp')) udp.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
  open.push(() => {
    udp.close();
    tcp.close();
  });
  return { asked, resolver: new DnssecResolver({ host: '127.0.0.1', port }, { timeoutMs: 300 }) };
}

const mx = (preference: number, host: string) => [0, preference, ...nameOctets(host)];

describe('DnssecResolver', () => {
  it('asks with RD, AD and DO (RFC 6840 §5.7), and tells by AD what is secure', async () => {
    for (const flags of [AD, 0]) {
      const records: Rr[] = [
        ['Ivory.EDU', MX, mx(10, 'Mail.ivory.edu')],
        ['other.edu', MX, mx(5, 'evil.example')],
      ];
      const { resolver, asked } = await nameServer(() => [{ flags, records }]);
      const hosts = [{ host: 'mail.ivory.edu', preference: 10 }];
      expect(await resolver.mx('ivory.edu')).toEqual({ kind: 'hosts', hosts, secure: flags === AD });
      const query = asked[0]!.query;
      expect([query[2], query[3], query.length]).toEqual([1, AD, 12 + 11 + 4 + 11]);
      expect([...query.slice(-11)]).toEqual([0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 0]);
    }
  });

  it('RFC 7672 §3.2.2: tells where the aliases of a domain end', async () => {
    const records: Rr[] = [
      ['ivory.edu', CNAME, nameOctets('college.example')],
      ['college.example', MX, mx(10, 'mail.ivory.edu')],
    ];
    const { resolver } = await nameServer(() => [{ records }]);
    expect(await resolver.mx('ivory.edu')).toMatchObject({ kind: 'hosts', canonicalName: 'college.example' });
  });

  it('RFC 5321 §5.1: aliases that lead in a circle are trouble, not a domain without exchanger or address', async () => {
    const records: Rr[] = [
      ['round.example', CNAME, nameOctets('circle.example')],
      ['circle.example', CNAME, nameOctets('round.example')],
    ];
    const { resolver } = await nameServer(() => [{ records }]);
    const trouble = { kind: 'trouble', reason: 'its aliases (CNAME) lead in a circle', secure: false };
    expect(await resolver.mx('round.example')).toEqual(trouble);
    expect(await resolver.addresses('circle.example')).toEqual(trouble);
    const { resolver: other } = await nameServer(() => [{ records: [['a.example', CNAME, nameOctets('b.example')]] }]);
    expect(await other.mx('a.example')).toMatchObject({ kind: 'none', canonicalName: 'b.example' });
  });

  it('RFC 7766 §5: an answer that was cut short is had over TCP', async () => {
    const rdata = [3, 1, 1, ...Array<number>(32).fill(7)];
    const name = '_25._tcp.mail.ivory.edu';
    const records = Array.from({ length: 60 }, (): Rr => [name, TLSA, rdata]);
    const { resolver, asked } = await nameServer(({ over }) => (over === 'udp' ? [{ flags: AD | TC }] : [{ records }]));
    const answer = await resolver.tlsa(name);
    expect(answer).toMatchObject({ kind: 'records', secure: true });
    expect(answer.kind === 'records' && answer.records).toEqual(records.map(() => Uint8Array.from(rdata)));
    expect(asked.map(({ over }) => over)).toEqual(['udp', 'tcp']);
  });

  it('RFC 5452 §9.1: another id, another question, or a broken message is no answer', async () => {
    const forged: Rr[] = [['ivory.edu', MX, mx(1, 'evil.example')]];
    const right: Rr[] = [['ivory.edu', MX, mx(10, 'mail.ivory.edu')]];
    const { resolver, asked } = await nameServer(() => [
      { records: forged, idOff: 1 },
      { records: forged, question: [...nameOctets('ivory.edx'), 0, MX, 0, 1] },
      { records: forged, question: [...nameOctets('ivory.edu'), 0, A, 0, 1] },
      { records: forged, cut: 1 },
      { records: right },
    ]);
    expect(await resolver.mx('ivory.edu')).toMatchObject({ hosts: [{ host: 'mail.ivory.edu' }] });
    expect(asked).toHaveLength(1);
  });

  it('silence is asked again, then trouble', async () => {
    const { resolver, asked } = await nameServer(() => []);
    expect(await resolver.mx('ivory.edu')).toEqual({
      ...{ kind: 'trouble', reason: 'the resolver did not answer in time', secure: false },
    });
    expect(asked).toHaveLength(2);
  });

  it('nobody listens: trouble', async () => {
    const resolver = new DnssecResolver({ host: '127.0.0.1', port: 9 }, { timeoutMs: 300 });
    expect((await resolver.tlsa('_25._tcp.mail.ivory.edu')).kind).toBe('trouble');
  });

  it.each([
    [2, { kind: 'trouble', reason: 'the resolver answered SERVFAIL', secure: false }],
    [3, { kind: 'no-such-domain', secure: true }],
    [0, { kind: 'none', secure: true }],
    [5, { kind: 'trouble', reason: 'the resolver answered REFUSED', secure: false }],
  ])('RFC 4035 §5.5: code %i', async (code, expected) => {
    const { resolver } = await nameServer(() => [{ flags: AD | code }]);
    expect(await resolver.tlsa('_25._tcp.mail.ivory.edu')).toEqual(expected);
  });

  it('addresses of both families, secure only if both are, along aliases', async () => {
    const alias: Rr = ['mail.ivory.edu', CNAME, nameOctets('host.example')];
    const of = { [A]: [192, 0, 2, 1], [AAAA]: [0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), 1] } as const;
    for (const flags of [AD, 0]) {
      const { resolver } = await nameServer(({ type }) => [
        {
          flags: type === A ? flags : AD,
          records: type === CNAME ? [alias] : [alias, ['host.example', type, [...(type === A ? of[A] : of[AAAA])]]],
        },
      ]);
      expect(await resolver.addresses('mail.ivory.edu')).toEqual({
        kind: 'addresses',
        addresses: ['2001:db8::1', '192.0.2.1'],
        secure: flags === AD,
        canonicalName: 'host.example',
      });
      expect(await resolver.isSecureAlias('mail.ivory.edu')).toBe(true);
    }
  });

  it('RFC 5321 §5.1: of very many exchangers it tells the preferred ones, wherever they stand', async () => {
    const records = Array.from({ length: 150 }, (_, i): Rr => [
      'ivory.edu',
      MX,
      [0, 200 - i, ...nameOctets(`h${i}.edu`)],
    ]);
    const { resolver } = await nameServer(() => [{ records }]);
    const answer = await resolver.mx('ivory.edu');
    const hosts = answer.kind === 'hosts' ? answer.hosts : [];
    expect(hosts).toHaveLength(100);
    expect(hosts[0]).toEqual({ preference: 51, host: 'h149.edu' });
  });

  it('RFC 7505 §3: null MX', async () => {
    const { resolver } = await nameServer(() => [{ records: [['ivory.edu', MX, mx(0, '')]] }]);
    expect(await resolver.mx('ivory.edu')).toEqual({ kind: 'null-mx', secure: true });
  });

  it('RFC 5321 §5.1: records that can not be read are trouble, not a domain without exchanger or a host without address', async () => {
    const { resolver } = await nameServer(() => [
      {
        records: [
          ['ivory.edu', MX, [0]],
          ['ivory.edu', A, [192, 0, 2]],
          ['ivory.edu', AAAA, []],
        ],
      },
    ]);
    const trouble = { kind: 'trouble', reason: 'the resolver gave broken records', secure: false };
    expect(await resolver.mx('ivory.edu')).toEqual(trouble);
    expect(await resolver.addresses('ivory.edu')).toEqual(trouble);
  });

  it.each([
    '',
    'a..b',
    `${'a'.repeat(64)}.example`,
    Array(60).fill('long').join('.'),
    'a b.example',
    'a\\032b.example',
  ])('a name that the DNS can not hold does not exist: %j', async (name) => {
    const { resolver, asked } = await nameServer(() => []);
    expect(await resolver.mx(name)).toEqual({ kind: 'no-such-domain', secure: false });
    expect(asked).toEqual([]);
  });

  it('a resolver to which there is no way is told as trouble, not thrown at the process', async () => {
    // Connecting a socket to it is refused by the system at once.
    const resolver = new DnssecResolver({ host: '255.255.255.255', port: 53 }, { timeoutMs: 5000, tries: 2 });
    expect(await resolver.mx('ivory.edu')).toEqual({
      kind: 'trouble',
      reason: 'the resolver could not be reached',
      secure: false,
    });
  });

  it('more questions than may be under way wait for their turn', async () => {
    const { asked, resolver } = await nameServer(() => [{}]);
    const all = await Promise.all(Array.from({ length: 500 }, (_, i) => resolver.mx(`d${i}.example`)));
    expect(all.every(({ kind }) => kind === 'none')).toBe(true);
    expect(new Set(asked.map(({ name }) => name)).size).toBe(500);
  });
});

describe('RFC 1035 §4.1.4: names in messages', () => {
  it('a pointer leads back; one that leads ahead or to itself is broken', () => {
    const octets = Uint8Array.of(3, 99, 111, 109, 0, 1, 97, 0xc0, 0, 0xc0, 9, 0xc0, 20);
    expect(readName(octets, 5)).toEqual({ name: 'a.com', end: 9 });
    expect([readName(octets, 9), readName(octets, 11), readName(octets, 13)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('a dot within a label parts nothing', () => {
    expect(readName(Uint8Array.of(3, 97, 46, 98, 0), 0)?.name).toBe('a\\046b');
  });

  it('whatever is cut off or changed is read without an exception', () => {
    const question = { id: 7, name: 'ivory.edu', type: MX };
    const query = encodeQuestion(question)!;
    const whole = answerTo(query, { records: [['ivory.edu', MX, mx(10, 'mail.ivory.edu')]] });
    expect(decodeAnswer(whole, question)?.records).toHaveLength(1);
    for (let at = 0; at < whole.length; at++) {
      expect(decodeAnswer(whole.subarray(0, at), question)).toBeUndefined();
      for (const octet of [0, 0x3f, 0xc0, 0xff]) decodeAnswer(whole.with(at, octet), question);
    }
  });
});
