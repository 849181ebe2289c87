import { formatParameters, type Path } from '@dsnkit/esmtp-parameters';
import type { MailEvent as MailCommand, RcptEvent, Reply } from '@dsnkit/smtp';
import type { LimitsConfig, ListenConfig } from '../config.ts';
import type { MailEvent, Message, Recipient } from '../model.ts';
import type { Clock, IdSource, NewMessage, QueueStore, TlsState } from '../ports.ts';
import { hasLineEnd, splitAddress } from '../routing/address.ts';
import { expandDestination, type Resolution, type Router } from '../routing/router.ts';
import { isTrusted, type Client } from './client.ts';
import { formatMissing, missingFields } from './header-fixes.ts';
import { headerWords } from './header-words.ts';
import { headerPriority } from './header-priority.ts';
import { Intake } from './intake.ts';
import { isQualified, type MailVerdict } from './mail-rules.ts';
import type { ReceivingParts } from './parts.ts';
import { countReceived, formatReceived, protocolWord, visitsOf } from './trace.ts';

/** What a transaction works with. */
export interface TransactionParts {
  readonly hostname: string;
  readonly listener: Pick<ListenConfig, 'role' | 'without' | 'suppression'>;
  readonly limits: Pick<LimitsConfig, 'maxHops'>;
  readonly store: QueueStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly router: Router;
  readonly named: ReadonlySet<string>;
  readonly tellsHeader: boolean;
  readonly suppressed?: ReceivingParts['suppressed'];
}

const NOT_FROM_YOU: Reply = { code: 550, status: '5.7.1', lines: ['Relaying is not allowed from your address'] };
const NOT_BEYOND: Reply = { code: 550, status: '5.7.1', lines: ['The local-part names another host'] };
const UNPRINTABLE: Reply = { code: 553, status: '5.1.3', lines: ['Control character in the address'] };
const UNQUALIFIED: Reply = { code: 554, status: '5.1.2', lines: ['The domain is not fully qualified'] };

/** A message that comes so often to aliases and lists of one host is in a loop. */
const MOST_VISITS = 5;

const utf8 = new TextEncoder();

/** One mail transaction, from the answer to MAIL to the message that is to be stored. */
export class Transaction {
  readonly mail: MailCommand;
  readonly intake: Intake;
  readonly recipients: Recipient[] = [];
  readonly #parts: TransactionParts;
  readonly #client: Client;
  readonly #tls: TlsState | undefined;
  readonly #holdUntilMs: number;
  #id = '';
  #contentSinceMs: number | undefined;
  #priority: number | undefined;
  #parameters: string;

