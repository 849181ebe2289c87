import {
  ServerSession,
  type MailEvent,
  type RcptEvent,
  type Reply,
  type ServerClosedEvent,
  type XclientEvent,
} from '@dsnkit/smtp';
import type { Connection, TlsState } from '../ports.ts';
import { Conversation } from './auth/conversation.ts';
import type { LoginStep } from './auth/login.ts';
import { newClient, type Client } from './client.ts';
import { Flow } from './flow.ts';
import { isNamed, judgeMail, type MailVerdict } from './mail-rules.ts';
import { Notices } from './notices.ts';
import { offerTo } from './offer.ts';
import type { ReceivingParts } from './parts.ts';
import { Patience, type Watched } from './patience.ts';
import { senderRefusal } from './sender-domain.ts';
import { NOT_STORED, storeMessage } from './store-message.ts';
import { Transaction } from './transaction.ts';
import { introduce } from './xclient.ts';

/** One open connection. */
export interface Receiving {
  /** Says 421 as soon as no message is being stored, and closes. */
  shutdown(): void;
}

/** Content that waits for the disk beyond this makes us stop reading from the client. */
const MAX_WAITING_OCTETS = 4_194_304;

/** What a client sends ahead while its last command is worked on, beyond this, makes us stop reading. */
const MAX_AHEAD_OCTETS = 65_536;

const HANDSHAKE_MS = 60_000;

/** How long a client may take to read our last words. */
const LINGER_MS = 30_000;

