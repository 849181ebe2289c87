import { inNetworks, type ListenConfig } from '../config.ts';
import type { User } from '../ports.ts';

/** Who is at the other end of a connection, as far as is known. */
export interface Client {
  /** Where it comes from; behind a proxy, where the proxy says that its client comes from. */
  readonly address: string;
  /** What it said with EHLO, HELO or LHLO; '' before. */
  readonly name: string;
  /** What a proxy says that its client said with EHLO: goes before what the proxy itself says. */
  readonly introducedAs?: string;
  /** The name of {@link Client.address} in the DNS, as a proxy found it. */
  readonly hostName?: string;
  /** It spoke EHLO or LHLO. */
  readonly extended: boolean;
  /** Who has logged in. */
  readonly user?: User;
  /** In `relay-from`. */
  readonly local: boolean;
  /** In `xclient-from`. */
  readonly proxy: boolean;
}

/** Who has just connected. */
export function newClient(address: string, listener: ListenConfig): Client {
  return {
    address,
    name: '',
    extended: false,
    local: inNetworks(listener.relayFrom, address),
    proxy: listener.xclientFrom.length > 0 && inNetworks(listener.xclientFrom, address),
  };
}

/** Whether the client may send to others than those whose mail ends here. */
export function isTrusted(client: Client): boolean {
  return client.local || client.user !== undefined;
}
