import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deliveryOf } from '../../test/simulation/delivery.ts';
import { relayWorld, told } from '../../test/simulation/relay.ts';
import type { Script } from '../../test/simulation/scripted-host.ts';
import { SecureTable } from '../../test/simulation/secure-table.ts';
import type { ChainLink } from '../ports.ts';
import { daneProblem, parseTlsa, usableRecords } from './dane.ts';
import type { SmtpOptions, SmtpPorts } from './smtp-transport.ts';
import { StsPolicies } from './sts-policies.ts';

const digests = {
  sha256: (octets: Uint8Array) => createHash('sha256').update(octets).digest(),
  sha512: (octets: Uint8Array) => createHash('sha512').update(octets).digest(),
};

function link(name: string, issuedByNext = true): ChainLink {
  const octets = (what: string) => new TextEncoder().encode(`${what} of ${name}`);
  return { certificate: octets('certificate'), publicKey: octets('key'), issuedByNext };
}

const own = link('mail.ivory.edu');
const authority = link('authority');
const root = link('root', false);
const chain = [own, authority, root];

/** The record that stands for a link of the chain. */
function tlsa(usage: number, selector: number, matchingType: number, { certificate, publicKey }: ChainLink) {
  const selected = selector === 0 ? certificate : publicKey;
  const data = [selected, digests.sha256(selected), digests.sha512(selected)][matchingType] ?? selected;
  return Uint8Array.of(usage, selector, matchingType, ...data);
}

const kinds = [0, 1].flatMap((selector) => [0, 1, 2].map((matchingType): [number, number] => [selector, matchingType]));

describe('RFC 6698 §2.1: TLSA records', () => {
  it.each(kinds)('selector %i, matching type %i: each usage matches its own certificates alone', (selector, type) => {
    const problem = (usage: number, of: ChainLink, named: boolean) =>
      daneProblem(usableRecords([tlsa(usage, selector, type, of)]), { chain, named }, digests);
    const none = 'its certificate matches none of them';
    expect([
      problem(3, own, false),
      problem(3, authority, true),
      problem(2, own, true),
      problem(2, authority, true),
      problem(2, root, true),
      problem(2, authority, false),
      problem(2, link('stranger'), true),
    ]).toEqual([undefined, none, none, undefined, undefined, 'its certificate is for another name', none]);
  });

  it.each([
    ['usage 0', tlsa(0, 0, 1, own)],
    ['usage 1', tlsa(1, 1, 1, own)],
    ['usage 4', tlsa(4, 1, 1, own)],
    ['selector 2', tlsa(3, 2, 1, own)],
    ['matching type 3', tlsa(3, 1, 3, own)],
    ['SHA-256 of 31 octets', tlsa(3, 1, 1, own).slice(0, -1)],
    ['SHA-512 of 65 octets', Uint8Array.of(...tlsa(3, 1, 2, own), 0)],
    ['no data', Uint8Array.of(3, 1, 0)],
    ['two octets', Uint8Array.of(3, 1)],
  ])('RFC 7672 §3.1.3: %s is unusable', (_, rdata) => {
    expect(usableRecords([rdata])).toEqual([]);
    expect(usableRecords([rdata, tlsa(3, 1, 1, own)])).toHaveLength(1);
  });

  it('reads its parts', () => {
    expect(parseTlsa(Uint8Array.of(3, 1, 2, 9))).toEqual({
      ...{ usage: 3, selector: 1, matchingType: 2, data: Uint8Array.of(9) },
    });
  });

  it('SHA-512 counts alone where the same thing is given by SHA-256, too', () => {
    const weak = tlsa(3, 1, 1, own);
    expect(daneProblem(usableRecords([weak, tlsa(3, 1, 2, authority)]), { chain, named: true }, digests)).toBeDefined();
    expect(daneProblem(usableRecords([weak, tlsa(3, 0, 2, authority)]), { chain, named: true }, digests)).toBe(
      undefined,
    );
  });

  it('RFC 7672 §3.1.2: an authority that did not sign is none, and a host without a certificate is nobody', () => {
    const forged = [{ ...own, issuedByNext: false }, authority];
    const records = usableRecords([tlsa(2, 0, 1, authority)]);
    expect(daneProblem(records, { chain: forged, named: true }, digests)).toBeDefined();
    expect(daneProblem(records, { chain: [], named: true }, digests)).toBe('it showed no certificate');
  });
});

