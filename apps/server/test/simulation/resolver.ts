import { isIP } from 'node:net';
import type { AddressAnswer, MxAnswer, Resolver, TxtAnswer } from '../../src/ports.ts';

/** What the simulated DNS knows of one name. A name that is not in the table does not exist. */
export interface DnsEntry {
  /** MX records as `[preference, host]`; `[[0, '.']]` is a null MX. */
  readonly mx?: readonly (readonly [number, string])[];
  readonly addresses?: readonly string[];
  readonly txt?: readonly string[];
  /** The name is an alias of this one. */
  readonly cname?: string;
  /** Every question about the name ends in trouble (SERVFAIL, timeout) for this reason. */
  readonly trouble?: string;
}

/**
 * A resolver that answers from a table; entries may be changed while the test runs.
 *
 * @example new TableResolver({ 'ivory.edu': { mx: [[10, 'mail.ivory.edu']] }, 'mail.ivory.edu': { addresses: ['192.0.2.1'] } })
 */
export class TableResolver implements Resolver {
  readonly table: Map<string, DnsEntry>;
  /** The questions asked so far, e.g. `mx ivory.edu`. */
  readonly questions: string[] = [];

  constructor(table: Readonly<Record<string, DnsEntry>> = {}) {
    this.table = new Map(Object.entries(table).map(([name, entry]) => [name.toLowerCase(), entry]));
  }

  mx(domain: string): Promise<MxAnswer> {
    this.questions.push(`mx ${domain}`);
    const entry = this.#find(domain);
    if (entry === undefined) return Promise.resolve({ kind: 'no-such-domain' });
    if (entry.trouble !== undefined) return Promise.resolve({ kind: 'trouble', reason: entry.trouble });
    if (entry.mx === undefined || entry.mx.length === 0) return Promise.resolve({ kind: 'none' });
    const real = entry.mx.filter(([, host]) => host !== '.');
    if (real.length === 0) return Promise.resolve({ kind: 'null-mx' });
    const hosts = real.map(([preference, host]) => ({ preference, host: host.toLowerCase() }));
    return Promise.resolve({ kind: 'hosts', hosts });
  }

  addresses(host: string): Promise<AddressAnswer> {
    this.questions.push(`addresses ${host}`);
    if (isIP(host) !== 0) return Promise.resolve({ kind: 'addresses', addresses: [host] });
    const entry = this.#find(host);
    if (entry === undefined) return Promise.resolve({ kind: 'no-such-domain' });
    if (entry.trouble !== undefined) return Promise.resolve({ kind: 'trouble', reason: entry.trouble });
    if (entry.addresses === undefined || entry.addresses.length === 0) return Promise.resolve({ kind: 'none' });
    return Promise.resolve({ kind: 'addresses', addresses: entry.addresses });
  }

  txt(name: string): Promise<TxtAnswer> {
    this.questions.push(`txt ${name}`);
    const entry = this.#find(name);
    if (entry === undefined) return Promise.resolve({ kind: 'no-such-domain' });
    if (entry.trouble !== undefined) return Promise.resolve({ kind: 'trouble', reason: entry.trouble });
    if (entry.txt === undefined || entry.txt.length === 0) return Promise.resolve({ kind: 'none' });
    return Promise.resolve({ kind: 'records', records: entry.txt });
  }

  #find(name: string): DnsEntry | undefined {
    let entry = this.table.get(name.toLowerCase());
    for (let hops = 0; entry?.cname !== undefined; hops++) {
      if (hops === 8) return { trouble: 'CNAME loop' };
      entry = this.table.get(entry.cname.toLowerCase());
    }
    return entry;
  }
}
