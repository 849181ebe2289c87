import type { NextHopTemplate } from '../routing/next-hop.ts';
import type { EventKind } from '../model.ts';
import type { TlsLevel } from '../delivery/protection.ts';
import type { ScryptHash } from '../ports.ts';
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
  /**
   * `recipient-delimiter`: what parts a local-part from a tag, as `+` in `bob+shop@example.org`, which is then Bob's
   * mailbox, alias or list. Default: none.
   */
  readonly recipientDelimiter?: string;
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
  /** `[tls]`: who we are in TLS. Absent: no TLS. */
  readonly tls?: TlsConfig;
  /** `[users]`: who may log in. Absent: nobody. */
  readonly users?: UsersConfig;
  /** `[delivery]`: how much is sent at once. */
  readonly delivery: DeliveryConfig;
  /** `[suppression]`: addresses that failed are refused at submission. Absent: they are not. */
  readonly suppression?: SuppressionConfig;
  /** `[[webhook]]`: where events are sent to. */
  readonly webhooks: readonly WebhookConfig[];
  /** `[bodies]`: large contents lie in a bucket, apart from the database. Absent: they lie in it. */
  readonly bodies?: BodiesConfig;
  /** `[history]`: what is known of messages after they have gone. Absent: nothing, but in local mode. */
  readonly history?: HistoryConfig;
  /** `[traces]`: OpenTelemetry. Absent: none are sent. */
  readonly traces?: TracesConfig;
  /** `[admin]`: HTTP API and page. Absent: neither, but in local mode. */
  readonly admin?: AdminConfig;
}

/** The `[suppression]` table. */
export interface SuppressionConfig {
  /**
   * `statuses`: failures for which an address comes onto the list; `x` stands for any number. Default: 5.1.1, 5.1.2, 5.1.3,
   * 5.1.6 and 5.1.10, which blame the address (RFC 3463 §3.2).
   */
  readonly statuses: readonly string[];
  /** `failures`: how many it takes, without a success in between. Default 1. */
  readonly failures: number;
  /**
   * `keep`: for how long after the last failure an address stays on the list, or `never` to take it off. For as long again
   * its failures are counted with those that follow; then it is forgotten. Default 30d.
   */
  readonly keepMs?: number;
}

/** One `[[webhook]]` table: events go there by HTTP POST, signed as the Standard Webhooks specification says. */
export interface WebhookConfig {
  /** `name`: by which operators know it, and under which the server remembers what it has; default: the `url`. */
  readonly name: string;
  /**
   * `renamed-from`: the `name` that it had before (the `url`, if it had none). It goes on where it was, with its dead letters;
   * a webhook whose name is new otherwise begins with what happens from then on, and a name that is gone is forgotten.
   */
  readonly renamedFrom?: string;
  /** `url`: HTTPS. Plain HTTP is taken, too, but shows addresses and replies to everybody on the way: for this machine and one's own network. */
  readonly url: string;
  /**
   * `secret`: `whsec_` and 24 to 64 octets in base64; or `secret-file`, a file whose lines are such secrets, or
   * `secret-env`, the environment variable that holds one. With several each signs: for changing them.
   */
  readonly secrets: readonly string[];
  readonly secretFile?: string;
  readonly secretEnv?: string;
  /** `events`: the kinds that are sent. Default: all. */
  readonly events?: ReadonlySet<EventKind>;
  /** `timeout`: for the whole answer. Default 10s. */
  readonly timeoutMs: number;
  /** `give-up-after`: age at which an event that is not taken becomes a dead letter. Default 3d. */
  readonly giveUpAfterMs: number;
}

/** The `[history]` table. */
export interface HistoryConfig {
  /** `keep`: for how long a message is known after its last change, at least `1m`. Default 7d. */
  readonly keepMs: number;
  /** `max-messages`: beyond so many the oldest are forgotten. Default 1000000. */
  readonly maxMessages: number;
  /** `contents`: which contents are kept: `none`, `reports` (default; ours and those that come back) or `all`. */
  readonly contents: 'none' | 'reports' | 'all';
  /** `content-max-octets`: so much of each content, from its start. What is too large for the database is not kept. Default 65536. */
  readonly contentMaxOctets: number;
}