  constructor(
    mail: MailCommand,
    verdict: Extract<MailVerdict, { kind: 'take' }>,
    client: Client,
    tls: TlsState | undefined,
    parts: TransactionParts,
  ) {
    this.mail = mail;
    this.#parts = parts;
    this.#client = client;
    this.#tls = tls;
    this.#priority = verdict.priority;
    this.#parameters = verdict.parameters;
    this.#holdUntilMs = verdict.holdUntilMs ?? 0;
    this.intake = new Intake(parts.store, (start, isWhole) => this.#fields(start, isWhole));
  }

  /** Decides on one recipient: undefined takes it. NOTIFY and ORCPT have no say in it (RFC 3461 §5.1(b)). */
  rcpt(event: RcptEvent): Reply | undefined {
    const { hostname, router, clock, listener, named } = this.#parts;
    const { path } = event;
    if (listener.role === 'submission' && path.kind === 'mailbox' && !isQualified(path.domain, named))
      return UNQUALIFIED;
    const address = addressOf(path, hostname);
    if (hasLineEnd(address)) return UNPRINTABLE;
    const route = router.resolve(address);
    if (route.kind === 'refuse') return route.reply;
    if (route.kind === 'hop' && route.acceptFrom === 'relay-from' && !isTrusted(this.#client)) return NOT_FROM_YOU;
    if (!isTrusted(this.#client) && leadsBeyond(address, route, router)) return NOT_BEYOND;
    const suppressed = this.#suppression(address);
    if (suppressed !== undefined) return suppressed;
    const dueAtMs = Math.max(clock.now(), this.#holdUntilMs);
    this.recipients.push({
      n: this.recipients.length,
      address,
      parameters: formatParameters(event.parameters),
      destination: route.destination,
      attempts: 0,
      dueAtMs,
      retryAtMs: dueAtMs,
      delayReported: false,
    });
    return undefined;
  }

  #suppression(recipient: string): Reply | undefined {
    const { listener, suppressed } = this.#parts;
    if (!listener.suppression) return undefined;
    return suppressed?.({ recipient, reversePath: this.mail.path.address, client: this.#client.address });
  }

  /** When the content began; undefined before. */
  get contentSinceMs(): number | undefined {
    return this.#contentSinceMs;
  }

  /** A piece of the content. */
  content(octets: Uint8Array): void {
    this.#contentSinceMs ??= this.#parts.clock.now();
    this.intake.add(octets);
  }

  /**
   * The message once its content is whole, or why it is not taken; at once, if it is in memory. Rejects with a StoreError
   * when the disk fails.
   */
  finish(): NewMessage | Promise<NewMessage | Reply> {
    const { intake } = this;
    const loop = this.#loop(intake.start());
    if (loop !== undefined) return this.#refuseLoop(loop);
    const content = intake.finish();
    return content instanceof Promise ? content.then((spooled) => this.#message(spooled)) : this.#message(content);
  }

  /** What is told of the message once it is stored. */
  accepted({ message, recipients }: NewMessage): MailEvent {
    const { envid, mtPriority } = this.mail.typed;
    const { address, user } = this.#client;
    return {
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
      ...(this.#parts.tellsHeader ? headerWords(this.intake.start()) : {}),
    };
  }

  /** Why the message is in a loop, if it is. */
  #loop(start: Uint8Array): string | undefined {
    const { hostname, limits } = this.#parts;
    const hops = countReceived(start);
    if (hops >= limits.maxHops) return `Too many hops (${hops}): the message is in a loop`;
    const isExpanded = ({ destination }: Recipient): boolean => destination === expandDestination;
    if (!this.recipients.some(isExpanded)) return undefined;
    // Where two members send their mail back, each round has twice as many messages: it is not waited for a hundred hops.
    const visits = visitsOf(start, hostname);
    if (visits.length >= MOST_VISITS) return `The message was here ${visits.length} times: it is in a loop`;
    const isAgain = (one: Recipient): boolean => isExpanded(one) && visits.includes(one.address.toLowerCase());
    return this.recipients.every(isAgain) ? 'The message was here for this address before: it is in a loop' : undefined;
  }

  async #refuseLoop(why: string): Promise<Reply> {
    await this.intake.discard();
    return { code: 554, status: '5.4.6', lines: [why] };
  }

  #message(content: NewMessage['content']): NewMessage {
    const { intake, recipients, mail } = this;
    const { role } = this.#parts.listener;
    const message: Message = {
      id: this.#id,
      reversePath: mail.path.address,
      mailParameters: this.#parameters,
      arrivedAtMs: this.#parts.clock.now(),
      origin: role === 'relay' ? 'smtp' : role,
      client: { name: this.#client.name, address: this.#client.address },
      sizeOctets: intake.sizeOctets,
    };
    return { message, recipients, content };
  }

  /** The trace line goes first (RFC 5321 §4.4), then what a submitted message lacks. All recipients are known by now. */
  #fields(start: Uint8Array, isWhole: boolean): Uint8Array {
    const { ids, clock, hostname, listener } = this.#parts;
    const id = (this.#id = ids.next());
    const atMs = clock.now();
    this.#takePriority(start);
    const received = this.#received(id, atMs);
    if (listener.role !== 'submission') return utf8.encode(received);
    return utf8.encode(received + formatMissing(missingFields(start, isWhole), { id, hostname, atMs }));
  }

  /** RFC 6758 §3.1, step 4a: for want of the parameter the header says it; RFC 6710 §4.1: not to a stranger's advantage. */
  #takePriority(start: Uint8Array): void {
    if (this.#priority !== undefined || this.#parts.listener.without.has('MT-PRIORITY')) return;
    const priority = headerPriority(start);
    if (priority === undefined || (priority > 0 && !isTrusted(this.#client))) return;
    this.#priority = priority;
    this.#parameters += `${this.#parameters === '' ? '' : ' '}MT-PRIORITY=${priority}`;
  }

  #received(id: string, atMs: number): string {
    const sole = this.recipients[0]?.address;
    const isSole = this.recipients.every((recipient) => recipient.address === sole);
    const priority = this.#priority;
    const { name, address, hostName, extended, user } = this.#client;
    const tls = this.#tls;
    return formatReceived({
      id,
      atMs,
      clientName: name,
      clientAddress: address,
      ...(hostName === undefined ? {} : { clientHostName: hostName }),
      hostname: this.#parts.hostname,
      protocol: protocolWord({
        lmtp: this.#parts.listener.role === 'lmtp',
        extended,
        smtputf8: this.mail.typed.smtputf8,
        tls: tls !== undefined,
        authenticated: user !== undefined,
      }),
      ...(tls === undefined ? {} : { tls: `${tls.protocol} ${tls.cipher}` }),
      ...(priority === undefined ? {} : { priority }),
      ...(sole !== undefined && isSole ? { soleRecipient: sole } : {}),
    });
  }
}

/** `<Postmaster>` without a domain is the postmaster of this host (RFC 5321 §4.5.1). */
function addressOf(path: Path, hostname: string): string {
  return path.kind === 'postmaster' ? `${path.address}@${hostname}` : path.address;
}

/**
 * Whether a host that the mail goes on to could take the local-part for an address of its own to relay to, as in
 * `user%far.example@inner.example`: it trusts us, and would be an open relay by way of us. A domain that stands for another
 * hands it on. RFC 1123 §5.2.16.
 */
function leadsBeyond(address: string, route: Resolution, router: Router): boolean {
  const { localPart } = splitAddress(address);
  if (!/[%!@]/.test(localPart)) return false;
  if (route.kind === 'hop') return ['smtp', 'smtps', 'mx'].includes(route.nextHop.kind);
  if (route.kind !== 'alias') return false;
  return router
    .targets(route.alias)
    .filter((target) => !target.own && splitAddress(target.address).localPart === localPart)
    .some((target) => leadsBeyond(target.address, router.resolve(target.address), router));
}
