import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Content, MailEvent } from '../../model.ts';
import { LeaseLostError, StoreError } from '../../ports.ts';
import type {
  Claim,
  FoundMessages,
  Journal,
  Lease,
  NewMessage,
  PausedDestination,
  QueueStore,
  RecipientUpdate,
  Settlement,
  Spool,
  StoredDestination,
  StoredMessage,
} from '../../ports.ts';
import { contentOf } from '../../queue/content.ts';
import { Room } from './room.ts';
import { failing, SpoolDirectory, syncDirectory } from './spool.ts';
import { WorkerLink } from './link.ts';
import { SqliteJournal } from './operations.ts';
import { Remembered, Tokens } from './tokens.ts';
import type { InspectionAsk } from './inspection.ts';
import { fromEnvelope, fromRow, lastN, toPendingRow, toRow } from './messages.ts';
import type {
  Aftermath,
  ClaimedRow,
  HeldMessage,
  Parts,
  RestingMessage,
  StoredContent,
  WorkerOptions,
} from './messages.ts';

/** Settings of {@link openSqliteQueueStore}. */
export interface SqliteQueueOptions {
  /** Content up to this size lies in the database, larger in files. Default 262 144. */
  readonly inlineMaxOctets?: number;
  /** Small content comes along with claims, and is kept in memory up to this size altogether. Default 33 554 432. */
  readonly rememberedMaxOctets?: number;
  /** With less room on the disk new messages are refused as 'full'. Default 67 108 864. */
  readonly minFreeOctets?: number;
  /** The database grows no larger: what has no room is refused as 'full'. Default: as large as the disk. */
  readonly maxDatabaseOctets?: number;
  /**
   * Told once when the store can't go on: its thread ended, or the database turned out to be damaged. All that was accepted
   * is on the disk; what is asked for from then on is refused. Whoever runs the store ends, and is started again.
   */
  readonly failed?: (error: StoreError) => void;
}

/**
 * Opens the durable queue in `directory` (made when missing): an SQLite database that a thread of its own works on, and
 * files for large content. What is asked for while a transaction is committed shares the next one, so that many callers
 * share one wait for the disk.
 *
 * @throws {StoreError} 'locked' if another process has it open, 'corrupt' if it can't be read or content is missing,
 *   'foreign' if it is no queue or one of a later version, 'full', 'io'
 * @example
 * const store = await openSqliteQueueStore('./data');
 * await store.accept([{ message, recipients, content: [octets] }]);
 */
export async function openSqliteQueueStore(directory: string, options: SqliteQueueOptions = {}): Promise<QueueStore> {
  const home = resolve(directory);
  await failing(mkdir(home, { recursive: true, mode: 0o700 }));
  await failing(syncDirectory(dirname(home)));
  const store = new SqliteQueueStore(home, options);
  await store.open({
    file: join(home, 'queue.db'),
    maxDatabaseOctets: options.maxDatabaseOctets,
    minFreeOctets: options.minFreeOctets ?? defaultMinFreeOctets,
  });
  await failing(syncDirectory(home));
  return store;
}

const defaultMinFreeOctets = 67_108_864;

class SqliteQueueStore implements QueueStore {
  readonly inlineMaxOctets: number;
  readonly #journal = new SqliteJournal(() => this.#opened());
  readonly #spool: SpoolDirectory;
  readonly #remembered: Remembered;
  readonly #tokens = new Tokens();
  readonly #failed: (error: StoreError) => void;
  #link: WorkerLink | undefined;
  #lastHold = 0;

