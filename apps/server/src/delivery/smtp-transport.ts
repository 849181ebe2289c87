import type { Delivery, Outcome, Transport } from '../model.ts';
import { ConnectError, type Clock, type Network, type Resolver } from '../ports.ts';
import { canonicalDomain } from '../routing/address.ts';
import type { RelayHop } from '../routing/next-hop.ts';
import { isAhead } from './ahead.ts';
import type { ContentFacts } from './content-scan.ts';
import { daneTargets, type DanePorts } from './dane-targets.ts';
import { findTargets, type FoundTargets, type Target } from './mx.ts';
import { fault, forAll, type Trouble } from './outcomes.ts';
import type { Credentials, Protection, TlsLevel } from './protection.ts';
import { secureTargets } from './secure-targets.ts';
import type { StsPolicies } from './sts-policies.ts';
import { Apart } from './smtp-apart.ts';
import { Attempt } from './smtp-attempt.ts';
import { SmtpConnection, type Feeder } from './smtp-connection.ts';
import { remoteName, shownAddress } from './smtp-hop.ts';
import { factsFor } from './smtp-plan.ts';
import { SmtpPool, tooLate, type DestinationElsewhere } from './smtp-pool.ts';

/** What SMTP and LMTP delivery needs of the outside world. */
export interface SmtpPorts {
  readonly clock: Clock;
  readonly network: Pick<Network, 'connect'>;
  readonly resolver: Resolver;
  /** Absent: MTA-STS is not looked at. */
  readonly policies?: StsPolicies;
  /** Absent: DANE is not looked at. */
  readonly dane?: DanePorts;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Other nodes that deliver to the same destination. */
  readonly others?: DestinationElsewhere;
}

/** How SMTP and LMTP delivery behaves; the defaults suit a mail server. */
export interface SmtpOptions {
  /** What EHLO says; without a dot in it, the address literal of the connection is said instead. */
  readonly hostname: string;
  /** Names under which mail exchangers mean this server, besides `hostname`. */
  readonly ownNames?: readonly string[];
  /** Connections to one destination at a time; 20 by default. */
  readonly maxConnections?: number;
  /** Recipients in one transaction; 100 by default (RFC 5321 §4.5.3.1.8). */
  readonly maxRecipients?: number;
  /** Transactions that begin in one minute at one destination; any number by default. */
  readonly ratePerMinute?: number;
  /** For how long a destination of which no host was ready is left alone; 0 by default. */
  readonly downMs?: number;
  /** Transactions on one connection; 1000 by default. */
  readonly maxTransactions?: number;
  /** How long a connection is kept for the next message; 5 s by default. */
  readonly idleMs?: number;
  /** How long the opening of a connection may take; 30 s by default. */
  readonly connectTimeoutMs?: number;
  /** `verified` by default for `smtps` and where there are credentials, else `opportunistic`. */
  readonly tls?: TlsLevel;
  /** How we log in; only under TLS. */
  readonly credentials?: Credentials;
  /** How long what the DNS said is used again; 60 s by default. */
  readonly dnsCacheMs?: number;
}

/**
 * Hosts of one destination that may put a recipient off in one attempt (RFC 5321 §5.1: at least two). One that none of them
 * could have, such as for an extension that is missing, fails only when each host has been asked.
 */
const maxHostsPerAttempt = 3;

/**
 * Relays to one destination over SMTP or LMTP: transactions travel over kept connections, as many side by side as
 * allowed, pipelined where the host can do that; hosts are tried in the order of {@link findTargets}.
 *
 * @example new SmtpTransport({ kind: 'mx', domain: 'ivory.edu' }, ports, { hostname: 'mx.example.org' })
 */
export class SmtpTransport implements Transport {
  readonly #nextHop: RelayHop;
  readonly #ports: SmtpPorts;
  readonly #options: SmtpOptions;
  readonly #ownNames: ReadonlySet<string>;
  readonly #pool: SmtpPool;
  readonly #apart: Apart;
  readonly #protection: Protection;
  #found: (FoundTargets & { readonly untilMs: number }) | undefined;
  #closing = false;
  #underWay = 0;
  #whenQuiet: (() => void)[] = [];