/** The `[traces]` table. */
export interface TracesConfig {
  /**
   * `endpoint`: where a collector takes OTLP over HTTP as JSON, e.g. `http://127.0.0.1:4318/v1/traces`. A message with an
   * envelope id (ENVID) is one trace over all hops that send theirs; addresses are not sent.
   */
  readonly endpoint: string;
}

/** The `[admin]` table. */
export interface AdminConfig {
  /** `listen = "HOST:PORT"`. Default 127.0.0.1:8025. What other hosts can reach needs a token or password. */
  readonly host: string;
  readonly port: number;
  /** `hosts`: names under which the API is asked for beside those of loopback, as behind a proxy. Default none. */
  readonly hosts: readonly string[];
  /** `token-file`: its one line is the token that programs give (`Authorization: Bearer`). Read at the start and at SIGHUP. */
  readonly tokenFile?: string;
  /**
   * `password-file`: its one line is the password, or what `dsnd hash-password` prints as password; a browser asks for it,
   * under any user name. Read at the start and at SIGHUP.
   */
  readonly passwordFile?: string;
  /** What the files hold; see `withAdminSecrets`. */
  readonly token?: string;
  readonly password?: string | ScryptHash;
}

/**
 * Where the queue rests, in one of two engines.
 *
 * - `store = "sqlite:DIRECTORY"`: a folder that holds the database and large contents. Made when missing.
 * - `store = "postgres://USER@HOST/DATABASE"`: a database that several nodes share. `node` names this one (default: the name
 *   of the machine and the first port that is listened on); `state-directory` is for what is of this node alone (default:
 *   the folder `state` beside the configuration).
 */
export type StoreConfig =
  | { readonly kind: 'sqlite'; readonly directory: string }
  | {
      readonly kind: 'postgres';
      readonly url: string;
      readonly node?: string;
      /** What is of this node alone. */
      readonly directory: string;
    };

/** The `[bodies]` table, beside a store that nodes share: where contents of more than 262144 octets lie. All nodes need the same. */
export interface BodiesConfig {
  /** `endpoint`: a server that speaks the protocol of Amazon S3; the bucket stands in the path of its URLs. */
  readonly endpoint: string;
  /** `bucket`: what holds the objects. It must be there. */
  readonly bucket: string;
  /** `region`: as signatures name it. Default us-east-1. */
  readonly region: string;
  /** `prefix`: what the names of all objects begin with. Nothing else may be named so: objects that no message names are removed after a day. Default: nothing. */
  readonly prefix: string;
  /** `access-key`: for whom requests are signed. */
  readonly accessKey: string;
  /** `secret-key-file`: its one line is the secret key. Read at the start. */
  readonly secretKeyFile: string;
  /** What the file holds; see `withBucketSecret`. */
  readonly secretKey?: string;
}

/** What a listener is for: mail from other hosts, from users, or from a local MTA by RFC 2033. */
export type ListenRole = 'relay' | 'submission' | 'lmtp';

/** How users prove who they are. RFC 4616, RFC 7677; LOGIN is older than any of them. */
export type Mechanism = 'PLAIN' | 'LOGIN' | 'SCRAM-SHA-256';

