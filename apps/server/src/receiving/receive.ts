import { ServerSession, type MailEvent, type Reply, type XclientEvent } from '@dsnkit/smtp';
import type { LimitsConfig, ListenConfig } from '../config.ts';
import type {
  Clock,
  Connection,
  EventSink,
  IdSource,
  NewMessage,
  QueueStore,
  TlsIdentity,
  TlsState,
} from '../ports.ts';
import type { Router } from '../routing/router.ts';
import { Conversation } from './auth/conversation.ts';
import type { LoginStep, Logins } from './auth/login.ts';
import { newClient, type Client } from './client.ts';
import { judgeMail } from './mail-rules.ts';
import { offerTo } from './offer.ts';
import { Transaction } from './transaction.ts';
import { introduce } from './xclient.ts';

/** What receiving on one listener works with. */
export interface ReceivingParts {
  readonly listener: ListenConfig;
  readonly hostname: string;
  readonly limits: LimitsConfig;
  readonly store: QueueStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly events: EventSink;
  readonly router: Router;
  /** Domains of this site: see `namedDomains`. */
  readonly named: ReadonlySet<string>;
  /** Absent: no listener does TLS. */
  readonly identity?: TlsIdentity;
  /** Absent: no listener offers AUTH. */
  readonly logins?: Logins;
  /** Stores a message and sets it on its way; see `Queue.accept`. */
  readonly accept: (message: NewMessage, stored: () => void) => Promise<void>;
}

/** One open connection. */
export interface Receiving {
  /** Says 421 as soon as no message is being stored, and closes. */
  shutdown(): void;
}

/** Content that waits for the disk beyond this makes us stop reading from the client. */
const MAX_WAITING_OCTETS = 4_194_304;

/** What a client sends ahead while its last command is worked on, beyond this, makes us stop reading. */
const MAX_AHEAD_OCTETS = 65_536;

/** How often to look while no timeout applies: the server's own answer is awaited. */
const IDLE_MS = 60_000;

const HANDSHAKE_MS = 60_000;

/** How long a client may take to read our last words. */
const LINGER_MS = 30_000;

const MESSAGES_ENOUGH: Reply = { code: 421, status: '4.7.0', lines: ['Enough messages in one connection'] };
const NOT_STORED: Reply = {
  code: 452,
  status: '4.3.1',
  lines: ['The message could not be stored; try again later'],
};

/** Serves one connection until it closes. `closed` is called once, at the end. */
export function receive(connection: Connection, parts: ReceivingParts, closed: () => void): Receiving {
  return new Receiver(connection, parts, closed);
}

class Receiver implements Receiving {
  readonly #connection: Connection;
  readonly #parts: ReceivingParts;
  readonly #closed: () => void;
  readonly #session: ServerSession;
  readonly #pauses = new Set<'peer' | 'disk' | 'ahead'>();
  #client: Client;
  #tls: TlsState | undefined;
  #conversation: Conversation | undefined;
  #transaction: Transaction | undefined;
  #messages = 0;
  #lastActivityMs: number;
  #timer: { cancel(): void } | undefined;
  #gone = false;

