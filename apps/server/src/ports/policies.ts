/** An MTA-STS policy (RFC 8461 §3.2) of a domain, as it was fetched. */
export interface KeptPolicy {
  /** In lower case. */
  readonly domain: string;
  /** Of the TXT record. */
  readonly id: string;
  readonly fetchedAtMs: number;
  readonly expiresAtMs: number;
  readonly policy: {
    readonly mode: 'enforce' | 'testing' | 'none';
    readonly mx: readonly string[];
    readonly maxAgeSeconds: number;
  };
}

/** Where policies rest over restarts. */
export interface PolicyStore {
  /** Those that were saved last, in their order. Rejects if they can't be read; they are lost then. */
  load(): Promise<readonly KeptPolicy[]>;
  /** In place of what was there; of too many the last ones are kept. A crash leaves the old ones or the new ones. */
  save(policies: readonly KeptPolicy[]): Promise<void>;
}
