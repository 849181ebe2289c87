import type { MailEvent } from '../../model.ts';
import { keepsContent } from '../../queue/kept-content.ts';
import type { Journal, JournalEntry, KeepContents, NewDeadLetter, NewMessage, StoredDeadLetter } from '../../ports.ts';
import { fromDeadRow, fromJournalRow, toDeadRow } from './journal.ts';
import type { DeadLetterRow, JournalAsk, JournalRow } from './journal.ts';
import type { WorkerLink } from './link.ts';
import { RecentEntries, type NewEntries, type ToldEvents } from './recent.ts';

/** The journal as the other threads see it, and what has to be known before something is written there. */
export class SqliteJournal implements Journal {
  readonly #link: () => WorkerLink;
  readonly #recent = new RecentEntries();
  #cursors = new Map<string, number>();
  #followed = false;
  #keep: KeepContents | undefined;

  constructor(link: () => WorkerLink) {
    this.#link = link;
  }

  /** The events of a write in their form; undefined if nobody wants them. */
  told(events: readonly MailEvent[] | undefined): {
    readonly events?: string;
    readonly keepOctets?: number | undefined;
  } {
    if (!this.#followed || events === undefined || events.length === 0) return {};
    return { events: JSON.stringify(events), keepOctets: this.#keep?.maxOctets };
  }

  /** What is in the journal now. */
  hear(told: readonly ToldEvents[], entries: NewEntries): void {
    if (this.#followed) this.#recent.add(told, entries);
  }

  /** Whether the content of a message is kept. */
  keeps(message: NewMessage): boolean {
    return keepsContent(this.#keep, message);
  }

  async follow(
    readers: readonly string[],
    keep?: KeepContents,
    renamed: ReadonlyMap<string, string> = new Map(),
  ): Promise<void> {
    const cursors = await this.#ask({ kind: 'follow', readers, renamed: [...renamed], nowMs: Date.now() });
    this.#cursors = new Map(cursors as readonly (readonly [string, number])[]);
    this.#followed = readers.length > 0;
    this.#keep = keep;
  }

  async read(request: Parameters<Journal['read']>[0]): Promise<readonly JournalEntry[]> {
    const { reader, after = 0, limit, contents = false } = request;
    const recent = this.#recent.read(Math.max(after, this.#cursors.get(reader) ?? 0), limit);
    if (recent !== undefined) return recent;
    const rows = await this.#ask({ kind: 'read', reader, after, limit, contents });
    return (rows as readonly JournalRow[]).map(fromJournalRow);
  }

  async pass(reader: string, position: number, dead: readonly NewDeadLetter[] = []): Promise<void> {
    await this.#ask({ kind: 'pass', reader, position, dead: dead.map(toDeadRow) });
    const before = this.#cursors.get(reader);
    if (before !== undefined) this.#cursors.set(reader, Math.max(position, before));
    this.#recent.drop(Math.min(...this.#cursors.values()));
  }

  async deadLetters(reader: string, after: number, limit: number): Promise<readonly StoredDeadLetter[]> {
    const rows = await this.#ask({ kind: 'dead', reader, after, limit });
    return (rows as readonly DeadLetterRow[]).map(fromDeadRow);
  }

  async countDeadLetters(reader: string): Promise<number> {
    return (await this.#ask({ kind: 'count-dead', reader })) as number;
  }

  async replay(reader: string, ids?: readonly number[]): Promise<number> {
    return (await this.#ask({ kind: 'replay', reader, ids })) as number;
  }

  async discard(reader: string, ids?: readonly number[]): Promise<number> {
    return (await this.#ask({ kind: 'discard', reader, ids })) as number;
  }

  async note(events: readonly MailEvent[]): Promise<void> {
    if (this.#followed) await this.#ask({ kind: 'note', events: JSON.stringify(events) });
  }

  #ask(ask: JournalAsk): Promise<unknown> {
    return this.#link().read({ kind: 'journal', ask });
  }
}
