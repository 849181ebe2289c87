import { ClientSession, SmtpError, type ClientEvent, type DoneEvent, type ReceivedReply } from '@dsnkit/smtp';
import type { RemoteReply } from '../model.ts';
import type { Clock, Connection, TlsState } from '../ports.ts';
import type { Target } from './mx.ts';
import { troubleOfReply, type Trouble } from './outcomes.ts';
import {
  distrust,
  isProven,
  nextStep,
  noHandshake,
  plainResponse,
  withoutSecrets,
  type Credentials,
  type Protection,
} from './protection.ts';
import type { Job } from './smtp-attempt.ts';
import { clientName, hopOf, remoteName, nameIn, remoteReply, shownAddress, type Hop } from './smtp-hop.ts';

/** Gives a connection its work and hears what came of it. */
export interface Feeder {
  /** The host is ready for transactions; with others, tried before it, there was trouble. */
  ready(connection: SmtpConnection, skipped: readonly Trouble[]): void;
  /** A transaction may begin: the next one, if there is one. */
  next(connection: SmtpConnection): Job | undefined;
  /** A job is over; the attempt knows what came of it. */
  over(connection: SmtpConnection, job: Job): void;
  /** No more jobs can begin here, though one may still be under way. Without trouble if we said QUIT. */
  ended(connection: SmtpConnection, trouble?: Trouble): void;
}

/** What a connection is to know. */
export interface SmtpConnectionOptions {
  readonly hostname: string;
  /** A host that greets by one of these names, in lower case, is this server: the DNS led back here. */
  readonly ownNames?: ReadonlySet<string>;
  readonly protocol: 'smtp' | 'lmtp';
  readonly target: Target;
  /** Troubles with hosts that were tried before this one. */
  readonly skipped: readonly Trouble[];
  readonly protection: Protection;
  readonly credentials?: Credentials;
  readonly clock: Clock;
  /** How long a connection without work is kept. */
  readonly idleMs: number;
  readonly maxTransactions: number;
}

interface InFlight {
  readonly job: Job;
  readonly reused: boolean;
  /** Our own side failed. */
  trouble?: Trouble;
}

/** How long the reply to QUIT is waited for: it says nothing that we need. */
const quitMs = 5000;
/** How long a TLS handshake may take. */
const handshakeMs = 60_000;
/** A host may answer a group of commands slowly, but not for ever: this many times the timeout of one command. */
const patience = 3;
/** A command that the host does not know, or does not have. RFC 5321 §4.2.2 */
const UNKNOWN: ReadonlySet<number> = new Set([500, 502]);

/** One connection to one host: drives a client session, with the timeouts of RFC 5321 §4.5.3.2. */
export class SmtpConnection {
  readonly target: Target;
  /** Transactions begun so far. */
  begun = 0;
  /** TLS was begun and no handshake came about: without TLS the host may be of use. */
  tlsFailed = false;
  #hop: Hop | undefined;
  #tls: TlsState | undefined;
  #tlsRefused = false;
  #securing = false;
  #authenticated = false;
  readonly #options: SmtpConnectionOptions;
  readonly #connection: Connection;
  readonly #feeder: Feeder;
  readonly #session: ClientSession;
  readonly #inFlight: InFlight[] = [];
  /** Transactions that the end of the connection cut short: told of once the reason is known. */
  #cutShort: DoneEvent[] = [];
  #trouble: Trouble | undefined;
  #greeting: ReceivedReply | undefined;
  #ended = false;
  #pumping = false;
  #streaming = false;
  #drained: (() => void) | undefined;
  #deadlineMs = Infinity;
  #progressMs: number;
  #timer: { readonly atMs: number; readonly handle: { cancel(): void } } | undefined;

