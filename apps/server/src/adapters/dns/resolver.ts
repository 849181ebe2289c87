import { Resolver as NodeResolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { HostsFile } from './hosts-file.ts';
import type { AddressAnswer, MxAnswer, Resolver, TxtAnswer } from '../../ports.ts';

/** How {@link DnsResolver} asks. */
export interface DnsResolverOptions {
  /** Name servers as `ADDRESS` or `ADDRESS:PORT`; those of the system by default. */
  readonly servers?: readonly string[];
  /** Time for one try at one server; 5 s by default. */
  readonly timeoutMs?: number;
  /** Tries per server; 2 by default. */
  readonly tries?: number;
  /** Which addresses are tried first; IPv6 by default. */
  readonly prefer?: 'ipv6' | 'ipv4';
  /** The hosts file, looked into before the DNS; that of the system by default. */
  readonly hostsFile?: string;
}

/** More answers than these are of no use to a sender and only cost memory. */
const maxAnswers = 100;
const maxAliases = 16;

/**
 * The DNS by `node:dns`. Addresses of names in the system's hosts file are found too, as people expect of `localhost`.
 *
 * @example await new DnsResolver().mx('example.com') // { kind: 'null-mx' }
 */
export class DnsResolver implements Resolver {
  readonly #resolver: NodeResolver;
  readonly #prefer: 'ipv6' | 'ipv4';
  readonly #hosts: HostsFile;

  constructor(options: DnsResolverOptions = {}) {
    this.#resolver = new NodeResolver({ timeout: options.timeoutMs ?? 5000, tries: options.tries ?? 2 });
    if (options.servers !== undefined) this.#resolver.setServers(options.servers);
    this.#prefer = options.prefer ?? 'ipv6';
    this.#hosts = new HostsFile(options.hostsFile);
  }

  async mx(domain: string): Promise<MxAnswer> {
    const answer = await this.#ask(() => this.#resolver.resolveMx(domain));
    if (answer.kind !== 'records') return answer;
    const hosts = answer.records.map(({ exchange, priority }) => ({
      host: exchange.toLowerCase(),
      preference: priority,
    }));
    // RFC 7505 §3: a null MX stands alone; among other records it is no exchanger.
    const real = hosts.filter(({ host }) => host !== '' && host !== '.');
    if (real.length === 0) return hosts.length > 0 ? { kind: 'null-mx' } : { kind: 'none' };
    // RFC 5321 §5.1: the preferred ones may stand last.
    return { kind: 'hosts', hosts: real.sort((a, b) => a.preference - b.preference).slice(0, maxAnswers) };
  }

  async addresses(host: string): Promise<AddressAnswer> {
    if (isIP(host) !== 0) return { kind: 'addresses', addresses: [host] };
    const local = await this.#hosts.find(host);
    if (local.length > 0) return { kind: 'addresses', addresses: this.#order(local) };
    const answers = await Promise.all([
      this.#ask(() => this.#resolver.resolve6(host)),
      this.#ask(() => this.#resolver.resolve4(host)),
    ]);
    const found = answers.flatMap((answer) => (answer.kind === 'records' ? answer.records.slice(0, maxAnswers) : []));
    if (found.length > 0) return { kind: 'addresses', addresses: this.#order(found) };
    // Trouble with one family hides whether the host has an address: the question is open.
    const trouble = answers.find((answer) => answer.kind === 'trouble');
    if (trouble !== undefined) return trouble;
    if (answers.every((answer) => answer.kind === 'no-such-domain')) return { kind: 'no-such-domain' };
    return (await this.#isCircular(host)) ? circle : { kind: 'none' };
  }

  async txt(name: string): Promise<TxtAnswer> {
    const answer = await this.#ask(() => this.#resolver.resolveTxt(name));
    if (answer.kind !== 'records') return answer;
    return { kind: 'records', records: answer.records.slice(0, maxAnswers).map((strings) => strings.join('')) };
  }

  async #ask<T>(
    question: () => Promise<readonly T[]>,
  ): Promise<
    | { readonly kind: 'records'; readonly records: readonly T[] }
    | { readonly kind: 'none' }
    | { readonly kind: 'no-such-domain' }
    | { readonly kind: 'trouble'; readonly reason: string }
  > {
    try {
      return { kind: 'records', records: await question() };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      if (code === 'ENODATA') return { kind: 'none' };
      // EBADNAME: not a name that the DNS can hold, so no domain.
      if (code === 'ENOTFOUND' || code === 'EBADNAME') return { kind: 'no-such-domain' };
      return { kind: 'trouble', reason: troubleReasons[code] ?? `the DNS query failed (${code})` };
    }
  }

  /** Aliases that lead in a circle look like a name without records. To follow them is for the resolver, if they end. */
  async #isCircular(host: string): Promise<boolean> {
    const seen = new Set<string>();
    for (let name = host.toLowerCase(); !seen.has(name) && seen.size < maxAliases;) {
      seen.add(name);
      const alias = await this.#ask(() => this.#resolver.resolveCname(name));
      const target = alias.kind === 'records' ? alias.records[0] : undefined;
      if (target === undefined) return false;
      name = target.toLowerCase();
    }
    return true;
  }

  #order(addresses: readonly string[]): readonly string[] {
    const isFirst = (address: string) => address.includes(':') === (this.#prefer === 'ipv6');
    return [...addresses.filter(isFirst), ...addresses.filter((address) => !isFirst(address))];
  }
}

/** The domain may be right for all that: its owner has a mistake to put right (RFC 5321 §5.1). */
const circle = { kind: 'trouble', reason: 'its aliases (CNAME) lead in a circle' } as const;

const troubleReasons: Readonly<Record<string, string>> = {
  ESERVFAIL: 'the name servers failed (SERVFAIL)',
  EREFUSED: 'the name servers refused the query (REFUSED)',
  ETIMEOUT: 'the name servers did not answer in time',
  ECONNREFUSED: 'no name server could be reached',
  EFORMERR: 'the name servers did not understand the query (FORMERR)',
  ECANCELLED: 'the query was cancelled',
};
