import type { NextHopTemplate } from '../routing/next-hop.ts';
import type { Network } from './networks.ts';

/** Everything that the operator decides, checked and with the defaults filled in. All paths are as the caller's folder makes them. */
export interface Config {
  /**
   * `hostname`: the name by which this server is known: greeting, Received, Reporting-MTA, Message-ID. A full DNS
   * name or an address literal; any other name is reported under a type that isn't `dns` (RFC 3461 §6.3(b)).
   */
  readonly hostname: string;
  /** `store`: where the queue rests. */
  readonly store: StoreConfig;
  /** `[[listen]]`: the sockets that take mail. */
  readonly listen: readonly ListenConfig[];
  /** `[[route]]`: where mail goes; the first match wins. */
  readonly routes: readonly RouteConfig[];
  /** `[[alias]]`: addresses that stand for other addresses (RFC 3461 §5.2.7.2, §5.2.7.3, §5.2.7.4). */
  readonly aliases: readonly AliasConfig[];
  /** `[[list]]`: mailing lists (RFC 3461 §5.2.7.1). */
  readonly lists: readonly ListConfig[];
  /** `[retry]`: how long and how often a temporary failure is tried again. */
  readonly retry: RetryConfig;
  /** `[report]`: what delivery status notifications say and to whom. */
  readonly report: ReportConfig;
  /** `[limits]`: what one message may be. */
  readonly limits: LimitsConfig;
  /** `[delivery]`: how much is sent at once. */
  readonly delivery: DeliveryConfig;
}

/** `store = "sqlite:DIRECTORY"`: a folder that holds the database and large contents. Made when missing. */
export interface StoreConfig {
  readonly kind: 'sqlite';
  readonly directory: string;
}

/** What a listener is for: mail from other hosts, from users, or from a local MTA by RFC 2033. */
export type ListenRole = 'relay' | 'submission' | 'lmtp';

/** One `[[listen]]` table. */
export interface ListenConfig {
  /** `address = "HOST:PORT"`; an IPv6 address stands in brackets. Port 0 takes a free one. */
  readonly host: string;
  readonly port: number;
  /** `role`, default `relay`. */
  readonly role: ListenRole;
  /** `relay-from`: clients that may send to routes of `accept-from = "relay-from"`. Default: loopback only. */
  readonly relayFrom: readonly Network[];
  /**
   * `dsn`: who is offered the DSN extension: `trusted` (default: everyone on submission and lmtp, on relay clients in
   * `relay-from`, since success reports to strangers are backscatter and tell of forwarding), `everyone`, `nobody`.
   */
  readonly dsn: 'trusted' | 'everyone' | 'nobody';
  /** `max-connections`: open connections at once; beyond it a client is told 421. Default 1000. */
  readonly maxConnections: number;
}

/** What a route's `match` says. Domains stand in the form of {@link canonicalDomain}. */
export type RouteMatch =
  | { readonly kind: 'all' }
  /** The domain itself. */
  | { readonly kind: 'domain'; readonly domain: string }
  /** `*.example.org`: every domain below it, not the domain itself. */
  | { readonly kind: 'subdomains'; readonly domain: string }
  /** One address, in the form of {@link canonicalAddress}. */
  | { readonly kind: 'address'; readonly address: string };

/** Who may send to a route: everyone, or only clients in the listener's `relay-from`. */
export type AcceptFrom = 'anyone' | 'relay-from';

/** One `[[route]]` table. */
export interface RouteConfig {
  readonly match: RouteMatch;
  /** `to`: the next hop. */
  readonly to: NextHopTemplate;
  /**
   * `recipients`: the local-parts that exist (`maildir:` and `lmtp:` routes only), in the form of
   * {@link canonicalLocalPart}. Others get 550 5.1.1. Absent: all exist.
   */
  readonly recipients?: ReadonlySet<string>;
  /**
   * `accept-from`. Default: `anyone` where the mail ends here (`maildir:`, `lmtp:`, `simulator:`, `discard:`),
   * `relay-from` where it goes on to others (`smtp:`, `mx:`), so that nobody finds an open relay.
   */
  readonly acceptFrom: AcceptFrom;
}

/** One `[[alias]]` table. */
export interface AliasConfig {
  /** `address`: the address that senders use, as written. */
  readonly address: string;
  /** `to`: one or several addresses; the alias itself among them means its own mailbox, as routed. */
  readonly to: readonly string[];
  /** `confidential`: reports and remote systems must not connect `address` with `to`. Default false. */
  readonly confidential: boolean;
}

/** One `[[list]]` table. */
export interface ListConfig {
  /** `address`: where posts go. */
  readonly address: string;
  /** `owner`: the new reverse-path of every copy: reports about members go there (RFC 3461 §5.2.7.1(a)). */
  readonly owner: string;
  /** `members`: each gets a copy. */
  readonly members: readonly string[];
}

/** The `[retry]` table. */
export interface RetryConfig {
  /** `delays`: waits after the first, second, … attempt; the last one repeats. Default 30m, 30m, 1h, 2h, 4h. */
  readonly delaysMs: readonly number[];
  /** `expire-after`: age at which a recipient is given up. Default 5d (RFC 5321 §4.5.4.1). */
  readonly expireAfterMs: number;
  /** `delayed-after`: age at which senders who want it learn of the delay. Default 4h. */
  readonly delayedAfterMs: number;
}

/** The `[report]` table. */
export interface ReportConfig {
  /** `returned-max-octets`: a larger original is returned as headers only, never cut (RFC 3461 §6.2). Default 50000. */
  readonly returnedMaxOctets: number;
  /**
   * `postmaster`: who reads mail to postmaster and MAILER-DAEMON at `hostname`, and what can't be reported to a
   * sender. Absent: those addresses are routed like others, or kept beside the store if no route takes them.
   */
  readonly postmaster?: string;
}

/** The `[limits]` table. */
export interface LimitsConfig {
  /** `message-size-octets`: announced by SIZE. Default 52428800 (50 MiB). */
  readonly messageSizeOctets: number;
  /** `max-recipients`: per message; further ones get 452 (RFC 5321 §4.5.3.1.8: at least 100). Default 1000. */
  readonly maxRecipients: number;
  /** `max-hops`: Received fields beyond which a message is in a loop (RFC 5321 §6.3: at least 100). Default 100. */
  readonly maxHops: number;
}

/** The `[delivery]` table. */
export interface DeliveryConfig {
  /** `max-attempts`: messages in hand at once, under way or waiting for a connection; more rest in the store. Default 1000. */
  readonly maxAttempts: number;
  /** `max-per-destination`: connections to one destination at once. Default 20. */
  readonly maxPerDestination: number;
}