  constructor(connection: Connection, feeder: Feeder, options: SmtpConnectionOptions) {
    this.target = options.target;
    this.#options = options;
    this.#connection = connection;
    this.#feeder = feeder;
    this.#session = new ClientSession({
      clientName: clientName(options.hostname, connection),
      protocol: options.protocol,
    });
    this.#progressMs = options.clock.now();
    connection.attach({
      data: (octets) => {
        this.#session.receive(octets);
        this.#pump();
      },
      drained: () => {
        this.#progressMs = this.#options.clock.now();
        this.#drained?.();
        this.#watch();
      },
      closed: () => {
        // A handshake that fails says so by itself.
        if (this.#securing) return;
        this.#session.eof();
        this.#pump();
      },
    });
    if (options.protection.implicit === true) void this.#secure(() => undefined);
    this.#watch();
  }

  /** The host, once it is ready. */
  get hop(): Hop | undefined {
    return this.#hop;
  }

  /** Ready, and without a transaction under way. */
  get idle(): boolean {
    return this.#hop !== undefined && !this.#ended && this.#inFlight.length === 0;
  }

  /** Another transaction may begin: at once, or behind the content of one whose reply is still to come. */
  get canBegin(): boolean {
    return !this.#ended && this.#inFlight.length < 2 && !this.#streaming && this.#session.canBegin;
  }

  /** It comes back for another transaction, and puts it behind the one that is under way. */
  get takesMore(): boolean {
    const isLast = this.begun >= Math.min(this.#options.maxTransactions, this.#hop?.mailMax ?? 0);
    return !this.#ended && !isLast && !this.#streaming && this.#hop?.extensions.has('PIPELINING') === true;
  }

  /** Asks the feeder for work. */
  offer(): void {
    this.#pump();
  }

  /** Says QUIT and lets no more work begin. */
  quit(): void {
    if (this.#ended || !this.#session.canBegin) return;
    this.#end();
    this.#session.quit();
    this.#flush();
    this.#watch();
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    for (let event = this.#session.next(); event !== undefined; event = this.#session.next()) {
      this.#progressMs = this.#options.clock.now();
      this.#handle(event);
    }
    this.#fill();
    this.#pumping = false;
    this.#flush();
    this.#watch();
  }

  #handle(event: ClientEvent): void {
    switch (event.kind) {
      case 'ready':
        this.#greeted(event.greeting);
        return;
      case 'tls':
        void this.#secure(() => this.#session.secured());
        return;
      case 'tls-refused':
        this.#tlsRefused = true;
        this.#proceed();
        return;
      case 'challenge':
        // PLAIN has none: give it up, the reply to that ends the exchange.
        this.#session.respond();
        return;
      case 'authenticated':
        this.#authenticated = true;
        this.#proceed();
        return;
      case 'auth-refused':
        this.#refuseLogin(event.reply);
        return;
      case 'content-wanted':
        this.#sendContent(this.#inFlight.at(-1));
        return;
      case 'done':
        if (event.recipients.some(({ reply }) => reply === undefined)) this.#cutShort.push(event);
        else this.#done(event);
        return;
      case 'failed': {
        const mta = remoteName(this.#options.target, event.reply);
        const trouble = troubleOfReply(this.#told(mta, event.reply, event.stage));
        // RFC 2033 §4.1: every LMTP server knows LHLO. That our route leads to another is not the recipient's fault.
        const isMistaken =
          this.#options.protocol === 'lmtp' && event.stage === 'hello' && UNKNOWN.has(event.reply.code);
        this.#trouble = isMistaken ? { ...trouble, status: '4.3.5', reason: `${mta} does not speak LMTP` } : trouble;
        this.#end();
        return;
      }
      case 'closed':
        this.#closed(event);
        return;
      default:
        // RSET is not asked for here.
        return;
    }
  }

  #greeted(greeting: ReceivedReply): void {
    this.#greeting = greeting;
    const { ownNames, target } = this.#options;
    // RFC 5321 §5.1: an exchanger may be this server by its address, under any name.
    if (ownNames?.has(nameIn(greeting).toLowerCase()) === true)
      this.#refuse({
        status: '5.4.6',
        reason: `${remoteName(target)} (${shownAddress(target)}) is this server itself`,
      });
    else this.#proceed();
  }

  /** After each greeting and whatever was done about TLS and login: what is still to be done before mail can go. */
  #proceed(): void {
    const { target, protection, credentials, skipped } = this.#options;
    const greeting = this.#greeting;
    if (greeting === undefined) return;
    const { extensions } = this.#session;
    const step = nextStep({
      mta: remoteName(target, greeting),
      extensions,
      protection,
      credentials,
      secured: this.#tls !== undefined,
      refused: this.#tlsRefused,
      authenticated: this.#authenticated,
    });
    if (step === 'starttls') this.#session.startTls();
    else if (step === 'ready') {
      const verifiedTls = isProven(protection, this.#tls);
      const channel = { verifiedTls, authenticated: this.#authenticated };
      const tls = this.#tls === undefined ? {} : { tls: this.#tls.protocol };
      this.#hop = hopOf(target, greeting, extensions, { ...channel, ...tls });
      this.#feeder.ready(this, skipped);
    } else if ('user' in step) this.#session.authenticate('PLAIN', plainResponse(step));
    else this.#refuse(step);
  }

  /** The host is of no use to us; we leave it as is proper. */
  #refuse(trouble: Trouble): void {
    this.#trouble = trouble;
    this.quit();
  }

  #refuseLogin(reply: ReceivedReply): void {
    const mta = remoteName(this.#options.target, reply);
    // What is wrong with our password is not the sender's fault: there is time to put it right.
    const status = '4.7.8';
    const remote = this.#told(mta, reply, 'hello');
    this.#refuse({ status, reason: `${mta} does not let this server log in`, remote });
  }

  async #secure(secured: () => void): Promise<void> {
    const { target, protection } = this.#options;
    this.#securing = true;
    this.#timer?.handle.cancel();
    this.#timer = undefined;
    const name = target.host ?? target.address;
    try {
      this.#tls = await this.#connection.startTls({
        side: 'client',
        ...(target.host === undefined ? {} : { serverName: protection.dane?.base ?? target.host }),
        names: protection.dane?.names ?? [name],
        resumes: (peer) => distrust(protection, { peer }, name) === undefined,
        timeoutMs: handshakeMs,
      });
      this.#trouble = distrust(protection, this.#tls, name);
    } catch (error) {
      this.tlsFailed = true;
      this.#trouble = noHandshake(error, name);
    }
    this.#securing = false;
    if (this.#trouble === undefined) secured();
    else this.#session.eof();
    this.#pump();
  }

  #fill(): void {
    while (this.canBegin && this.#hop !== undefined) {
      if (this.begun >= Math.min(this.#options.maxTransactions, this.#hop.mailMax)) {
        this.quit();
        return;
      }
      const job = this.#feeder.next(this);
      if (job === undefined) return;
      this.#begin(job);
    }
  }

  #begin(job: Job): void {
    try {
      this.#session.begin(job.transaction);
    } catch (error) {
      if (!(error instanceof SmtpError)) throw error;
      job.attempt.unsayable(job);
      this.#feeder.over(this, job);
      return;
    }
    this.#inFlight.push({ job, reused: this.begun > 0 });
    this.begun++;
    this.#progressMs = this.#options.clock.now();
  }

  #sendContent(flight: InFlight | undefined): void {
    if (flight === undefined) return;
    const { octets } = flight.job.content;
    if (octets === undefined) {
      this.#streaming = true;
      void this.#stream(flight);
      return;
    }
    this.#session.content(octets);
    this.#endContent(flight);
  }

  /** The last moment at which it may turn out that another node delivers the message. RFC 5321 §6.1 */
  #endContent(flight: InFlight): void {
    if (flight.job.attempt.isHeld()) {
      this.#session.endContent();
      return;
    }
    flight.trouble = { status: '4.3.0', reason: 'another node has taken the message over' };
    this.#session.eof();
  }

  /** Sends content piece by piece, no faster than the host takes it. */
  async #stream(flight: InFlight): Promise<void> {
    try {
      const { content } = flight.job;
      for await (const piece of content.readInPlace?.() ?? content.read()) {
        if (this.#session.closed) return;
        this.#session.content(piece);
        if (!this.#flush()) await new Promise<void>((resolve) => (this.#drained = resolve));
        this.#progressMs = this.#options.clock.now();
        this.#watch();
      }
      if (this.#session.closed) return;
      this.#endContent(flight);
    } catch {
      flight.trouble = { status: '4.3.0', reason: 'the stored message could not be read' };
      // The host must not take what it has for the whole: no end of data, the connection breaks off.
      this.#session.eof();
    } finally {
      this.#streaming = false;
      this.#pump();
    }
  }

  #done({ transaction, recipients }: DoneEvent, loss?: Trouble): void {
    const index = this.#inFlight.findIndex(({ job }) => job.transaction === transaction);
    const [flight] = this.#inFlight.splice(index, 1);
    if (flight === undefined || this.#hop === undefined) return;
    const { job, reused, trouble } = flight;
    if (trouble !== undefined) {
      job.attempt.broken(job, trouble);
      this.#feeder.over(this, job);
      return;
    }
    job.attempt.settle(job, recipients, this.#hop, reused, loss);
    this.#feeder.over(this, job);
  }

  #closed(event: Extract<ClientEvent, { kind: 'closed' }>): void {
    this.#trouble ??= this.#troubleOfEnd(event);
    this.#timer?.handle.cancel();
    this.#connection.destroy();
    // The feeder must not think that this connection still takes work when it hears of lost transactions.
    this.#end();
    for (const done of this.#cutShort.splice(0)) this.#done(done, this.#trouble);
    this.#drained?.();
  }

  #troubleOfEnd({ reason, reply }: Extract<ClientEvent, { kind: 'closed' }>): Trouble {
    const { target } = this.#options;
    const mta = this.#hop?.mta ?? remoteName(target, reply);
    if (reply !== undefined && reply.code >= 400) {
      return troubleOfReply(this.#told(mta, reply, 'connect'));
    }
    if (reason === 'protocol') return { status: '4.5.0', reason: `${mta} said something that is not SMTP` };
    const when = this.#hop === undefined ? 'before it was ready' : 'in the middle of the transaction';
    return { status: '4.4.2', reason: `the connection to ${mta} was lost ${when}` };
  }

  /** A reply about the connection, for outcomes. */
  #told(mta: string, reply: ReceivedReply, stage: RemoteReply['stage']): RemoteReply {
    const { target, credentials } = this.#options;
    return remoteReply({ mta, address: shownAddress(target) }, withoutSecrets(reply, credentials), stage);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#feeder.ended(this, this.#trouble);
  }

  /** False when the host takes octets more slowly than they come. */
  #flush(): boolean {
    const octets = this.#session.takeOutput();
    return octets === undefined || this.#connection.write(octets);
  }

  /** Sets the time until which something has to happen. The timer runs lazily: it is moved when it fires too early. */
  #watch(): void {
    const { clock, idleMs } = this.#options;
    if (this.#session.closed || this.#securing) return;
    const nowMs = clock.now();
    const waitMs = this.#session.timeoutMs;
    if (waitMs === undefined) this.#deadlineMs = nowMs + idleMs;
    else if (this.#ended && this.#inFlight.length === 0) this.#deadlineMs = nowMs + quitMs;
    else this.#deadlineMs = Math.min(nowMs + waitMs, this.#progressMs + patience * waitMs);
    if (this.#timer !== undefined && this.#timer.atMs <= this.#deadlineMs) return;
    this.#timer?.handle.cancel();
    this.#arm();
  }

  #arm(): void {
    const { clock } = this.#options;
    const atMs = this.#deadlineMs;
    const handle = clock.after(atMs - clock.now(), () => {
      this.#timer = undefined;
      if (this.#session.closed) return;
      const nowMs = clock.now();
      // More time than it ever has is left only if the clock was set back.
      this.#deadlineMs = Math.min(this.#deadlineMs, nowMs + (this.#session.timeoutMs ?? this.#options.idleMs));
      if (nowMs < this.#deadlineMs) this.#arm();
      else this.#expired();
    });
    this.#timer = { atMs, handle };
  }

  #expired(): void {
    if (this.idle) {
      this.quit();
      return;
    }
    const mta = this.#hop?.mta ?? remoteName(this.#options.target);
    this.#trouble ??= { status: '4.4.2', reason: `${mta} did not answer in time` };
    this.#session.timeout();
    this.#pump();
  }
}
