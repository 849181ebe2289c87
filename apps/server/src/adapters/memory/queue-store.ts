import type { Content, MailEvent, Message, Recipient } from '../../model.ts';
import { LeaseLostError, StoreError } from '../../ports.ts';
import type {
  Claim,
  FoundMessages,
  Lease,
  NewMessage,
  QueueStore,
  RecipientUpdate,
  Settlement,
  Spool,
  SpooledContent,
  PausedDestination,
  StoredDestination,
  StoredMessage as ListedMessage,
} from '../../ports.ts';
import { contentOf, join } from '../../queue/content.ts';
import { isNamed, namedFirst } from '../../queue/search.ts';
import { isNote } from '../../queue/telling/notes.ts';
import { MemoryJournal } from './journal.ts';
import { stepOfChildren } from '../queue-children.ts';

/**
 * Opens a queue that lives in memory: for tests and simulations, and the model that the durable stores are checked
 * against. It says what the port means in the plainest way: every claim looks at every recipient.
 *
 * @example
 * const store = openMemoryQueueStore();
 * await store.accept([{ message, recipients, content: [octets] }]);
 */
export function openMemoryQueueStore(options: { readonly inlineMaxOctets?: number } = {}): QueueStore {
  return new MemoryQueueStore(options.inlineMaxOctets ?? 262_144);
}

interface StoredRecipient {
  value: Recipient;
  /** The claim that holds the recipient, until it is settled, released or taken over. */
  held?: { readonly token: string; untilMs: number };
}
interface StoredMessage {
  /** Counts up with every message: the older of two that are due together goes first. */
  readonly order: number;
  readonly message: Message;
  readonly content: Content;
  readonly recipients: Map<number, StoredRecipient>;
  lastN: number;
}
interface Group {
  readonly stored: StoredMessage;
  readonly destination: string;
  readonly recipients: StoredRecipient[];
  dueAtMs: number;
}

class MemoryQueueStore implements QueueStore {
  readonly inlineMaxOctets: number;
  readonly #messages = new Map<string, StoredMessage>();
  /** Spooled content that no message names yet. */
  readonly #spooled = new Map<string, Uint8Array>();
  readonly journal: MemoryJournal = new MemoryJournal();
  readonly #paused = new Map<string, PausedDestination>();
  #order = 0;
  #closed = false;

  constructor(inlineMaxOctets: number) {
    this.inlineMaxOctets = inlineMaxOctets;
  }

  async spool(): Promise<Spool> {
    await this.#open();
    const pieces: Uint8Array[] = [];
    const name = `spool-${++this.#order}`;
    return {
      write: async (octets) => {
        await this.#open();
        pieces.push(octets.slice());
      },
      finish: async (): Promise<SpooledContent> => {
        await this.#open();
        const octets = join(pieces);
        this.#spooled.set(name, octets);
        return { kind: 'spooled', name, sizeOctets: octets.length };
      },
      discard: () => {
        this.#spooled.delete(name);
        return Promise.resolve();
      },
    };
  }

