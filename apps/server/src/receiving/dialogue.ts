import type { MailEvent, RcptEvent, ServerEvent, ServerSession, XclientEvent } from '@dsnkit/smtp';
import type { TlsState } from '../ports.ts';
import { Conversation } from './auth/conversation.ts';
import type { LoginStep } from './auth/login.ts';
import type { Client } from './client.ts';
import type { Flow } from './flow.ts';
import type { Intake } from './intake.ts';
import { isNamed, judgeMail, type MailVerdict } from './mail-rules.ts';
import type { Notices } from './notices.ts';
import { offerTo } from './offer.ts';
import type { ReceivingParts } from './parts.ts';
import type { Watched } from './patience.ts';
import { senderRefusal } from './sender-domain.ts';
import { NOT_STORED, storeMessage } from './store-message.ts';
import { Transaction } from './transaction.ts';
import { introduce } from './xclient.ts';

/** What a session asks; TLS and its end are matters of the connection. */
export type Question = Exclude<ServerEvent, { readonly kind: 'starttls' | 'closed' }>;

/** What a dialogue works with. */
export interface DialogueParts {
  readonly session: ServerSession;
  readonly flow: Flow;
  readonly notices: Notices;
  readonly receiving: ReceivingParts;
  /** Called when an answer was given some time after its question. */
  readonly answered: () => void;
}

/** Content that waits for the disk beyond this makes us stop reading from the client. */
const MAX_WAITING_OCTETS = 4_194_304;

const ENOUGH: MailVerdict = {
  kind: 'refuse',
  reply: { code: 421, status: '4.7.0', lines: ['Enough messages in one connection'] },
};

/** What one client is told: knows who it is by now, and has the transaction that it is in. */
export class Dialogue {
  readonly #session: ServerSession;
  readonly #flow: Flow;
  readonly #notices: Notices;
  readonly #parts: ReceivingParts;
  readonly #answered: () => void;
  #client: Client;
  #tls: TlsState | undefined;
  #conversation: Conversation | undefined;
  #transaction: Transaction | undefined;
  #messages = 0;
  #over = false;

  constructor(client: Client, { session, flow, notices, receiving, answered }: DialogueParts) {
    this.#client = client;
    this.#session = session;
    this.#flow = flow;
    this.#notices = notices;
    this.#parts = receiving;
    this.#answered = answered;
  }

  /** Who the client is, as far as is known by now. */
  get client(): Client {
    return this.#client;
  }

  /** Where the content of the transaction goes; undefined outside of one. */
  get intake(): Intake | undefined {
    return this.#transaction?.intake;
  }

  /** Answers, now or some time later. */
  take(question: Question): void {
    switch (question.kind) {
      case 'hello': {
        this.#hello(question.verb !== 'HELO', question.name);
        return;
      }
      case 'mail': {
        this.#mail(question);
        return;
      }
      case 'rcpt': {
        this.#rcpt(question);
        return;
      }
      case 'content': {
        this.#content(question.octets);
        return;
      }
      case 'end-of-content':
        return void this.#store();
      case 'reset': {
        this.#discard();
        return;
      }
      case 'auth': {
        const { mechanism, initialResponse } = question;
        return void this.#login(this.#converse()?.begin(mechanism, this.#client.address, initialResponse));
      }
      case 'auth-response':
        return void this.#login(this.#conversation?.respond(question.response));
      case 'auth-cancelled':
        return this.#conversation?.cancel();
      case 'xclient':
        return void this.#introduce(question);
      case 'verify': {
        this.#session.answer();
        return;
      }
    }
  }

  /** RFC 3207 §4.2: the session has forgotten what was said in the clear, and so do we. */
  forget(): void {
    const { address, local, proxy } = this.#client;
    this.#client = { address, local, proxy, name: '', extended: false };
  }

  /** What is said from now on nobody else hears. */
  secured(tls: TlsState): void {
    this.#tls = tls;
  }

  /** The content that is coming in, unless the disk holds it up. */
  coming(): Watched['content'] {
    const { contentSinceMs: sinceMs, intake } = this.#transaction ?? {};
    if (sinceMs === undefined || intake === undefined || this.#flow.isHeld('disk')) return undefined;
    return { sinceMs, octets: intake.sizeOctets };
  }

  /** Nobody listens any more. */
  end(): void {
    this.#over = true;
    this.#discard();
  }

  #discard(): void {
    void this.#transaction?.intake.discard().catch(() => undefined);
    this.#transaction = undefined;
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
    if (this.#over) return;
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
    if (this.#over) return;
    const { recipients = [] } = transaction ?? {};
    if (this.#parts.listener.role === 'lmtp') this.#session.answerEach(recipients.map(() => reply));
    else this.#session.answer(reply);
    this.#answered();
  }

  #converse(): Conversation | undefined {
    const { logins, clock, listener } = this.#parts;
    if (logins === undefined) return undefined;
    return (this.#conversation ??= new Conversation(logins, clock, listener.maxAuthAttempts));
  }

  async #login(next: Promise<LoginStep> | undefined): Promise<void> {
    const step = await next;
    if (this.#over) return;
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
    if (this.#over) return;
    if ('code' in client) this.#session.answer(client);
    else {
      this.#client = client;
      this.#session.answer();
    }
    this.#answered();
  }
}

const NO_LOGINS: Extract<LoginStep, { kind: 'failure' }> = {
  kind: 'failure',
  reply: { code: 454, status: '4.7.0', lines: ['Nobody can log in now'] },
};