  constructor(home: string, options: SqliteQueueOptions) {
    this.inlineMaxOctets = options.inlineMaxOctets ?? 262_144;
    this.#remembered = new Remembered(options.rememberedMaxOctets ?? 33_554_432);
    this.#failed = options.failed ?? (() => undefined);
    this.#spool = new SpoolDirectory(
      join(home, 'spool'),
      new Room(home, options.minFreeOctets ?? defaultMinFreeOctets),
    );
  }

  async open(options: WorkerOptions): Promise<void> {
    const { link, spooled } = await WorkerLink.open(options, {
      after: (aftermath) => this.#clear(aftermath),
      told: (told, entries) => this.#journal.hear(told, entries),
      failed: this.#failed,
    });
    try {
      await failing(this.#spool.open(spooled));
    } catch (error) {
      await link.close();
      throw error;
    }
    this.#link = link;
  }

  get journal(): Journal {
    return this.#journal;
  }

  async spool(): Promise<Spool> {
    this.#opened();
    return this.#spool.create();
  }

  async accept(messages: readonly NewMessage[], lease?: Lease, events?: readonly MailEvent[]): Promise<void> {
    const link = this.#opened();
    const spooled = this.#takeSpooled(messages);
    const parts: Parts = { contents: [], texts: [] };
    const told = this.#journal.told(events);
    try {
      if (lease === undefined) {
        const resting = messages.map((message) => this.#toResting(message, parts));
        await link.write({ kind: 'accept', messages: resting, ...told }, parts, events);
      } else {
        const held = messages.map((message) => this.#toHeld(message, parts));
        await link.write({ kind: 'accept-held', untilMs: lease.untilMs, messages: held, ...told }, parts, events);
        for (const { id, hold } of held) this.#tokens.add(lease.token, id, hold);
      }
    } catch (error) {
      for (const name of spooled) this.#spool.giveBack(name, isSure(error));
      throw error;
    }
  }

  async claim(request: Parameters<QueueStore['claim']>[0]): Promise<readonly Claim[]> {
    const { nowMs, limit, perDestination, except, leaseUntilMs } = request;
    const asked = { kind: 'claim', nowMs, limit, perDestination, except, leaseUntilMs } as const;
    const rows = await this.#opened().read(asked);
    return (rows as readonly ClaimedRow[]).map((row) => {
      if (row.content !== null) this.#remembered.add(row.id, row.content);
      return this.#claimed(request.token(), row);
    });
  }

  async nextDueAtMs(except: readonly string[] = []): Promise<number | undefined> {
    return (await this.#opened().read({ kind: 'next-due', except })) as number | undefined;
  }

  async claimMessage(request: Parameters<QueueStore['claimMessage']>[0]): Promise<Claim | undefined> {
    const { token, ...rest } = request;
    const row = (await this.#opened().read({ kind: 'claim-message', ...rest })) as ClaimedRow | undefined;
    return row === undefined ? undefined : this.#claimed(token, row);
  }

  async find(messageId: string): Promise<StoredMessage | undefined> {
    return (await this.#inspect({ kind: 'find', messageId })) as StoredMessage | undefined;
  }

  async list({
    limit,
    after,
    destinations,
    mostRecipients,
  }: Parameters<QueueStore['list']>[0]): Promise<readonly StoredMessage[]> {
    return (await this.#inspect({
      kind: 'list',
      limit,
      after,
      destinations,
      mostRecipients,
    })) as readonly StoredMessage[];
  }

  async search({
    recipient,
    limit,
    after,
    mostRecipients,
  }: Parameters<QueueStore['search']>[0]): Promise<FoundMessages> {
    return (await this.#inspect({ kind: 'search', recipient, limit, after, mostRecipients })) as FoundMessages;
  }

  async destinations(limit: number): Promise<readonly StoredDestination[]> {
    return (await this.#inspect({ kind: 'destinations', limit })) as readonly StoredDestination[];
  }

  async paused(): Promise<readonly PausedDestination[]> {
    return (await this.#inspect({ kind: 'paused' })) as readonly PausedDestination[];
  }

  async pause(paused: PausedDestination, events: readonly MailEvent[]): Promise<void> {
    await this.#inspect({ kind: 'pause', paused, events: this.#journal.told(events).events });
  }

  async resume(destination: string, events: readonly MailEvent[]): Promise<void> {
    await this.#inspect({ kind: 'resume', destination, events: this.#journal.told(events).events });
  }

  async renew(tokens: readonly string[], untilMs: number): Promise<readonly string[]> {
    await this.#opened().write({ kind: 'renew', holds: this.#tokens.all(tokens), untilMs });
    return tokens.filter((token) => !this.#tokens.has(token));
  }

  async release(tokens: readonly string[]): Promise<void> {
    await this.#opened().write({ kind: 'release', holds: this.#tokens.all(tokens) });
  }

  async settle(settlement: Settlement): Promise<void> {
    const link = this.#opened();
    const { messageId, token, updates, children, messages } = settlement;
    const hold = this.#holdOf(messageId, token);
    const told = this.#journal.told(settlement.events);
    const done = updates.flatMap(({ state, n }) => (state === 'done' ? [n] : []));
    if (done.length === updates.length && children.length + messages.length + (settlement.ends?.length ?? 0) === 0) {
      await link.write({ kind: 'done', hold, messageId, done, ...told }, undefined, settlement.events);
      return;
    }
    const ends = (settlement.ends ?? []).map((end) => ({
      messageId: end.messageId,
      hold: this.#holdOf(end.messageId, end.token),
    }));
    const spooled = this.#takeSpooled(messages);
    const parts: Parts = { contents: [], texts: [] };
    try {
      await link.write(
        {
          ...{ kind: 'settle', hold, messageId, done },
          pending: updates.filter(isPending).map(toPendingRow),
          children: children.map(toRow),
          messages: messages.map((message) => this.#toResting(message, parts)),
          ends,
          ...told,
        },
        parts,
        settlement.events,
      );
    } catch (error) {
      for (const name of spooled) this.#spool.giveBack(name, isSure(error));
      throw error;
    }
  }

  async content(messageId: string): Promise<Content> {
    const link = this.#opened();
    const remembered = this.#remembered.get(messageId);
    if (remembered !== undefined) return contentOf([remembered]);
    const { spool, content } = (await link.read({ kind: 'content', messageId })) as StoredContent;
    return spool === null ? contentOf([content ?? new Uint8Array()]) : this.#spool.content(spool);
  }

  async counts(): Promise<{ readonly messages: number; readonly recipients: number }> {
    return (await this.#opened().read({ kind: 'counts' })) as {
      readonly messages: number;
      readonly recipients: number;
    };
  }

  async probe(): Promise<void> {
    await this.#opened().read({ kind: 'probe' });
  }

  async close(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    await link?.close();
    await this.#spool.close();
  }

  #holdOf(messageId: string, token: string): number {
    const hold = this.#tokens.find(token, messageId);
    if (hold === undefined) throw new LeaseLostError(`The claim on ${messageId} has passed on`);
    return hold;
  }

  #opened(): WorkerLink {
    if (this.#link === undefined) throw new StoreError('closed', 'The queue is closed');
    return this.#link;
  }

  #inspect(ask: InspectionAsk): Promise<unknown> {
    return this.#opened().read({ kind: 'inspect', ask });
  }

  #claimed(token: string, { id, hold, envelope, recipients, lastN: last }: ClaimedRow): Claim {
    this.#tokens.add(token, id, hold);
    return { token, message: fromEnvelope(envelope), recipients: recipients.map(fromRow), lastN: last };
  }

  #toResting(message: NewMessage, parts: Parts): RestingMessage {
    return toResting(message, this.#journal.keeps(message), parts);
  }

  #toHeld(message: NewMessage, parts: Parts): HeldMessage {
    return toHeld(message, { hold: ++this.#lastHold, kept: this.#journal.keeps(message) }, parts);
  }

  /** Forgets what nobody will ask for any more. */
  #clear({ ended, unnamed }: Aftermath): void {
    for (const hold of ended) {
      const messageId = this.#tokens.end(hold);
      if (messageId !== undefined) this.#remembered.forget(messageId);
    }
    for (const name of unnamed) this.#spool.removeLater(name);
  }

  #takeSpooled(messages: readonly NewMessage[]): ReadonlySet<string> {
    let names: Set<string> | undefined;
    for (const { message, recipients, content } of messages) {
      if (recipients.length === 0) throw new TypeError(`Message ${message.id} has no recipients`);
      if ('kind' in content) (names ??= new Set()).add(content.name);
    }
    if (names === undefined) return NO_NAMES;
    for (const name of names) {
      if (!this.#spool.isFinished(name)) throw new StoreError('io', `There is no spooled content ${name}`);
    }
    for (const name of names) this.#spool.take(name);
    return names;
  }
}

function isPending(update: RecipientUpdate): update is Extract<RecipientUpdate, { readonly state: 'pending' }> {
  return update.state === 'pending';
}

/** Whether a write that failed with it has left nothing on the disk. */
function isSure(error: unknown): boolean {
  return error instanceof LeaseLostError || (error instanceof StoreError && error.code === 'full');
}

const NO_NAMES: ReadonlySet<string> = new Set();

function toHeld(
  { message, recipients, content }: NewMessage,
  { hold, kept }: Pick<HeldMessage, 'hold' | 'kept'>,
  { contents, texts }: Parts,
): HeldMessage {
  texts.push(JSON.stringify(message), JSON.stringify(recipients));
  if (!('kind' in content)) contents.push(content);
  return {
    ...{ hold, kept, id: message.id, envelope: '', recipients: '' },
    ns: recipients.map(({ n }) => n),
    spool: 'kind' in content ? content.name : null,
    content: null,
  };
}

function toResting(
  { message, recipients, content }: NewMessage,
  kept: boolean,
  { contents, texts }: Parts,
): RestingMessage {
  texts.push(JSON.stringify(message));
  if (!('kind' in content)) contents.push(content);
  return {
    ...{ kept, id: message.id, envelope: '' },
    lastN: lastN(recipients),
    recipients: recipients.map(toRow),
    spool: 'kind' in content ? content.name : null,
    content: null,
  };
}