const ENOUGH: MailVerdict = {
  kind: 'refuse',
  reply: { code: 421, status: '4.7.0', lines: ['Enough messages in one connection'] },
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
  readonly #flow: Flow;
  readonly #patience: Patience;
  readonly #notices: Notices;
  #client: Client;
  #tls: TlsState | undefined;
  #conversation: Conversation | undefined;
  #transaction: Transaction | undefined;
  #messages = 0;
  #securing = false;
  #gone = false;

  constructor(connection: Connection, parts: ReceivingParts, closed: () => void) {
    const { listener } = parts;
    this.#connection = connection;
    this.#parts = parts;
    this.#closed = closed;
    this.#client = newClient(connection.remoteAddress, listener);
    this.#flow = new Flow(connection);
    this.#notices = new Notices(parts.notice);
    const secure = listener.tls === 'implicit';
    this.#session = new ServerSession({
      hostname: parts.hostname,
      protocol: listener.role === 'lmtp' ? 'lmtp' : 'smtp',
      maxRecipients: parts.limits.maxRecipients,
      maxErrors: listener.maxErrors,
      maxRefusals: listener.maxRefusals,
      bareLineEnds: listener.bareLineEnds,
      secure,
      extensions: offerTo(this.#client, listener, parts.limits, parts.clock.now()),
    });
    connection.attach({
      data: (octets) => this.#data(octets),
      drained: () => this.#flow.release('peer'),
      ended: () => this.#saidAll(),
      closed: () => this.#end(),
    });
    this.#patience = new Patience(
      parts.clock,
      () => ({ timeoutMs: this.#session.timeoutMs, content: this.#coming() }),
      () => {
        this.#session.timeout();
        this.#pump();
      },
    );
    if (secure) void this.#secure(() => this.#session.start());
    else {
      this.#session.start();
      this.#pump();
    }
  }

  shutdown(): void {
    // In the middle of a handshake nothing can be said.
    if (this.#securing) {
      this.#connection.destroy();
      return;
    }
    this.#session.shutdown();
    this.#pump();
  }

  #data(octets: Uint8Array): void {
    const transaction = this.#transaction;
    const isCopied = transaction?.intake.isSpooling === true;
    this.#session.receive(octets);
    this.#pump();
    // All of it went into a large message, which has its copy.
    const isUsedUp = !this.#session.paused && this.#session.bufferedOctets === 0;
    if (isCopied && isUsedUp && this.#transaction === transaction) this.#connection.release(octets);
  }

  /** The client may still listen: what it said is worked off, and what it began to say is forgotten. */
  #saidAll(): void {
    this.#session.eof();
    this.#pump();
  }

  #pump(): void {
    if (this.#gone) return;
    let moved = false;
    for (let event = this.#session.next(); event !== undefined; event = this.#session.next()) {
      moved = true;
      switch (event.kind) {
        case 'hello':
          this.#hello(event.verb !== 'HELO', event.name);
          break;
        case 'mail':
          this.#mail(event);
          break;
        case 'rcpt':
          this.#rcpt(event);
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
          this.#leave(event.reason);
          return;
      }
    }
    // Half a command is no activity: a client could make do with an octet now and then.
    if (this.#flush() || moved) this.#patience.active();
    if (!this.#session.paused) this.#flow.release('ahead');
    else if (this.#session.bufferedOctets > MAX_AHEAD_OCTETS) this.#flow.hold('ahead');
  }

  /** Whether there was anything to say. */
  #flush(): boolean {
    const output = this.#session.takeOutput();
    if (output === undefined) return false;
    this.#flow.write(output);
    return true;
  }

  /** What is offered depends on what is known by now: TLS, login, whom a proxy speaks for. */
  #hello(extended: boolean, name: string): void {
    const client = this.#client;
    this.#client = { ...client, extended, name: client.introducedAs ?? name };
    const { listener, limits, clock } = this.#parts;
    this.#session.offer(offerTo(this.#client, listener, limits, clock.now()));
    this.#session.answer();
  }

  #mail(event: MailEvent): void {
    const { listener, clock, named } = this.#parts;
    // RFC 9422 §4.1.
    const isEnough = ++this.#messages > (listener.maxMessages ?? Infinity);
    const verdict = isEnough ? ENOUGH : judgeMail(event, this.#client, this.#parts, clock.now());
    const { domain } = event.path;
    // What the configuration names is known without asking, and an address literal needs no name.
    const isAsked = listener.checkSenderDomain && domain !== '' && !domain.startsWith('[') && !isNamed(domain, named);
    if (verdict.kind === 'take' && isAsked) void this.#mailAfterLookup(event, verdict);
    else this.#judged(event, verdict);
  }

  async #mailAfterLookup(event: MailEvent, verdict: MailVerdict): Promise<void> {
    const reply = await senderRefusal(event.path.domain, this.#parts.resolver);
    if (this.#gone) return;
    this.#judged(event, reply === undefined ? verdict : { kind: 'refuse', reply });
    this.#answered();
  }

  #judged(event: MailEvent, verdict: MailVerdict): void {
    if (verdict.kind === 'take') {
      this.#transaction = new Transaction(event, verdict, this.#client, this.#tls, this.#parts);
    } else this.#notices.refused(this.#client, 'mail', verdict.reply, { reversePath: event.path.address });
    this.#session.answer(verdict.reply);
  }

  #rcpt(event: RcptEvent): void {
    const reply = this.#transaction?.rcpt(event);
    if (reply !== undefined) this.#notices.refused(this.#client, 'recipient', reply, { recipient: event.path.address });
    this.#session.answer(reply);
  }

  #content(octets: Uint8Array): void {
    const transaction = this.#transaction;
    if (transaction === undefined) return;
    transaction.content(octets);
    const { intake } = transaction;
    if (intake.waitingOctets > MAX_WAITING_OCTETS && !this.#flow.isHeld('disk')) {
      this.#flow.hold('disk');
      void intake.settled().then(() => this.#flow.release('disk'));
    }
  }

  async #store(): Promise<void> {
    const transaction = this.#transaction;
    this.#transaction = undefined;
    const reply = transaction === undefined ? NOT_STORED : await storeMessage(transaction, this.#parts);
    const reversePath = transaction?.mail.path.address ?? '';
    if (reply.code !== 250) this.#notices.refused(this.#client, 'content', reply, { reversePath });
    if (this.#gone) return;
    const { recipients = [] } = transaction ?? {};
    if (this.#parts.listener.role === 'lmtp') this.#session.answerEach(recipients.map(() => reply));
    else this.#session.answer(reply);
    this.#answered();
  }

  /** An answer was given some time after its event. */
  #answered(): void {
    this.#patience.active();
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
    this.#flow.free();
    this.#securing = true;
    try {
      this.#tls = await this.#connection.startTls({ side: 'server', identity, timeoutMs: HANDSHAKE_MS });
    } catch (error) {
      // The connection has closed.
      this.#notices.refused(this.#client, 'tls', error instanceof Error ? error.message : String(error));
      return;
    }
    this.#securing = false;
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
    else {
      const end = step ?? NO_LOGINS;
      this.#notices.login(this.#client, this.#conversation?.mechanism ?? '', end);
      if (end.kind === 'success') this.#client = { ...this.#client, user: end.user };
      this.#session.answer(end.kind === 'success' ? undefined : end.reply);
    }
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

  /** The content that is coming in, unless the disk holds it up. */
  #coming(): Watched['content'] {
    const { contentSinceMs: sinceMs, intake } = this.#transaction ?? {};
    if (sinceMs === undefined || intake === undefined || this.#flow.isHeld('disk')) return undefined;
    return { sinceMs, octets: intake.sizeOctets };
  }

  /** The session is over: our last words go out, and the client has a while to read them. */
  #leave(reason: ServerClosedEvent['reason']): void {
    this.#flush();
    // After QUIT a client has no more to say (RFC 5321 §4.1.1.10), and after its end it can't.
    if (reason === 'quit' || reason === 'eof') this.#connection.finish();
    else this.#connection.end();
    this.#patience.last(LINGER_MS, () => this.#connection.destroy());
  }

  #end(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#patience.end();
    void this.#transaction?.intake.discard().catch(() => undefined);
    this.#closed();
  }
}

const NO_TLS: Reply = { code: 454, status: '4.7.0', lines: ['TLS is not available now'] };
const NO_LOGINS: Extract<LoginStep, { kind: 'failure' }> = {
  kind: 'failure',
  reply: { code: 454, status: '4.7.0', lines: ['Nobody can log in now'] },
};
