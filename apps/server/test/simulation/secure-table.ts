import type { AddressAnswer, MxAnswer, TlsaAnswer, Validated, ValidatingResolver } from '../../src/ports.ts';
import { TableResolver, type DnsEntry } from './resolver.ts';

/**
 * A resolver that answers from a table, in which everything is signed but the names in `insecure`.
 *
 * @example new SecureTable(world.resolver.table).insecure.add('ivory.edu')
 */
export class SecureTable implements ValidatingResolver {
  readonly tlsaOf = new Map<string, readonly Uint8Array[] | 'trouble'>();
  readonly insecure = new Set<string>();
  readonly #table: Map<string, DnsEntry>;

  constructor(table: Map<string, DnsEntry>) {
    this.#table = table;
  }

  async mx(domain: string): Promise<Validated<MxAnswer>> {
    return { ...(await this.#plain().mx(domain)), ...this.#about(domain) };
  }

  async addresses(host: string): Promise<Validated<AddressAnswer>> {
    return { ...(await this.#plain().addresses(host)), ...this.#about(host) };
  }

  tlsa(name: string): Promise<Validated<TlsaAnswer>> {
    const records = this.tlsaOf.get(name);
    const secure = !this.insecure.has(name);
    if (records === undefined) return Promise.resolve({ kind: 'no-such-domain', secure });
    if (records === 'trouble') return Promise.resolve({ kind: 'trouble', reason: 'SERVFAIL', secure: false });
    return Promise.resolve({ kind: 'records', records, secure });
  }

  isSecureAlias(name: string): Promise<boolean> {
    return Promise.resolve(this.#table.get(name)?.cname !== undefined && !this.insecure.has(name));
  }

  #about(name: string): { readonly secure: boolean; readonly canonicalName?: string } {
    const canonicalName = this.#table.get(name)?.cname;
    const secure = ![name, canonicalName ?? name].some((one) => this.insecure.has(one));
    return { secure, ...(canonicalName === undefined ? {} : { canonicalName }) };
  }

  #plain(): TableResolver {
    return new TableResolver(Object.fromEntries(this.#table));
  }
}
