import { ServerSession, type MailEvent, type RcptEvent, type Reply } from '@dsnkit/smtp';
import type { Path } from '@dsnkit/esmtp-parameters';
import { formatParameters } from '@dsnkit/esmtp-parameters';
import { inNetworks, type ListenConfig } from '../config.ts';
import type { EventSink, Clock, Connection, IdSource, NewMessage, QueueStore } from '../ports.ts';
import type { Message, Recipient } from '../model.ts';
import type { Router } from '../routing/router.ts';
import { Intake } from './intake.ts';
import { countReceived, formatReceived } from './trace.ts';

/** What receiving works with. */
export interface ReceivingParts {
  readonly hostname: string;
  readonly limits: { readonly messageSizeOctets: number; readonly maxRecipients: number; readonly maxHops: number };
  readonly store: QueueStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly events: EventSink;
  readonly router: Router;
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

/** How often to look while no timeout applies: the server's own answer is awaited. */
const IDLE_MS = 60_000;

/** A transaction under way. `id` is set when the content begins. */
interface Transaction {
  readonly mail: MailEvent;
  readonly recipients: Recipient[];
  readonly intake: Intake;
  id: string;
}

/** Serves one connection of a listener until it closes. `closed` is called once, at the end. */
export function receive(
  connection: Connection,
  listener: ListenConfig,
  parts: ReceivingParts,
  closed: () => void,
): Receiving {
  return new Receiver(connection, listener, parts, closed);
}

class Receiver implements Receiving {
  readonly #connection: Connection;
  readonly #listener: ListenConfig;
  readonly #parts: ReceivingParts;
  readonly #closed: () => void;
  readonly #session: ServerSession;
  readonly #trusted: boolean;
  readonly #pauses = new Set<'peer' | 'disk'>();
  #clientName = '';
  #extended = false;
  #transaction: Transaction | undefined;
  #lastActivityMs: number;
  #timer: { cancel(): void } | undefined;
  #gone = false;