const offersTls: Script = {
  EHLO: (_, dialogue) => (dialogue.secured ? '250-host\n250 DSN' : '250-host\n250 STARTTLS'),
};
const relayed = ['relayed 2.0.0 content: 250 2.0.0 Queued'];
const right = tlsa(3, 1, 1, own);
const wrong = tlsa(3, 1, 1, authority);

/** `mail.ivory.edu`, the exchanger of ivory.edu, whose certificate nobody else trusts, in a signed zone. */
async function ivory(records: readonly Uint8Array[] | 'trouble' | undefined, script: Script = offersTls) {
  const world = relayWorld();
  const added = await world.add('mail.ivory.edu', '192.0.2.1', script);
  added.host.tls = { names: [], trusted: false, chain };
  const table = new SecureTable(world.resolver.table);
  world.resolver.table.set('ivory.edu', { mx: [[10, 'mail.ivory.edu']] });
  if (records !== undefined) table.tlsaOf.set('_25._tcp.mail.ivory.edu', records);
  const ports = { dane: { resolver: table, digests } };
  const relay = (more: Partial<SmtpPorts> = {}, options: Partial<SmtpOptions> = {}) =>
    world.transport({ kind: 'mx', domain: 'ivory.edu' }, { idleMs: 0, ...options }, { ...ports, ...more });
  const send = async (transport = relay(), mailParameters = '') => {
    const delivery = deliveryOf({ message: { mailParameters }, recipients: ['bob@ivory.edu'] });
    return (await world.clock.during(transport.deliver(delivery))).map(told);
  };
  return { ...world, ...added, table, relay, send };
}

const demands = 'the DNS (TLSA of mail.ivory.edu) demands';