  async accept(messages: readonly NewMessage[], lease?: Lease, events: readonly MailEvent[] = []): Promise<void> {
    await this.#open();
    this.#check(messages);
    this.journal.append(this.#insert(messages, lease), events);
  }

  async claim(request: Parameters<QueueStore['claim']>[0]): Promise<readonly Claim[]> {
    await this.#open();
    const except = new Set(request.except);
    const perDestination = new Map<string, number>();
    const claims: Claim[] = [];
    for (const { stored, destination, recipients } of this.#dueGroups(request.nowMs)) {
      if (claims.length >= request.limit) break;
      const given = perDestination.get(destination) ?? 0;
      if (except.has(destination) || given >= request.perDestination) continue;
      perDestination.set(destination, given + 1);
      const token = request.token();
      for (const recipient of recipients) recipient.held = { token, untilMs: request.leaseUntilMs };
      claims.push({
        token,
        message: stored.message,
        recipients: recipients.map((recipient) => recipient.value),
        lastN: stored.lastN,
      });
    }
    return claims;
  }

  async nextDueAtMs(except: readonly string[] = []): Promise<number | undefined> {
    await this.#open();
    let next: number | undefined;
    for (const { recipients } of this.#messages.values()) {
      for (const { value, held } of recipients.values()) {
        const atMs = Math.max(held?.untilMs ?? -Infinity, value.dueAtMs);
        if (except.includes(value.destination)) continue;
        if (next === undefined || atMs < next) next = atMs;
      }
    }
    return next;
  }

  async renew(tokens: readonly string[], untilMs: number): Promise<readonly string[]> {
    await this.#open();
    const standing = new Set<string>();
    for (const { held } of this.#heldBy(tokens)) {
      if (held === undefined) continue;
      held.untilMs = untilMs;
      standing.add(held.token);
    }
    return tokens.filter((token) => !standing.has(token));
  }

  async release(tokens: readonly string[]): Promise<void> {
    await this.#open();
    for (const recipient of this.#heldBy(tokens)) delete recipient.held;
  }

  async settle(settlement: Settlement): Promise<void> {
    await this.#open();
    const stored = this.#messages.get(settlement.messageId);
    const holds = (update: RecipientUpdate) => stored?.recipients.get(update.n)?.held?.token === settlement.token;
    const holdsAny = () =>
      [...(stored?.recipients.values() ?? [])].some(({ held }) => held?.token === settlement.token);
    if (stored === undefined || !settlement.updates.every(holds) || !holdsAny()) {
      throw new LeaseLostError(`The claim on ${settlement.messageId} has passed on`);
    }
    const ends = (settlement.ends ?? []).map((end) => this.#heldUnder(end));
    this.#check(settlement.messages);
    for (const update of settlement.updates) applyUpdate(stored, update);
    const step = stepOfChildren(settlement.children, stored.lastN);
    for (const child of settlement.children) addRecipient(stored, { value: { ...child, n: child.n + step } });
    this.journal.append(this.#insert(settlement.messages), settlement.events ?? []);
    if (stored.recipients.size === 0) this.#messages.delete(settlement.messageId);
    for (const { message, recipients, ns } of ends) {
      for (const n of ns) recipients.delete(n);
      if (recipients.size === 0) this.#messages.delete(message.id);
    }
  }

  /** What a claim holds of a message. */
  #heldUnder({ messageId, token }: Pick<Settlement, 'messageId' | 'token'>): StoredMessage & { ns: readonly number[] } {
    const stored = this.#messages.get(messageId);
    const ns = [...(stored?.recipients ?? [])].flatMap(([n, { held }]) => (held?.token === token ? [n] : []));
    if (stored === undefined || ns.length === 0) throw new LeaseLostError(`The claim on ${messageId} has passed on`);
    return { ...stored, ns };
  }

  async content(messageId: string): Promise<Content> {
    await this.#open();
    const stored = this.#messages.get(messageId);
    if (stored === undefined) throw new StoreError('io', `There is no message ${messageId}`);
    return stored.content;
  }

  async counts(): Promise<{ readonly messages: number; readonly recipients: number }> {
    await this.#open();
    let recipients = 0;
    for (const stored of this.#messages.values()) recipients += stored.recipients.size;
    return { messages: this.#messages.size, recipients };
  }

  probe(): Promise<void> {
    return this.#open();
  }

  async claimMessage(request: Parameters<QueueStore['claimMessage']>[0]): Promise<Claim | undefined> {
    await this.#open();
    const { messageId, token, nowMs, leaseUntilMs } = request;
    const stored = this.#messages.get(messageId);
    const free = [...(stored?.recipients.values() ?? [])].filter(({ held }) => !(held && held.untilMs > nowMs));
    if (stored === undefined || free.length === 0) return undefined;
    for (const recipient of free) recipient.held = { token, untilMs: leaseUntilMs };
    free.sort((a, b) => a.value.n - b.value.n);
    return { token, message: stored.message, recipients: free.map(({ value }) => value), lastN: stored.lastN };
  }

  async find(messageId: string): Promise<ListedMessage | undefined> {
    await this.#open();
    const stored = this.#messages.get(messageId);
    return stored === undefined ? undefined : listed(stored);
  }

  async list({
    limit,
    after,
    destinations,
    mostRecipients,
  }: Parameters<QueueStore['list']>[0]): Promise<readonly ListedMessage[]> {
    await this.#open();
    const all = [...this.#messages.values()].filter(({ order }) => order > Number(after ?? 0));
    return all
      .filter(
        ({ recipients }) =>
          destinations === undefined ||
          [...recipients.values()].some(({ value }) => destinations.includes(value.destination)),
      )
      .slice(0, limit)
      .map((stored) => listed(stored, mostRecipients));
  }

  async search({
    recipient,
    limit,
    after,
    mostRecipients,
  }: Parameters<QueueStore['search']>[0]): Promise<FoundMessages> {
    await this.#open();
    const found = [...this.#messages.values()].filter(
      ({ order, recipients }) =>
        order > Number(after ?? 0) && [...recipients.values()].some(({ value }) => isNamed(value, recipient)),
    );
    const messages = found.slice(0, limit).map((stored) => {
      const all = listed(stored);
      return { ...all, recipients: namedFirst(all.recipients, recipient).slice(0, mostRecipients) };
    });
    const next = found.length > limit ? messages.at(-1)?.cursor : undefined;
    return { messages, ...(next === undefined ? {} : { next }) };
  }

  async destinations(limit: number): Promise<readonly StoredDestination[]> {
    await this.#open();
    const found = new Map<string, StoredDestination>();
    for (const { message, recipients } of this.#messages.values()) {
      for (const { value } of recipients.values()) {
        const { destination, dueAtMs } = value;
        if (isNote(destination)) continue;
        const known = found.get(destination);
        found.set(destination, {
          destination,
          recipients: (known?.recipients ?? 0) + 1,
          oldestMs: Math.min(known?.oldestMs ?? Infinity, message.arrivedAtMs),
          nextDueAtMs: Math.min(known?.nextDueAtMs ?? Infinity, dueAtMs),
        });
      }
    }
    return [...found.values()]
      .sort((a, b) => b.recipients - a.recipients || (a.destination < b.destination ? -1 : 1))
      .slice(0, limit);
  }

  async paused(): Promise<readonly PausedDestination[]> {
    await this.#open();
    return [...this.#paused.values()];
  }

  async pause(paused: PausedDestination, events: readonly MailEvent[]): Promise<void> {
    await this.#open();
    if (!this.#paused.has(paused.destination)) this.#paused.set(paused.destination, paused);
    this.journal.append([], events);
  }

  async resume(destination: string, events: readonly MailEvent[]): Promise<void> {
    await this.#open();
    this.#paused.delete(destination);
    this.journal.append([], events);
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  #open(): Promise<void> {
    return this.#closed ? Promise.reject(new StoreError('closed', 'The queue is closed')) : Promise.resolve();
  }

  #check(messages: readonly NewMessage[]): void {
    for (const { message, recipients, content } of messages) {
      if (recipients.length === 0) throw new TypeError(`Message ${message.id} has no recipients`);
      if ('kind' in content && !this.#spooled.has(content.name)) {
        throw new StoreError('io', `There is no spooled content ${content.name}`);
      }
    }
  }

  /** Gives the messages with their contents. */
  #insert(messages: readonly NewMessage[], lease?: Lease): readonly (readonly [NewMessage, Uint8Array | undefined])[] {
    const inserted: (readonly [NewMessage, Uint8Array | undefined])[] = [];
    for (const each of messages) {
      const { message, recipients, content } = each;
      const octets = 'kind' in content ? this.#spooled.get(content.name) : join(content);
      inserted.push([each, 'kind' in content ? undefined : octets]);
      const stored: StoredMessage = {
        order: ++this.#order,
        message,
        content: contentOf([octets ?? new Uint8Array()]),
        recipients: new Map(),
        lastN: 0,
      };
      for (const value of recipients) {
        addRecipient(stored, lease === undefined ? { value } : { value, held: { ...lease } });
      }
      this.#messages.set(message.id, stored);
    }
    for (const { content } of messages) if ('kind' in content) this.#spooled.delete(content.name);
    return inserted;
  }

  /** Due recipients by message and destination, in the order in which they are claimed. */
  #dueGroups(nowMs: number): Group[] {
    const groups: Group[] = [];
    for (const stored of this.#messages.values()) {
      const ofMessage = new Map<string, Group>();
      for (const recipient of stored.recipients.values()) {
        const { destination, dueAtMs } = recipient.value;
        if (dueAtMs > nowMs || (recipient.held !== undefined && recipient.held.untilMs > nowMs)) continue;
        const group = ofMessage.get(destination) ?? { stored, destination, recipients: [], dueAtMs };
        group.recipients.push(recipient);
        group.dueAtMs = Math.min(group.dueAtMs, dueAtMs);
        ofMessage.set(destination, group);
      }
      for (const group of ofMessage.values()) {
        group.recipients.sort((a, b) => a.value.n - b.value.n);
        groups.push(group);
      }
    }
    return groups.sort(
      (a, b) => a.dueAtMs - b.dueAtMs || a.stored.order - b.stored.order || (a.destination < b.destination ? -1 : 1),
    );
  }

  *#heldBy(tokens: readonly string[]): Generator<StoredRecipient> {
    const wanted = new Set(tokens);
    for (const { recipients } of this.#messages.values()) {
      for (const recipient of recipients.values()) {
        if (recipient.held !== undefined && wanted.has(recipient.held.token)) yield recipient;
      }
    }
  }
}

function applyUpdate(stored: StoredMessage, update: RecipientUpdate): void {
  if (update.state === 'done') {
    stored.recipients.delete(update.n);
    return;
  }
  const recipient = stored.recipients.get(update.n);
  if (recipient === undefined) return;
  const { address, parameters, shownAs } = recipient.value;
  const { n, destination, attempts, dueAtMs, retryAtMs, delayReported, lastFailure } = update;
  stored.recipients.set(n, {
    value: {
      ...{ n, address, parameters, destination, attempts, dueAtMs, retryAtMs, delayReported },
      ...(lastFailure !== undefined && { lastFailure }),
      ...(shownAs !== undefined && { shownAs }),
    },
  });
}

function listed({ message, recipients, order }: StoredMessage, most?: number): ListedMessage {
  const values = [...recipients.values()].map(({ value, held }) => ({ ...value, claimed: held !== undefined }));
  return { message, recipients: values.slice(0, most), recipientCount: values.length, cursor: String(order) };
}

function addRecipient(stored: StoredMessage, recipient: StoredRecipient): void {
  stored.recipients.set(recipient.value.n, recipient);
  stored.lastN = Math.max(stored.lastN, recipient.value.n);
}