  constructor(connection: Connection, listener: ListenConfig, parts: ReceivingParts, closed: () => void) {
    this.#connection = connection;
    this.#listener = listener;
    this.#parts = parts;
    this.#closed = closed;
    this.#trusted = inNetworks(listener.relayFrom, connection.remoteAddress);
    this.#lastActivityMs = parts.clock.now();
    this.#session = new ServerSession({
      hostname: parts.hostname,
      protocol: listener.role === 'lmtp' ? 'lmtp' : 'smtp',
      maxRecipients: parts.limits.maxRecipients,
      extensions: {
        pipelining: true,
        enhancedStatusCodes: true,
        eightBitMime: true,
        smtputf8: true,
        size: parts.limits.messageSizeOctets,
        dsn: this.#offersDsn(),
      },
    });
    connection.attach({
      data: (octets) => {
        this.#lastActivityMs = parts.clock.now();
        this.#session.receive(octets);
        this.#pump();
      },
      drained: () => this.#resume('peer'),
      closed: () => this.#end(),
    });
    this.#session.start();
    this.#pump();
    this.#watch();
  }

  shutdown(): void {
    this.#session.shutdown();
    this.#pump();
  }

  /** SUCCESS from strangers is backscatter, and tells them of forwarding: on a relay DSN is for trusted clients. */
  #offersDsn(): boolean {
    if (this.#listener.dsn === 'nobody') return false;
    return this.#listener.dsn === 'everyone' || this.#listener.role !== 'relay' || this.#trusted;
  }

  #pump(): void {
    if (this.#gone) return;
    for (let event = this.#session.next(); event !== undefined; event = this.#session.next()) {
      switch (event.kind) {
        case 'hello':
          this.#clientName = event.name;
          this.#extended = event.verb !== 'HELO';
          this.#session.answer();
          break;
        case 'mail':
          this.#transaction = { mail: event, recipients: [], intake: new Intake(this.#parts.store), id: '' };
          this.#session.answer();
          break;
        case 'rcpt':
          this.#session.answer(this.#recipient(event));
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
        case 'closed':
          this.#flush();
          this.#connection.end();
          return;
        default:
          this.#session.answer();
      }
    }
    this.#flush();
  }

  #flush(): void {
    const output = this.#session.takeOutput();
    // A client that does not read its replies is not read from.
    if (output !== undefined && !this.#connection.write(output)) this.#pause('peer');
  }

  /** Decides on one recipient: undefined takes it. */
  #recipient(event: RcptEvent): Reply | undefined {
    const { recipients } = this.#transaction ?? {};
    if (recipients === undefined) return undefined;
    const address = addressOf(event.path, this.#parts.hostname);
    const route = this.#parts.router.resolve(address);
    if (route.kind === 'refuse') return route.reply;
    if (route.kind === 'hop' && route.acceptFrom === 'relay-from' && !this.#trusted) {
      return { code: 550, status: '5.7.1', lines: ['Relaying is not allowed from your address'] };
    }
    const nowMs = this.#parts.clock.now();
    recipients.push({
      n: recipients.length,
      address,
      parameters: formatParameters(event.parameters),
      destination: route.destination,
      attempts: 0,
      dueAtMs: nowMs,
      retryAtMs: nowMs,
      delayReported: false,
    });
    return undefined;
  }

  #content(octets: Uint8Array): void {
    const transaction = this.#transaction;
    if (transaction === undefined) return;
    const { intake } = transaction;
    if (transaction.id === '') this.#begin(transaction);
    intake.add(octets);
    if (intake.waitingOctets > MAX_WAITING_OCTETS && !this.#pauses.has('disk')) {
      this.#pause('disk');
      void intake.settled().then(() => this.#resume('disk'));
    }
  }

  /** The trace line goes first (RFC 5321 §4.4); all recipients are known by now. */
  #begin(transaction: Transaction): void {
    transaction.id = this.#parts.ids.next();
    transaction.intake.add(this.#received(transaction));
  }

  #pause(reason: 'peer' | 'disk'): void {
    if (this.#pauses.size === 0) this.#connection.pause();
    this.#pauses.add(reason);
  }

  #resume(reason: 'peer' | 'disk'): void {
    if (this.#pauses.delete(reason) && this.#pauses.size === 0) this.#connection.resume();
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
      reply = { code: 452, status: '4.3.1', lines: ['The message could not be stored; try again later'] };
      await transaction.intake.discard().catch(() => undefined);
    }
    if (this.#gone) return;
    if (this.#listener.role === 'lmtp') this.#session.answerEach(transaction.recipients.map(() => reply));
    else this.#session.answer(reply);
    this.#lastActivityMs = this.#parts.clock.now();
    this.#pump();
  }

  async #accept(transaction: Transaction): Promise<Reply> {
    const { mail, recipients, intake } = transaction;
    if (transaction.id === '') this.#begin(transaction);
    // One of them is our own.
    const hops = countReceived(intake.start()) - 1;
    if (hops >= this.#parts.limits.maxHops) {
      await intake.discard();
      return { code: 554, status: '5.4.6', lines: [`Too many hops (${hops}): the message is in a loop`] };
    }
    const { id } = transaction;
    const content = await intake.finish();
    const message: Message = {
      id,
      reversePath: mail.path.address,
      mailParameters: formatParameters(mail.parameters),
      arrivedAtMs: this.#parts.clock.now(),
      origin: this.#listener.role === 'relay' ? 'smtp' : this.#listener.role,
      client: { name: this.#clientName, address: this.#connection.remoteAddress },
      sizeOctets: intake.sizeOctets,
    };
    await this.#parts.accept({ message, recipients, content }, () => this.#accepted(message, recipients, mail));
    return { code: 250, status: '2.0.0', lines: [`Ok: queued as ${id}`] };
  }

  #accepted(message: Message, recipients: readonly Recipient[], mail: MailEvent): void {
    const { envid } = mail.typed;
    this.#parts.events.emit({
      kind: 'accepted',
      atMs: message.arrivedAtMs,
      messageId: message.id,
      reversePath: message.reversePath,
      ...(envid === undefined ? {} : { envelopeId: envid }),
      recipients: recipients.map((recipient) => recipient.address),
      sizeOctets: message.sizeOctets,
      origin: message.origin,
      client: this.#connection.remoteAddress,
    });
  }

  #received({ id, mail, recipients }: Transaction): Uint8Array {
    const [sole, ...others] = recipients;
    return formatReceived({
      id,
      atMs: this.#parts.clock.now(),
      clientName: this.#clientName,
      clientAddress: this.#connection.remoteAddress,
      hostname: this.#parts.hostname,
      protocol: this.#protocol(mail),
      ...(sole !== undefined && others.length === 0 ? { soleRecipient: sole.address } : {}),
    });
  }

  /** The `with` word of RFC 3848 and RFC 6531 §4.3. */
  #protocol(mail: MailEvent): string {
    const base = this.#listener.role === 'lmtp' ? 'LMTP' : 'SMTP';
    if (mail.typed.smtputf8) return `UTF8${base}`;
    return base === 'SMTP' && this.#extended ? 'ESMTP' : base;
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

  #end(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#timer?.cancel();
    void this.#transaction?.intake.discard().catch(() => undefined);
    this.#closed();
  }
}

/** `<Postmaster>` without a domain is the postmaster of this host (RFC 5321 §4.5.1). */
function addressOf(path: Path, hostname: string): string {
  return path.kind === 'postmaster' ? `${path.address}@${hostname}` : path.address;
}