  constructor(nextHop: RelayHop, ports: SmtpPorts, options: SmtpOptions) {
    this.#nextHop = nextHop;
    this.#ports = ports;
    this.#options = options;
    this.#ownNames = new Set([options.hostname, ...(options.ownNames ?? [])].map((name) => name.toLowerCase()));
    this.#protection = protectionOf(nextHop, options);
    this.#pool = new SmtpPool({
      maxConnections: options.maxConnections ?? 20,
      ...(options.ratePerMinute === undefined ? {} : { ratePerMinute: options.ratePerMinute }),
      downMs: options.downMs ?? 0,
      clock: ports.clock,
      ...(ports.others === undefined ? {} : { others: ports.others }),
      connect: (feeder) => this.#connect(feeder),
      atRest: (attempt, target, skipped) => {
        if (attempt.isFinal) attempt.conclude();
        else void this.#conclude(attempt, target, skipped);
      },
    });
    const { downMs = 0 } = options;
    this.#apart = new Apart({ most: () => this.#pool.share, downMs, clock: ports.clock });
  }

  /** Nothing is under way, no connection is kept, and another one in its place would do the same next. */
  get idle(): boolean {
    return this.#underWay === 0 && this.#pool.forgettable;
  }

  async deliver(delivery: Delivery): Promise<readonly Outcome[]> {
    const nowMs = this.#ports.clock.now();
    if (this.#closing) return forAll(delivery, fault({ status: '4.3.2', reason: 'this server is stopping' }, nowMs));
    this.#underWay++;
    try {
      const facts = factsFor(delivery);
      return await this.#start(delivery, facts instanceof Promise ? await facts : facts);
    } catch {
      return forAll(delivery, fault({ status: '4.3.0', reason: 'the stored message could not be read' }, nowMs));
    } finally {
      this.#underWay--;
      this.#checkQuiet();
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#underWay > 0) await new Promise<void>((resolve) => this.#whenQuiet.push(resolve));
    await this.#pool.close();
  }

  #checkQuiet(): void {
    if (this.#underWay > 0) return;
    for (const resolve of this.#whenQuiet.splice(0)) resolve();
  }

  #start(delivery: Delivery, facts: ContentFacts | undefined): Promise<readonly Outcome[]> {
    const protocol = this.#nextHop.kind === 'lmtp' ? 'lmtp' : 'smtp';
    const attempt = new Attempt(
      delivery,
      { protocol, maxRecipients: this.#options.maxRecipients ?? 100, clock: this.#ports.clock },
      facts,
    );
    this.#pool.add(attempt);
    return attempt.outcomes;
  }

  /** Opens a session with the first host that is ready for one, or tells the troubles with all of them. */
  async #connect(
    feeder: Feeder,
  ): Promise<{ readonly connection?: SmtpConnection; readonly troubles: readonly Trouble[] }> {
    const { targets, trouble } = await this.#targets();
    if (trouble !== undefined) return { troubles: [trouble] };
    const troubles: Trouble[] = [];
    for (const target of targets) {
      const reached = await this.#reach(target, feeder, [...troubles]);
      if (reached instanceof SmtpConnection) return { connection: reached, troubles };
      troubles.push(reached);
    }
    // What is down now may have moved: ask the DNS again next time.
    this.#found = undefined;
    return { troubles };
  }

  async #targets(): Promise<FoundTargets> {
    const { clock, policies } = this.#ports;
    const cacheMs = this.#options.dnsCacheMs ?? 60_000;
    if (this.#found === undefined || !isAhead(this.#found.untilMs, cacheMs, clock.now())) {
      const [plain, policy] = await Promise.all([
        this.#find(),
        this.#nextHop.kind === 'mx' && this.#protection.level !== 'off'
          ? policies?.policyOf(canonicalDomain(this.#nextHop.domain))
          : undefined,
      ]);
      const found = policy === undefined ? plain : secureTargets(plain, policy, this.#protection, this.#nextHop);
      if (found.trouble !== undefined) return found;
      this.#found = { ...found, untilMs: clock.now() + cacheMs };
    }
    return this.#found;
  }

  #find(): Promise<FoundTargets> {
    const { resolver, random, dane } = this.#ports;
    if (dane === undefined || this.#nextHop.kind !== 'mx' || this.#protection.level === 'off')
      return findTargets(this.#nextHop, resolver, this.#ownNames, random);
    return daneTargets(this.#nextHop, dane, this.#protection, this.#ownNames, random);
  }

  /** Opens a session; where TLS is no must and no handshake comes about, once more in the clear. */
  async #reach(target: Target, feeder: Feeder, skipped: readonly Trouble[]): Promise<SmtpConnection | Trouble> {
    if (target.trouble !== undefined) return target.trouble;
    const protection = target.protection ?? this.#protection;
    const reached = await this.#open(target, feeder, skipped, protection);
    if (reached.session?.tlsFailed !== true || protection.level !== 'opportunistic')
      return reached.trouble ?? reached.session;
    const again = await this.#open(target, feeder, skipped, { ...protection, level: 'off' });
    return again.trouble ?? again.session;
  }

  async #open(target: Target, feeder: Feeder, skipped: readonly Trouble[], protection: Protection): Promise<Reached> {
    const { network, clock } = this.#ports;
    const { hostname, credentials, idleMs = 5000, maxTransactions = 1000, connectTimeoutMs = 30_000 } = this.#options;
    try {
      const connection = await network.connect({
        host: target.address,
        port: target.port,
        timeoutMs: connectTimeoutMs,
      });
      return await new Promise((resolve) => {
        const waiting: Feeder = {
          next: (session) => feeder.next(session),
          over: (session, job) => feeder.over(session, job),
          ready: (session) => {
            feeder.ready(session, skipped);
            resolve({ session });
          },
          ended: (session, trouble) => {
            if (session.hop === undefined) resolve({ session, trouble: trouble ?? closedEarly });
            else feeder.ended(session, trouble);
          },
        };
        new SmtpConnection(connection, waiting, {
          hostname,
          // To which host a configured next hop leads is not for the DNS to say; and names without a dot are many hosts'.
          ...(this.#nextHop.kind === 'mx' && hostname.includes('.') ? { ownNames: this.#ownNames } : {}),
          protocol: this.#nextHop.kind === 'lmtp' ? 'lmtp' : 'smtp',
          target,
          skipped,
          protection,
          ...(credentials === undefined ? {} : { credentials }),
          clock,
          idleMs,
          maxTransactions,
        });
      });
    } catch (error) {
      return { trouble: troubleOfConnect(error, target) };
    }
  }

  /** An attempt has no more to do with one host: others may do better for what is left, else it ends. */
  async #conclude(attempt: Attempt, last: Target | undefined, skipped: readonly Trouble[]): Promise<void> {
    const unseen = [...skipped];
    const { targets } = last === undefined ? { targets: [] } : await this.#targets();
    const tried = new Set([hostOf(last)]);
    const place = indexOf(targets, last);
    const next = targets.slice(place + 1);
    // A kept connection may lead to another host than the first.
    const passedOver = targets.slice(0, Math.max(0, place));
    for (const [index, target] of [...next, ...passedOver].entries()) {
      if (tried.has(hostOf(target))) continue;
      const isForAll = index < next.length && tried.size < maxHostsPerAttempt;
      if (!(isForAll ? attempt.reopen() : attempt.reopenRefused())) break;
      const trouble = await this.#apart.during(() => this.#alone(attempt, target));
      if (trouble === undefined) tried.add(hostOf(target));
      else {
        unseen.push(trouble);
        attempt.giveUp(trouble);
      }
    }
    attempt.conclude(unseen.find(({ status }) => status.startsWith('4')));
  }

  /** Works on one attempt alone over a connection of its own; gives the trouble if the host was not ready. */
  async #alone(attempt: Attempt, target: Target): Promise<Trouble | undefined> {
    const known = this.#apart.troubleOf(target);
    if (known !== undefined) return known;
    await this.#pool.allowed();
    if (attempt.notAfterMs <= this.#ports.clock.now()) return tooLate;
    return this.#serve(attempt, target);
  }

  #serve(attempt: Attempt, target: Target): Promise<Trouble | undefined> {
    return new Promise((resolve) => {
      let end: Trouble | undefined;
      const rest = (session: SmtpConnection): void => {
        // What a lost connection left undone has no other one to go to.
        if (end !== undefined && attempt.wantsTurn) attempt.giveUp(end);
        if (!attempt.atRest) return;
        session.quit();
        resolve(undefined);
      };
      const feeder: Feeder = {
        ready: () => undefined,
        next: (session) => {
          const job = attempt.wantsTurn && session.hop !== undefined ? attempt.next(session.hop) : undefined;
          if (job === undefined) rest(session);
          return job;
        },
        over: rest,
        ended: (session, trouble) => {
          end = trouble;
          if (trouble !== undefined) this.#apart.failed(target, trouble);
          rest(session);
        },
      };
      void this.#reach(target, feeder, []).then((reached) => {
        if (reached instanceof SmtpConnection) return;
        this.#apart.failed(target, reached);
        resolve(reached);
      });
    });
  }
}