/** One `[[listen]]` table. */
export interface ListenConfig {
  /** `address = "HOST:PORT"`; an IPv6 address stands in brackets. Port 0 takes a free one. */
  readonly host: string;
  readonly port: number;
  /**
   * `role`, default `relay`. On `submission` only users and clients in `relay-from` may send (RFC 6409 §4.3), and what
   * a message lacks is added (RFC 6409 §8).
   */
  readonly role: ListenRole;
  /** `relay-from`: clients that may send to routes of `accept-from = "relay-from"`, as users may. Default: loopback only. */
  readonly relayFrom: readonly Network[];
  /**
   * `tls`: `starttls`, `implicit` (TLS from the first octet, RFC 8314 §3) or `off`. Default: `starttls` if there is a
   * `[tls]` table and the role is not `lmtp`, else `off`.
   */
  readonly tls: 'off' | 'starttls' | 'implicit';
  /**
   * `tls-required`: clients outside `relay-from` are served only after STARTTLS (530, RFC 3207 §4). Default: true on
   * submission with `starttls`, else false.
   */
  readonly tlsRequired: boolean;
  /** `auth`: the mechanisms offered. Default: all on submission if there is a `[users]` table, else none. */
  readonly auth: readonly Mechanism[];
  /** `auth-in-clear`: PLAIN and LOGIN outside TLS too, where everyone on the way reads the password. Default false. */
  readonly authInClear: boolean;
  /**
   * `dsn`: who is offered the DSN extension: `trusted` (default: everyone on submission and lmtp, on relay clients in
   * `relay-from` and users, since success reports to strangers are backscatter and tell of forwarding), `everyone`,
   * `nobody`, or an array of networks, `users` (all who have logged in) and `user:NAME`.
   */
  readonly dsn: 'trusted' | 'everyone' | 'nobody' | DsnOffer;
  /** `without`: EHLO keywords that are not offered although they could be, e.g. `["CHUNKING", "SMTPUTF8"]`. Default none. */
  readonly without: ReadonlySet<string>;
  /** `xclient-from`: proxies that may say by XCLIENT for whom they speak; once they said ADDR, no more of it is taken. Default none. */
  readonly xclientFrom: readonly Network[];
  /**
   * `bare-line-ends`: content in which a CR or LF stands alone, or with NUL, is refused (`refuse`, 554 5.6.0), or CRLF and
   * space stand in their place (`normalise`); in neither case do they end anything. Default `refuse`.
   */
  readonly bareLineEnds: 'refuse' | 'normalise';
  /**
   * `check-sender-domain`: mail from domains that no report could reach is refused, from those without a host (550
   * 5.1.8) and those that take none (550 5.7.27, RFC 7505 §4.2). It costs a look into the DNS. Default false.
   */
  readonly checkSenderDomain: boolean;
  /** `suppression`: recipients on the suppression list are refused. Default: on `submission`. */
  readonly suppression: boolean;
  /**
   * `max-connections`: open connections at once; beyond it a client is told 421, and of those who were told, at most 100
   * have up to 5 s to close the connection themselves: it is closed at once to the others. Default 1000.
   */
  readonly maxConnections: number;
  /**
   * `max-connections-per-client`: open connections of one client address (IPv6: one /64) outside `relay-from`; beyond it
   * 421. Default 50.
   */
  readonly maxConnectionsPerClient: number;
  /** `max-connections-per-minute`: new connections of one client address outside `relay-from`; beyond it 421. Default 300. */
  readonly maxConnectionsPerMinute: number;
  /** `max-messages`: MAIL commands in one connection, announced as MAILMAX (RFC 9422 §4.1); then 421. Absent: any number. */
  readonly maxMessages?: number;
  /** `max-errors`: commands of one connection that are no right commands; then 421. Default 20. */
  readonly maxErrors: number;
  /**
   * `max-refusals`: recipients and messages of one connection that are refused one after another, without a message that is
   * accepted in between; then 421. Who guesses addresses gets no further. Default 10000.
   */
  readonly maxRefusals: number;
  /** `max-auth-attempts`: failed logins in one connection; then 421. Default 3. */
  readonly maxAuthAttempts: number;
}

/** An array for `dsn`. */
export interface DsnOffer {
  readonly networks: readonly Network[];
  readonly users: 'all' | ReadonlySet<string>;
}

/** The `[tls]` table. Both files are read anew when they change. */
export interface TlsConfig {
  /** `certificate`: PEM file, our certificate first, then those that lead to a root. */
  readonly certificateFile: string;
  /** `key`: PEM file. */
  readonly keyFile: string;
  /** `minimum`: `1.2` (default) or `1.3`. */
  readonly minimumVersion: 'TLSv1.2' | 'TLSv1.3';
}