describe('RFC 7672 §2.2: sending by TLSA records', () => {
  it('a certificate that they name is good, whoever signed it', async () => {
    const { send, peer } = await ivory([wrong, right]);
    expect(await send()).toEqual(relayed);
    expect(peer.commands).toContain('STARTTLS');
  });

  it('another one is not: the mail waits', async () => {
    const { send, peer } = await ivory([wrong]);
    expect(await send()).toEqual([
      `deferred 4.7.5 (mail.ivory.edu did not prove who it is, which ${demands}: its certificate matches none of them)`,
    ]);
    expect(peer.transactions).toEqual([]);
  });

  it('nor is the word of an authority that everyone else trusts', async () => {
    const { send, host } = await ivory([wrong]);
    host.tls = { names: ['mail.ivory.edu'], trusted: true, chain };
    expect((await send())[0]).toMatch(/^deferred 4\.7\.5/);
  });

  it('no STARTTLS, or no handshake: the mail waits, and does not go in the clear', async () => {
    const { send } = await ivory([right], {});
    expect(await send()).toEqual([`deferred 4.7.4 (mail.ivory.edu does not offer TLS, which ${demands})`]);
    const other = await ivory([right]);
    other.host.tls = { names: [], trusted: true, fails: 'handshake' };
    expect((await other.send())[0]).toMatch(/^deferred 4\.7\.5 \(no TLS with mail\.ivory\.edu/);
    expect(other.host.accepted).toBe(1);
  });

  it('unusable records demand TLS with any certificate', async () => {
    const unusable = [tlsa(1, 1, 1, own)];
    expect(await (await ivory(unusable)).send()).toEqual(relayed);
    expect((await (await ivory(unusable, {})).send())[0]).toMatch(/^deferred 4\.7\.4/);
  });

  it.each([
    ['no records', undefined, []],
    ['insecure records', [wrong], ['_25._tcp.mail.ivory.edu']],
    ['an insecure MX', [wrong], ['ivory.edu']],
    ['an insecure address', [wrong], ['mail.ivory.edu']],
  ])('%s: as without DANE, in the clear too', async (_, records, insecure) => {
    for (const script of [offersTls, {}]) {
      const world = await ivory(records, script);
      for (const name of insecure) world.table.insecure.add(name);
      expect(await world.send()).toEqual(relayed);
    }
  });

  it('TLS set to off is the word of the operator: no record is asked for, and the mail goes in the clear', async () => {
    const { send, relay, peer } = await ivory([wrong]);
    expect(await send(relay({}, { tls: 'off' }))).toEqual(relayed);
    expect(peer.commands).not.toContain('STARTTLS');
  });

  it('RFC 7672 §2.1.1: records that fail validation, or can not be had, put the host off', async () => {
    const { send, host } = await ivory('trouble');
    expect(await send()).toEqual([
      'deferred 4.4.3 (the TLSA records of mail.ivory.edu could not be looked up: SERVFAIL)',
    ]);
    expect(host.accepted).toBe(0);
  });

  it('a host that is put off does not keep mail from the next one', async () => {
    const world = await ivory('trouble');
    const { peer } = await world.add('b.ivory.edu', '192.0.2.2', offersTls);
    world.resolver.table.set('ivory.edu', {
      mx: [
        [10, 'mail.ivory.edu'],
        [20, 'b.ivory.edu'],
      ],
    });
    expect(await world.send()).toEqual(relayed);
    expect(peer.transactions).toHaveLength(1);
  });

  it('RFC 7672 §2.2.2: a host that is an alias: records where it leads go before its own', async () => {
    const world = await ivory([wrong]);
    world.resolver.table.set('mail.ivory.edu', { cname: 'host.ivory.edu' });
    world.resolver.table.set('host.ivory.edu', { addresses: ['192.0.2.1'] });
    world.table.tlsaOf.set('_25._tcp.host.ivory.edu', [right]);
    expect(await world.send()).toEqual(relayed);
    // Where it leads is not secure, but the alias itself is: its own records count.
    world.table.insecure.add('host.ivory.edu').add('_25._tcp.host.ivory.edu');
    expect((await world.send())[0]).toMatch(/^deferred 4\.7\.5/);
    world.table.insecure.add('mail.ivory.edu');
    expect(await world.send()).toEqual(relayed);
  });

  it('RFC 8461 §2: goes before a policy of MTA-STS, whatever that says', async () => {
    const world = await ivory([right]);
    world.resolver.table.set('_mta-sts.ivory.edu', { txt: ['v=STSv1; id=1'] });
    const body = 'version: STSv1\nmode: enforce\nmx: other.ivory.edu\nmax_age: 86400\n';
    const web = { get: () => Promise.resolve({ status: 200, contentType: 'text/plain', body }) };
    const policies = new StsPolicies({ ...world, web });
    expect(await world.send(world.relay({ policies }))).toEqual(relayed);
    world.table.tlsaOf.set('_25._tcp.mail.ivory.edu', [wrong]);
    expect((await world.send(world.relay({ policies })))[0]).toMatch(/^deferred 4\.7\.5/);
    world.table.tlsaOf.clear();
    expect((await world.send(world.relay({ policies })))[0]).toMatch(/^deferred 4\.7\.0/);
  });

  it('RFC 8689 §4.2.1: REQUIRETLS goes where TLSA records prove the host', async () => {
    const script: Script = {
      EHLO: (_, dialogue) => (dialogue.secured ? '250-host\n250 REQUIRETLS' : '250-host\n250 STARTTLS'),
    };
    const world = await ivory([right], script);
    expect(await world.send(world.relay(), 'REQUIRETLS')).toEqual(relayed);
    expect(world.peer.transactions[0]?.mail).toContain('REQUIRETLS');
  });
});
