import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { AddressAnswer, MxAnswer, TlsaAnswer, Validated, ValidatingResolver } from '../../ports.ts';
import { exchange, type NameServer } from './exchange.ts';
import { A, AAAA, CNAME, MX, TLSA, readName, type DnsAnswer } from './message.ts';

/** How {@link DnssecResolver} asks. */
export interface DnssecResolverOptions {
  /** Time for one try; 5 s by default. */
  readonly timeoutMs?: number;
  /** 2 by default. */
  readonly tries?: number;
  /** Which addresses are tried first; IPv6 by default. */
  readonly prefer?: 'ipv6' | 'ipv4';
  /** Questions under way at once, each with a socket of its own; 200 by default, further ones wait. */
  readonly maxQuestions?: number;
}

/** More answers than these are of no use to a sender and only cost memory. */
const maxAnswers = 100;

type Reading =
  | { readonly kind: 'answer'; readonly answer: DnsAnswer }
  | { readonly kind: 'none' | 'no-such-domain'; readonly secure: boolean; readonly canonicalName?: string }
  | { readonly kind: 'trouble'; readonly reason: string; readonly secure: false };

/**
 * The DNS as a resolver tells it that validates by DNSSEC: its AD bit is believed. So it has to be one that validates,
 * and nobody else may be able to answer in its place: it belongs on this host, or on a network of one's own. The
 * system's hosts file is not looked into. RFC 4035 §4.9.3, RFC 6840 §5.7, RFC 7672 §2.1
 *
 * @example await new DnssecResolver({ host: '127.0.0.1', port: 53 }).tlsa('_25._tcp.mail.ivory.edu')
 */
export class DnssecResolver implements ValidatingResolver {
  readonly #server: NameServer;
  readonly #options: DnssecResolverOptions;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;

  constructor(server: NameServer, options: DnssecResolverOptions = {}) {
    this.#server = server;
    this.#options = options;
  }

  async mx(domain: string): Promise<Validated<MxAnswer>> {
    const reading = await this.#ask(domain, MX);
    if (reading.kind !== 'answer') return reading;
    const { answer } = reading;
    const hosts = answer.records.flatMap(({ at, end }) => {
      const host = readName(answer.octets, at + 2);
      if (host?.end !== end) return [];
      return [{ host: host.name, preference: ((answer.octets[at] ?? 0) << 8) | (answer.octets[at + 1] ?? 0) }];
    });
    // Records that say nothing readable do not say that there are none: the domain's own address must not stand in.
    if (hosts.length === 0) return broken;
    // RFC 7505 §3: a null MX stands alone; among other records it is no exchanger.
    const real = hosts.filter(({ host }) => host !== '');
    const about = { secure: answer.secure, ...aliasOf(answer) };
    if (real.length === 0) return { kind: 'null-mx', ...about };
    // RFC 5321 §5.1: the preferred ones may stand last.
    const preferred = real.sort((a, b) => a.preference - b.preference).slice(0, maxAnswers);
    return { kind: 'hosts', hosts: preferred, ...about };
  }

  async addresses(host: string): Promise<Validated<AddressAnswer>> {
    if (isIP(host) !== 0) return { kind: 'addresses', addresses: [host], secure: false };
    const types = this.#options.prefer === 'ipv4' ? [A, AAAA] : [AAAA, A];
    const readings = await Promise.all(types.map((type) => this.#ask(host, type)));
    const answers = readings.flatMap((reading) => (reading.kind === 'answer' ? [reading.answer] : []));
    const [first] = answers;
    if (first !== undefined) {
      const addresses = answers.flatMap(({ octets, records }) =>
        records.slice(0, maxAnswers).flatMap(({ at, end }) => addressText(octets.subarray(at, end)) ?? []),
      );
      if (addresses.length === 0) return broken;
      const secure = answers.every((answer) => answer.secure);
      return { kind: 'addresses', addresses, secure, ...aliasOf(first) };
    }
    // Trouble with one family hides whether the host has an address: the question is open.
    const trouble = readings.find(({ kind }) => kind === 'trouble');
    if (trouble?.kind === 'trouble') return trouble;
    const none = readings.every(({ kind }) => kind === 'no-such-domain') ? 'no-such-domain' : 'none';
    return { kind: none, secure: readings.every((reading) => reading.kind !== 'answer' && reading.secure) };
  }

  async tlsa(name: string): Promise<Validated<TlsaAnswer>> {
    const reading = await this.#ask(name, TLSA);
    if (reading.kind !== 'answer') return reading;
    const { octets, records, secure } = reading.answer;
    return {
      kind: 'records',
      records: records.slice(0, maxAnswers).map(({ at, end }) => octets.slice(at, end)),
      secure,
    };
  }

  async isSecureAlias(name: string): Promise<boolean | { readonly trouble: string }> {
    const reading = await this.#ask(name, CNAME);
    if (reading.kind === 'trouble') return { trouble: reading.reason };
    return reading.kind === 'answer' && reading.answer.secure;
  }

  async #ask(name: string, type: number): Promise<Reading> {
    const ascii = /^[\x21-\x7e]*$/.test(name) ? name : domainToASCII(name);
    await this.#turn();
    try {
      const { timeoutMs = 5000, tries = 2 } = this.#options;
      const answer = await exchange(this.#server, { name: ascii, type }, { timeoutMs, tries });
      return answer === undefined ? { kind: 'no-such-domain', secure: false } : readingOf(answer);
    } catch (error) {
      return trouble(error instanceof Error ? error.message : String(error));
    } finally {
      this.#underWay--;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    // A place that comes free may be taken by another before the one that waited for it: it waits on.
    while (this.#underWay >= (this.#options.maxQuestions ?? 200))
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#underWay++;
  }
}

function readingOf(answer: DnsAnswer): Reading {
  const { code, secure, records } = answer;
  if (code === 3) return { kind: 'no-such-domain', secure, ...aliasOf(answer) };
  // RFC 4035 §5.5: what fails validation is answered by SERVFAIL.
  if (code !== 0) return trouble(`the resolver answered ${codes[code] ?? `code ${code}`}`);
  if (answer.endless) return trouble('its aliases (CNAME) lead in a circle');
  return records.length === 0 ? { kind: 'none', secure, ...aliasOf(answer) } : { kind: 'answer', answer };
}

function trouble(reason: string): Extract<Reading, { kind: 'trouble' }> {
  return { kind: 'trouble', reason, secure: false };
}

function aliasOf({ canonicalName }: DnsAnswer): { readonly canonicalName?: string } {
  return canonicalName === undefined ? {} : { canonicalName };
}

const broken = trouble('the resolver gave broken records');

/** Undefined for what is no address. RFC 1035 §3.4.1, RFC 3596 §2.2 */
function addressText(octets: Uint8Array): string | undefined {
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) return undefined;
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) groups.push((((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0)).toString(16));
  // The URL parser knows the short form of RFC 5952.
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}

const codes: Readonly<Record<number, string>> = { 1: 'FORMERR', 2: 'SERVFAIL', 4: 'NOTIMP', 5: 'REFUSED' };
