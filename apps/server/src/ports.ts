import type { Content, MailEvent, Message, Recipient } from './model.ts';
import type { QueueOperations } from './ports/operations.ts';

import type { Cluster } from './ports/cluster.ts';

export type * from './ports/admin.ts';
export type * from './ports/cluster.ts';
export type * from './ports/journal.ts';
export type * from './ports/objects.ts';
export type * from './ports/operations.ts';
export type * from './ports/recipient-states.ts';
export type * from './ports/suppression.ts';

/** Time. Nothing else in the server asks the system for it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00Z. */
  now(): number;
  /** Calls `run` once after `delayMs`; never synchronously. */
  after(delayMs: number, run: () => void): { cancel(): void };
}

/** Makes queue ids: unique for this store for ever, letters and digits only, sorting by time. */
export interface IdSource {
  next(): string;
}

/** Receives every event, in the order of their making. Must not throw and must not block. */
export interface EventSink {
  emit(event: MailEvent): void;
}

/** What the DNS says. A resolver never rejects: trouble is an answer of kind `trouble` (to be tried again). */
export interface Resolver {
  mx(domain: string): Promise<MxAnswer>;
  /** A and AAAA addresses of a host, in the order in which they should be tried. */
  addresses(host: string): Promise<AddressAnswer>;
  /** The TXT records of a name, the strings of each joined. */
  txt(name: string): Promise<TxtAnswer>;
}
export type TxtAnswer =
  | { readonly kind: 'records'; readonly records: readonly string[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'no-such-domain' }
  | { readonly kind: 'trouble'; readonly reason: string };
/**
 * A resolver that also tells whether an answer was validated by DNSSEC (RFC 4033 §5). Answers that fail validation are
 * `trouble`, as every failure of the name servers is.
 */
export interface ValidatingResolver {
  mx(domain: string): Promise<Validated<MxAnswer>>;
  /** `secure`: the addresses and all aliases that led to them are. */
  addresses(host: string): Promise<Validated<AddressAnswer>>;
  /** The RDATA of the TLSA records of a name, e.g. `_25._tcp.mail.ivory.edu`. */
  tlsa(name: string): Promise<Validated<TlsaAnswer>>;
  /** Whether the record by which a name is an alias is secure, wherever that leads; or why nobody knows. */
  isSecureAlias(name: string): Promise<boolean | { readonly trouble: string }>;
}
export type Validated<T> = T & {
  /** Every record of the answer, or that there is none, was validated. */
  readonly secure: boolean;
  /** Where the aliases (CNAME) of the name end; absent if it is none. */
  readonly canonicalName?: string;
};
export type TlsaAnswer =
  | { readonly kind: 'records'; readonly records: readonly Uint8Array[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'no-such-domain' }
  | { readonly kind: 'trouble'; readonly reason: string };
/** Digests by which TLSA records name certificates. */
export interface Digests {
  sha256(octets: Uint8Array): Uint8Array;
  sha512(octets: Uint8Array): Uint8Array;
}
export type MxAnswer =
  | { readonly kind: 'hosts'; readonly hosts: readonly { readonly host: string; readonly preference: number }[] }
  /** The domain exists but has no MX record: its own address is used (RFC 5321 §5.1). */
  | { readonly kind: 'none' }
  /** A single `0 .` record: the domain takes no mail (RFC 7505 §3). */
  | { readonly kind: 'null-mx' }
  | { readonly kind: 'no-such-domain' }
  | { readonly kind: 'trouble'; readonly reason: string };
export type AddressAnswer =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'no-such-domain' }
  | { readonly kind: 'trouble'; readonly reason: string };

/** Stream connections, out and in. */
export interface Network {
  /** Rejects with a {@link ConnectError} when no connection comes about within `timeoutMs`. */
  connect(target: { readonly host: string; readonly port: number; readonly timeoutMs: number }): Promise<Connection>;
  /**
   * With `tls`, also rejects when the identity can't be used; connections still start in the clear, and whoever takes
   * one begins TLS by {@link Connection.startTls}, at once or after STARTTLS.
   */
  listen(
    at: { readonly host: string; readonly port: number; readonly tls?: TlsIdentity },
    accept: (connection: Connection) => void,
  ): Promise<NetworkListener>;
}

/** Who a server is in TLS. */
export interface TlsIdentity {
  /** PEM file: the certificate, then those that lead to a root. Read anew when it changes, as is the key. */
  readonly certificateFile: string;
  /** PEM file. */
  readonly keyFile: string;
  /** The oldest version that is spoken. */
  readonly minimumVersion: 'TLSv1.2' | 'TLSv1.3';
}
export interface NetworkListener {
  readonly host: string;
  readonly port: number;
  /** Stops taking new connections; those that are open stay. */
  close(): Promise<void>;
}
/** One connection. Handlers are called in the order of events, never from within `write` or `attach`. */
export interface Connection {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  /** Must be called once, in the same turn in which the connection was obtained. */
  attach(handlers: ConnectionHandlers): void;
  /** False when the peer reads more slowly than we write: wait for `drained`. The octets are not copied; do not change them. */
  write(octets: Uint8Array): boolean;
  /** Nothing of these octets, which `data` was given, is kept or looked at any more: their memory may go at once. */
  release(octets: Uint8Array): void;
  /** Reading stops / goes on: how a busy receiver slows its peer. */
  pause(): void;
  resume(): void;
  /**
   * Goes over to TLS. Octets that came before this call and were not yet given to `data` are thrown away: they were said
   * in the clear (RFC 3207 §4.2). Nothing may be written until the promise resolves; from then on the handlers hear and
   * `write` says what is inside. Not after {@link pause}.
   *
   * Rejects with a {@link TlsError} when no handshake comes about; the connection is then closed, and `closed` is called.
   */
  startTls(options: TlsOptions): Promise<TlsState>;
  /** Sends what is pending, then closes once the peer has closed too. */
  end(): void;
  /** Sends what is pending, then closes without waiting for the peer: what that still says makes it lose our last words. */
  finish(): void;
  /** Closes at once. */
  destroy(): void;
}
export interface ConnectionHandlers {
  data(octets: Uint8Array): void;
  drained?(): void;
  /** The last call: after it nothing more comes. `error` is set when the connection broke. */
  closed(error?: Error): void;
}
/** Which side of the handshake is ours. */
export type TlsOptions =
  | { readonly side: 'server'; readonly identity: TlsIdentity; readonly timeoutMs: number }
  | {
      readonly side: 'client';
      /** Said to the server (SNI); not for an address literal. */
      readonly serverName?: string;
      /** The certificate is for the peer if it names one of these: host names, or `.example.org` for any just below. */
      readonly names: readonly string[];
      readonly timeoutMs: number;
    };

/** What TLS came to. */
export interface TlsState {
  /** `TLSv1.3`, `TLSv1.2` */
  readonly protocol: string;
  /** By its name in the registry: `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** On the client's side: the session of an earlier connection to the same server went on. */
  readonly resumed?: boolean;
  /** On the client's side: what the server showed, now or when the session began. An unverified peer is no error: opportunistic TLS goes on with it. */
  readonly peer?: TlsPeer;
}
export interface TlsPeer {
  /** The chain leads to a root that we trust, is valid now, and the certificate names one of {@link TlsOptions} `names`. */
  readonly verified: boolean;
  /** Why it is not verified, in one line. */
  readonly problem?: string;
  /** The chain is trusted and valid, whomever it names. */
  readonly trusted: boolean;
  /** The certificate names one of {@link TlsOptions} `names`, trusted or not. */
  readonly named: boolean;
  /** As shown, the server's own first. */
  readonly chain: readonly ChainLink[];
}
/** One certificate of a chain, for DANE. RFC 6698 §2.1 */
export interface ChainLink {
  /** DER */
  readonly certificate: Uint8Array;
  /** DER of its SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** It is valid now, and signed by the next one, which is valid now, too, and may sign certificates. */
  readonly issuedByNext: boolean;
}
/** No TLS came about on a connection. */
export class TlsError extends Error {
  override readonly name = 'TlsError';
  /** `identity`: our own certificate or key can't be used. */
  readonly code: 'timeout' | 'closed' | 'handshake' | 'identity';
  constructor(code: TlsError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  readonly code: 'refused' | 'timeout' | 'unreachable' | 'other';
  constructor(code: ConnectError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** What clients did that the operator may want to know of, beside the mail itself. */
export type Notice =
  | { readonly kind: 'login'; readonly client: string; readonly user: string; readonly mechanism: string }
  | {
      readonly kind: 'login-failed';
      readonly client: string;
      /** As given; absent if the exchange did not get so far. */
      readonly user?: string;
      readonly mechanism: string;
      readonly reply: string;
    }
  | {
      readonly kind: 'refused';
      readonly client: string;
      readonly what: 'connection' | 'tls' | 'mail' | 'recipient' | 'content';
      readonly reversePath?: string;
      readonly recipient?: string;
      /** Our reply, or why there could be none. */
      readonly reply: string;
    };

/** Who may log in. */
export interface Users {
  /** Undefined: nobody has that name. Rejects with a plain Error while nobody can be looked up. */
  find(name: string): Promise<User | undefined>;
}
export interface User {
  /** As it is written in the list of users, prepared by SASLprep. */
  readonly name: string;
  /** Absent: PLAIN and LOGIN are of no use. */
  readonly password?: ScryptHash;
  /** Absent: SCRAM-SHA-256 is of no use. */
  readonly scram?: ScramKeys;
  /** Reverse-paths that the user may give, as canonical addresses or `@domain`. Absent: any. */
  readonly senders?: ReadonlySet<string>;
}
/** A password through scrypt. RFC 7914 §2 */
export interface ScryptHash {
  /** Cost N is two to this power. */
  readonly costLog2: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly salt: Uint8Array;
  readonly key: Uint8Array;
}
/** A password as a SCRAM server keeps it: good for checking, useless for logging in. RFC 5802 §3, RFC 7677 §3 */
export interface ScramKeys {
  readonly iterations: number;
  readonly salt: Uint8Array;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/** What secrets are checked with. */
export interface Crypto {
  randomOctets(count: number): Uint8Array;
  sha256(octets: Uint8Array): Uint8Array;
  hmacSha256(key: Uint8Array, octets: Uint8Array): Uint8Array;
  /** Whether two runs of octets are the same, in a time that does not depend on where they differ. */
  isEqual(a: Uint8Array, b: Uint8Array): boolean;
  /**
   * Whether the password gives the hash. Takes some 50 ms of another thread; only a few are worked on at once.
   *
   * Rejects with a plain Error when too many wait already.
   */
  checkPassword(password: Uint8Array, hash: ScryptHash): Promise<boolean>;
}

/** A key that signs in the name of a domain (RFC 6376). */
export interface DkimKey {
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  readonly domain: string;
  /** The public key stands at `SELECTOR._domainkey.DOMAIN`. */
  readonly selector: string;
  sha256(octets: Uint8Array): Uint8Array;
  /** The signature of the algorithm over these octets. Rejects with a plain Error. */
  sign(octets: Uint8Array): Promise<Uint8Array>;
}

/** HTTP requests to gateways. */
export interface HttpClient {
  /**
   * Posts a body and reads the answer, of which `maxOctets` count. Redirects are not followed. Rejects with a plain
   * Error when no answer comes within `timeoutMs`.
   */
  post(request: HttpPost): Promise<{ readonly status: number; readonly body: string }>;
}
/** Reading what lies on the web. */
export interface HttpGetter {
  /**
   * Gets what a URL stands for, without redirects and caches. Rejects with a plain Error when the server does not prove
   * its name, when no answer comes within `timeoutMs`, and for a body of more than `maxOctets`.
   */
  get(request: {
    readonly url: string;
    readonly timeoutMs: number;
    readonly maxOctets: number;
  }): Promise<{ readonly status: number; readonly contentType: string; readonly body: string }>;
}
export interface HttpPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
  readonly timeoutMs: number;
  readonly maxOctets: number;
}

/** Programs of this machine, for final delivery. */
export interface Programs {
  /**
   * Runs a program without a shell, gives it `input`, and waits for its end. Its environment is PATH and `environment`.
   * `said` is the begin of what it wrote. Rejects with a plain Error when it can't be started or is killed after
   * `timeoutMs`.
   */
  run(call: ProgramCall): Promise<{ readonly exitCode: number; readonly said: string }>;
}
export interface ProgramCall {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly input: AsyncIterable<Uint8Array>;
  readonly timeoutMs: number;
}

/** Final delivery into files. */
export interface Mailboxes {
  /**
   * Stores one message in the Maildir `folder` (created when missing) under `directory`: written to tmp, synced,
   * moved to new, directory synced. Resolves once a power cut can't lose it. Rejects with a plain Error on trouble.
   * `prefix` (trace header fields) goes before the content.
   *
   * `key` (letters, digits, dots) names this delivery: made again after a crash, it takes the place of the first one
   * and there is still one message.
   */
  deliver(delivery: {
    readonly directory: string;
    readonly folder: string;
    readonly key: string;
    readonly prefix: Uint8Array;
    readonly content: Content;
  }): Promise<void>;
}

/**
 * A claim on recipients: who holds it and until when. Every claim has its own token; the messages of one
 * {@link QueueStore.accept} share one, and each is settled by itself.
 */
export interface Lease {
  readonly token: string;
  readonly untilMs: number;
}

/** A message that is to be stored. */
export interface NewMessage {
  readonly message: Message;
  readonly recipients: readonly Recipient[];
  /** The content in pieces, or what {@link QueueStore.spool} gave. */
  readonly content: readonly Uint8Array[] | SpooledContent;
}
export interface SpooledContent {
  readonly kind: 'spooled';
  readonly name: string;
  readonly sizeOctets: number;
}
/** Takes content too large for memory, piece by piece. */
export interface Spool {
  /** Resolves when more may be written. Rejects when the disk is full or fails. */
  write(octets: Uint8Array): Promise<void>;
  /** Resolves when the content is on the disk (synced). It stays only if a message that names it is accepted. */
  finish(): Promise<SpooledContent>;
  discard(): Promise<void>;
}

/**
 * What became of the recipients of one claim. Applied as a whole or not at all. Recipients of the claim that it does not
 * name stay claimed, so that destinations that were accepted together can be settled one by one.
 */
export interface Settlement {
  readonly messageId: string;
  /** The token of the claim; a settlement whose claim has passed on is refused with {@link LeaseLostError}. */
  readonly token: string;
  readonly updates: readonly RecipientUpdate[];
  /** New recipients of the same message: the targets of an alias. Their `n` are not yet used. */
  readonly children: readonly Recipient[];
  /** Reports and list posts that this settling owes. */
  readonly messages: readonly NewMessage[];
  /** Claims on other messages that end in the same transaction: all of their recipients are done. */
  readonly ends?: readonly Pick<Settlement, 'messageId' | 'token'>[];
  /** For the journal: what this settling tells. */
  readonly events?: readonly MailEvent[];
}
export type RecipientUpdate =
  | { readonly n: number; readonly state: 'done' }
  | ({ readonly n: number; readonly state: 'pending' } & Pick<
      Recipient,
      'attempts' | 'dueAtMs' | 'retryAtMs' | 'delayReported' | 'lastFailure' | 'destination'
    >);

export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}
/** The store can't take or give work now (disk full, I/O error, closed). Nothing was half-stored. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  /** `away`: a store that is shared can't be reached now. `corrupt`: what lies there can't be read. `lost`: a content is not there any more. `foreign`: it is no queue, or one of a later version. */
  readonly code: 'full' | 'io' | 'away' | 'corrupt' | 'lost' | 'foreign' | 'closed' | 'locked';
  constructor(code: StoreError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** One message with those of its recipients that share a destination and are due. */
export interface Claim {
  readonly token: string;
  readonly message: Message;
  readonly recipients: readonly Recipient[];
  /** The largest `n` in use in the message. */
  readonly lastN: number;
}

/**
 * The durable queue: the one place in which a message rests.
 *
 * - `accept` and `settle` resolve only when a power cut can't undo them.
 * - A recipient is in at most one claim at a time; it leaves it by a settlement or a release, or when the lease has run
 *   out and another claim takes it. Until then a late settlement still counts.
 * - A message goes, with its content, in the settlement that leaves it without pending recipients.
 * - Calls may be made side by side; each is atomic.
 */
export interface QueueStore extends QueueOperations {
  /** Largest content that is passed in memory; larger ones go through {@link spool}. */
  readonly inlineMaxOctets: number;
  spool(): Promise<Spool>;
  /**
   * Stores messages. With a lease their recipients are claimed at once under its token (the caller goes on to
   * deliver them without a claim of its own). A message without recipients is a mistake of the caller: TypeError.
   * `events` go into the journal.
   *
   * @throws {StoreError}
   */
  accept(messages: readonly NewMessage[], lease?: Lease, events?: readonly MailEvent[]): Promise<void>;
  /**
   * Leases due recipients, oldest due time first, at most `limit` claims; `token` makes a token for each claim.
   * Recipients of destinations in `except` are left alone, and not more than `perDestination` claims are given of one.
   */
  claim(request: {
    readonly nowMs: number;
    readonly limit: number;
    readonly perDestination: number;
    readonly except: readonly string[];
    readonly leaseUntilMs: number;
    readonly token: () => string;
  }): Promise<readonly Claim[]>;
  /**
   * When the next recipient that is not leased becomes due, or a lease runs out; undefined if there is none. Recipients of
   * destinations in `except` do not count.
   */
  nextDueAtMs(except?: readonly string[]): Promise<number | undefined>;
  /** Prolongs claims. Gives the tokens that hold nothing any more: what was under them was settled, or is another's. */
  renew(tokens: readonly string[], untilMs: number): Promise<readonly string[]>;
  /** Gives claims back unsettled: their recipients are free at once. */
  release(tokens: readonly string[]): Promise<void>;
  /** @throws {LeaseLostError} @throws {StoreError} */
  settle(settlement: Settlement): Promise<void>;
  /** The content of a stored message. Rejects with a StoreError when it is not there: `lost`, if that is for good. */
  content(messageId: string): Promise<Content>;
  /** Those who work on the same store. Absent: nobody else can. */
  readonly cluster?: Cluster;
  /** Numbers for people. */
  counts(): Promise<{ readonly messages: number; readonly recipients: number }>;
  /**
   * Commits something that changes nothing. Resolves when a power cut could not undo it, as {@link QueueStore.accept} does.
   *
   * @throws {StoreError}
   */
  probe(): Promise<void>;
  /** Waits for what is under way and closes. */
  close(): Promise<void>;
}