  constructor(connection: Connection, parts: ReceivingParts, closed: () => void) {
    const { listener } = parts;
    this.#connection = connection;
    this.#parts = parts;
    this.#closed = closed;
    this.#client = newClient(connection.remoteAddress, listener);
    this.#lastActivityMs = parts.clock.now();
    const secure = listener.tls === 'implicit';
    this.#session = new ServerSession({
      hostname: parts.hostname,
      protocol: listener.role === 'lmtp' ? 'lmtp' : 'smtp',
      maxRecipients: parts.limits.maxRecipients,
      maxErrors: listener.maxErrors,
      secure,
      extensions: offerTo(this.#client, listener, parts.limits, this.#lastActivityMs),
    });
    connection.attach({
      data: (octets) => this.#data(octets),
      drained: () => this.#resume('peer'),
      closed: () => this.#end(),
    });
    if (secure) void this.#secure(() => this.#session.start());
    else {
      this.#session.start();
      this.#pump();
    }
    this.#watch();
  }

  shutdown(): void {
    this.#session.shutdown();
    this.#pump();
  }

  #data(octets: Uint8Array): void {
    this.#lastActivityMs = this.#parts.clock.now();
    this.#session.receive(octets);
    this.#pump();
  }

  #pump(): void {
    if (this.#gone) return;
    for (let event = this.#session.next(); event !== undefined; event = this.#session.next()) {
      switch (event.kind) {
        case 'hello':
          this.#hello(event.verb !== 'HELO', event.name);
          break;
        case 'mail':
          this.#session.answer(this.#mail(event));
          break;
        case 'rcpt':
          this.#session.answer(this.#transaction?.rcpt(event));
          break;
        case 'content':
          this.#content(event.octets);
          break;
        case 'end-of-content':
          void this.#store();
          break;
        case 'reset':
          void this.#transaction?.intake.discard().catch(() => undefined);
          this.#transaction = undefined;
          break;
        case 'starttls':
          this.#startTls();
          return;
        case 'auth':
          void this.#login(this.#converse()?.begin(event.mechanism, this.#client.address, event.initialResponse));
          break;
        case 'auth-response':
          void this.#login(this.#conversation?.respond(event.response));
          break;
        case 'auth-cancelled':
          this.#conversation?.cancel();
          break;
        case 'xclient':
          void this.#introduce(event);
          break;
        case 'verify':
          this.#session.answer();
          break;
        case 'closed':
          this.#leave();
          return;
      }
    }
    this.#flush();
    if (!this.#session.paused) this.#resume('ahead');
    else if (this.#session.bufferedOctets > MAX_AHEAD_OCTETS) this.#pause('ahead');
  }

  #flush(): void {
    const output = this.#session.takeOutput();
    // A client that does not read its replies is not read from.
    if (output !== undefined && !this.#connection.write(output)) this.#pause('peer');
  }

  #pause(reason: 'peer' | 'disk' | 'ahead'): void {
    if (this.#pauses.size === 0) this.#connection.pause();
    this.#pauses.add(reason);
  }

  #resume(reason: 'peer' | 'disk' | 'ahead'): void {
    if (this.#pauses.delete(reason) && this.#pauses.size === 0) this.#connection.resume();
  }

  /** What is offered depends on what is known by now: TLS, login, whom a proxy speaks for. */
  #hello(extended: boolean, name: string): void {
    const client = this.#client;
    this.#client = { ...client, extended, name: client.introducedAs ?? name };
    const { listener, limits, clock } = this.#parts;
    this.#session.offer(offerTo(this.#client, listener, limits, clock.now()));
    this.#session.answer();
  }

  #mail(event: MailEvent): Reply | undefined {
    // RFC 9422 §4.1.
    if (++this.#messages > (this.#parts.listener.maxMessages ?? Infinity)) return MESSAGES_ENOUGH;
    const verdict = judgeMail(event, this.#client, this.#parts, this.#parts.clock.now());
    if (verdict.kind === 'refuse') return verdict.reply;
    this.#transaction = new Transaction(event, verdict, this.#client, this.#tls, this.#parts);
    return verdict.reply;
  }

  #content(octets: Uint8Array): void {
    const intake = this.#transaction?.intake;
    if (intake === undefined) return;
    intake.add(octets);
    if (intake.waitingOctets > MAX_WAITING_OCTETS && !this.#pauses.has('disk')) {
      this.#pause('disk');
      void intake.settled().then(() => this.#resume('disk'));
    }
  }

  async #store(): Promise<void> {
    const transaction = this.#transaction;
    this.#transaction = undefined;
    if (transaction === undefined) return;
    let reply: Reply;
    try {
      reply = await this.#accept(transaction);
    } catch {
      // Nothing was half-stored; the client keeps the message and comes back.
      reply = NOT_STORED;
      await transaction.intake.discard().catch(() => undefined);
    }
    if (this.#gone) return;
    if (this.#parts.listener.role === 'lmtp') this.#session.answerEach(transaction.recipients.map(() => reply));
    else this.#session.answer(reply);
    this.#answered();
  }

  async #accept(transaction: Transaction): Promise<Reply> {
    const finished = await transaction.finish();
    if ('code' in finished) return finished;
    await this.#parts.accept(finished, () => this.#accepted(finished, transaction.mail));
    return { code: 250, status: '2.0.0', lines: [`Ok: queued as ${finished.message.id}`] };
  }

  #accepted({ message, recipients }: NewMessage, mail: MailEvent): void {
    const { envid, mtPriority } = mail.typed;
    const { address, user } = this.#client;
    this.#parts.events.emit({
      kind: 'accepted',
      atMs: message.arrivedAtMs,
      messageId: message.id,
      reversePath: message.reversePath,
      ...(envid === undefined ? {} : { envelopeId: envid }),
      recipients: recipients.map((recipient) => recipient.address),
      sizeOctets: message.sizeOctets,
      origin: message.origin,
      client: address,
      ...(user === undefined ? {} : { user: user.name }),
      ...(this.#tls === undefined ? {} : { tls: this.#tls.protocol }),
      ...(mtPriority === undefined ? {} : { priority: mtPriority }),
    });
  }

  /** An answer was given some time after its event. */
  #answered(): void {
    this.#lastActivityMs = this.#parts.clock.now();
    this.#pump();
  }

  /** RFC 3207 §4.2: the session has forgotten what was said so far, and so do we. */
  #startTls(): void {
    if (this.#parts.identity === undefined) {
      this.#session.answer(NO_TLS);
      this.#pump();
      return;
    }
    this.#session.answer();
    this.#flush();
    const { address, local, proxy } = this.#client;
    this.#client = { address, local, proxy, name: '', extended: false };
    void this.#secure(() => this.#session.secured());
  }

  /** In the turn in which the client was told to begin: nothing that it says in the clear may come between. */
  async #secure(done: () => void): Promise<void> {
    const { identity } = this.#parts;
    if (identity === undefined) {
      this.#connection.destroy();
      return;
    }
    if (this.#pauses.size > 0) this.#connection.resume();
    this.#pauses.clear();
    try {
      this.#tls = await this.#connection.startTls({ side: 'server', identity, timeoutMs: HANDSHAKE_MS });
    } catch {
      // The connection has closed.
      return;
    }
    if (this.#gone) return;
    done();
    this.#answered();
  }

  #converse(): Conversation | undefined {
    const { logins, clock } = this.#parts;
    if (logins === undefined) return undefined;
    return (this.#conversation ??= new Conversation(logins, clock, this.#parts.listener.maxAuthAttempts));
  }

  async #login(next: Promise<LoginStep> | undefined): Promise<void> {
    const step = await next;
    if (this.#gone) return;
    if (step?.kind === 'challenge') this.#session.challenge(step.octets);
    else if (step?.kind === 'success') {
      this.#client = { ...this.#client, user: step.user };
      this.#session.answer();
    } else this.#session.answer(step?.reply ?? NO_LOGINS);
    this.#answered();
  }

  async #introduce(event: XclientEvent): Promise<void> {
    const client = await introduce(this.#client, event.attributes, this.#parts.listener, this.#parts.logins);
    if (this.#gone) return;
    if ('code' in client) this.#session.answer(client);
    else {
      this.#client = client;
      this.#session.answer();
    }
    this.#answered();
  }

  /** One timer per connection, however much is said: it looks when the last word was. */
  #watch(): void {
    const { clock } = this.#parts;
    const waitMs = this.#lastActivityMs + (this.#session.timeoutMs ?? IDLE_MS) - clock.now();
    this.#timer = clock.after(Math.max(1_000, waitMs), () => {
      if (clock.now() - this.#lastActivityMs >= (this.#session.timeoutMs ?? Infinity)) {
        this.#session.timeout();
        this.#pump();
      } else this.#watch();
    });
  }

  /** The session is over: our last words go out, and the client has a while to read them. */
  #leave(): void {
    this.#flush();
    this.#connection.end();
    this.#timer?.cancel();
    this.#timer = this.#parts.clock.after(LINGER_MS, () => this.#connection.destroy());
  }

  #end(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#timer?.cancel();
    void this.#transaction?.intake.discard().catch(() => undefined);
    this.#closed();
  }
}

const NO_TLS: Reply = { code: 454, status: '4.7.0', lines: ['TLS is not available now'] };
const NO_LOGINS: Reply = { code: 454, status: '4.7.0', lines: ['Nobody can log in now'] };