/** The `[users]` table. */
export interface UsersConfig {
  /**
   * `file`: who may log in, as TOML: a `[[user]]` for each, as `dsnd hash-password NAME` writes it (README of the package, Users).
   * Read anew when it changes.
   */
  readonly file: string;
  /**
   * `max-failures`: failed logins of one client address (IPv6: one /64) within ten minutes; further ones are put off with
   * 454 unread. Default 20.
   */
  readonly maxFailures: number;
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
  /** `match`: a domain, `*.domain` for those below it, an address, or `*` for all; the first route that matches counts. */
  readonly match: RouteMatch;
  /** `to`: the next hop; [where mail goes](delivering.md) tells of each, of programs with their exit codes, too. */
  readonly to: NextHopTemplate;
  /**
   * `recipients`: the local-parts that exist. Others get 550 5.1.1 at RCPT, so that no bounce is owed for them. Absent: all
   * exist, unless there is a `recipients-file`.
   */
  readonly recipients?: ReadonlySet<string>;
  /** `recipients-file`: more of them, one local-part per line; `#` after a blank or at the start begins a comment. */
  readonly recipientsFile?: string;
  /**
   * `accept-from`. Default: `anyone` where the mail ends here (`maildir:`, `lmtp:`, `pipe:`, `gateway+https:`, `simulator:`, `discard:`),
   * `relay-from` where it goes on to others (`smtp:`, `mx:`), so that nobody finds an open relay.
   */
  readonly acceptFrom: AcceptFrom;
  /**
   * `tls` (`smtp:`, `smtps:`, `lmtp:` and `mx:` routes): `opportunistic`: where the host offers it, with any certificate;
   * `required`: with any certificate, or the mail waits; `verified`: with a certificate that leads to a trusted root and
   * names the host; `off`. Default: `verified` for `smtps:` and where there is `auth`, else `opportunistic`. For `mx:`
   * the policies of the domains count beside it (RFC 8461).
   */
  readonly tls?: TlsLevel;
  /** `auth = { user, password-file }` (`smtp:` and `smtps:` routes): how we log in there, by AUTH PLAIN under TLS. */
  readonly auth?: RouteAuth;
  /**
   * `verp` (`smtp:`, `smtps:` and `mx:` routes): messages go on under a return path of this server's own, one for each
   * recipient, so that whatever comes back is known to be about it. It is told as an event and sent on to the sender.
   * `hostname` must take mail from outside then. The null reverse-path stays as it is. Default false.
   */
  readonly verp?: true;
}

/** `auth` of a route. */
export interface RouteAuth {
  /** `user`: the name by which we log in. */
  readonly user: string;
  /** `password-file`: its one line is the password. Read at the start. */
  readonly passwordFile: string;
  /** What the file holds; see {@link withPasswords}. */
  readonly password?: string;
}

/** One `[[alias]]` table. */
export interface AliasConfig {
  /**
   * `address`: the address that senders use, as written; `*@domain` catches what no other alias and no route takes in that
   * domain. A route takes all that it matches but for what its `recipients` leave out, one for `*` too: for a catch-all the
   * domain has a route of its own with `recipients`, before that.
   */
  readonly address: string;
  /**
   * `to`: one or several addresses; the alias itself among them means its own mailbox, as routed. For `*@domain`,
   * `*@other-domain` means the same local-part there, and whoever is refused there is refused here.
   */
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
  /** `members-file`: more members, one address per line; `#` after a blank or at the start begins a comment. */
  readonly membersFile?: string;
}