/** A session that is ready, or what was wrong. */
type Reached =
  | { readonly session: SmtpConnection; readonly trouble?: undefined }
  | { readonly session?: SmtpConnection; readonly trouble: Trouble };

/** A configured host is known by a name that nobody can forge, and a password goes only to whom it is meant for. */
function protectionOf(nextHop: RelayHop, { tls, credentials }: SmtpOptions): Protection {
  const implicit = nextHop.kind === 'smtps';
  const level = tls ?? (implicit || credentials !== undefined ? 'verified' : 'opportunistic');
  return { level, named: nextHop.kind !== 'mx', ...(implicit ? { implicit } : {}) };
}

const closedEarly: Trouble = { status: '4.4.2', reason: 'the connection was closed before it was ready' };

function troubleOfConnect(error: unknown, target: Target): Trouble {
  const host = target.host === undefined ? shownAddress(target) : `${remoteName(target)} (${shownAddress(target)})`;
  const code = error instanceof ConnectError ? error.code : 'other';
  return { status: '4.4.1', reason: connectReasons[code](host) };
}

const connectReasons: Readonly<Record<ConnectError['code'], (host: string) => string>> = {
  refused: (host) => `${host} refused the connection`,
  timeout: (host) => `${host} did not answer`,
  unreachable: (host) => `there is no way to ${host}`,
  other: (host) => `no connection to ${host} came about`,
};

/** Addresses of one host are one host. */
function hostOf(target: Target | undefined): string | undefined {
  return target?.host ?? target?.address;
}

function indexOf(targets: readonly Target[], target: Target | undefined): number {
  return targets.findIndex(
    ({ host, address, port }) => host === target?.host && address === target?.address && port === target.port,
  );
}