/** The `[retry]` table. */
export interface RetryConfig {
  /** `delays`: waits after the first, second, … attempt; the last one repeats. Default 30m, 30m, 1h, 2h, 4h. */
  readonly delaysMs: readonly number[];
  /** `expire-after`: age at which a recipient is given up. Default 5d (RFC 5321 §4.5.4.1). */
  readonly expireAfterMs: number;
  /** `delayed-after`: age at which senders who want it learn of the delay. Default 4h. */
  readonly delayedAfterMs: number;
  /** `delayed-repeat`: after how long, at least `1m`, they learn of it again, until it is over. Default: once is enough. */
  readonly delayedRepeatMs?: number;
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
  /**
   * `language`: RFC 5646 tag of the language for senders whose message names none (by Accept-Language or
   * Content-Language, RFC 3282) in which there are texts. Default `en`.
   */
  readonly language?: string;
  /** `languages`: the only languages that are used, beside `language`. Default: all for which there are texts. */
  readonly languages?: readonly string[];
  /** `texts`: files with texts of further languages, or other words for known ones (README of the package, Reports). Default none. */
  readonly texts: readonly string[];
  /** `html`: reports say the same in HTML, too, beside the plain text. Default false: some programs that read bounces look for plain text first. */
  readonly html: boolean;
  /**
   * `max-per-minute`: reports to one sender in a minute. Further ones are held to the end of the minute: those of one
   * message become one report, those of several go together in one message. Nothing is
   * left out but notices of delay for who waits no more by then. Default 100.
   */
  readonly maxPerMinute: number;
  /**
   * `digest-every`: how often the postmaster is told, by one message at most, of failures of which no sender was told
   * (RFC 3461 §5.2): at least `1m`, or `never`. Default `1h`.
   */
  readonly digestEveryMs?: number;
  /** `return-path-memory`: for how long the sender behind a return path is known after the message went on. Default 14d. */
  readonly returnPathMemoryMs: number;
  /** `[[report.dkim]]`: keys with which reports are signed. Default none. */
  readonly dkim: readonly DkimConfig[];
}

/** One `[[report.dkim]]` table. Each key makes a signature of its own: one RSA and one Ed25519 key go well together. */
export interface DkimConfig {
  /** `domain`: in whose name; `hostname` or a domain above it, so that the signature counts for the address in From. */
  readonly domain: string;
  /** `selector`: the public key stands in the DNS at `SELECTOR._domainkey.DOMAIN`. */
  readonly selector: string;
  /** `key-file`: PEM file with an RSA (1024 bits or more, better 2048) or Ed25519 private key; read at start. */
  readonly keyFile: string;
}

/** The `[limits]` table. */
export interface LimitsConfig {
  /** `message-size-octets`: announced by SIZE. Default 52428800 (50 MiB). */
  readonly messageSizeOctets: number;
  /** `max-recipients`: per message; further ones get 452 (RFC 5321 §4.5.3.1.8: never fewer than 100). Default 1000. */
  readonly maxRecipients: number;
  /** `max-hops`: Received fields beyond which a message is in a loop (RFC 5321 §6.3: at least 100). Default 100. */
  readonly maxHops: number;
  /** `max-hold`: the longest that a submitted message may ask to be held (RFC 4865 §3); `0s` offers none. Default 30d. */
  readonly maxHoldMs: number;
  /** `least-deliver-by`: the shortest time within which delivery or return may be asked for (RFC 2852 §2). Default 0s. */
  readonly leastDeliverByMs: number;
}

/** The `[delivery]` table. */
export interface DeliveryConfig {
  /** `max-attempts`: messages in hand at once, under way or waiting for a connection; more rest in the store. Default 1000. */
  readonly maxAttempts: number;
  /** `max-per-destination`: connections to one destination at once; as many more take to its next host what the first has put off. Default 20. */
  readonly maxPerDestination: number;
  /**
   * `lease`: for how long a node has what it works on, renewed long before; after it the work of a node that died goes to
   * others. Default 60s where nodes share a store, else 10m.
   */
  readonly leaseMs?: number;
  /** `rate-per-minute`: transactions that begin in one minute at one destination; what waits for its turn ages, and expires, like any other. Default: any number. */
  readonly ratePerMinute?: number;
  /** `prefer`: the addresses of a host that are tried first, `ipv6` (default) or `ipv4`. */
  readonly prefer: 'ipv6' | 'ipv4';
  /**
   * `mta-sts`: the policies of the domains that we send to are fetched and kept, over restarts too, beside the queue (RFC
   * 8461). Default true.
   */
  readonly mtaSts: boolean;
  /**
   * `dane-resolver`: `ADDRESS:PORT` of a resolver that validates by DNSSEC and that is trusted, as is the way to it: best
   * one on this host. By it exchangers and their TLSA records are looked up (RFC 7672). Default: none, and no DANE.
   */
  readonly daneResolver?: { readonly host: string; readonly port: number };
}
