import type { MailEvent } from '../../model.ts';
import type { Journal, JournalEntry, KeepContents, NewDeadLetter, NewMessage, StoredDeadLetter } from '../../ports.ts';
import { keepsContent } from '../../queue/kept-content.ts';

type Entry = JournalEntry & { readonly only?: string };

/** The journal of a store in memory. */
export class MemoryJournal implements Journal {
  readonly #readers = new Map<string, number>();
  #entries: Entry[] = [];
  #dead: (StoredDeadLetter & { readonly reader: string })[] = [];
  #position = 0;
  #lastDead = 0;
  #keep: KeepContents | undefined;

  append(stored: readonly (readonly [NewMessage, Uint8Array | undefined])[], events: readonly MailEvent[]): void {
    if (this.#readers.size === 0 || events.length === 0) return;
    for (const [message, octets] of stored) {
      if (octets === undefined || !keepsContent(this.#keep, message)) continue;
      const content = { messageId: message.message.id, octets: octets.slice(0, this.#keep?.maxOctets) };
      this.#entries.push({ position: ++this.#position, events: [], content });
    }
    this.#entries.push({ position: ++this.#position, events });
  }

  follow(readers: readonly string[], keep?: KeepContents, renamed?: ReadonlyMap<string, string>): Promise<void> {
    this.#keep = keep;
    for (const [now, before] of renamed ?? []) this.#rename(before, now);
    for (const name of this.#readers.keys()) if (!readers.includes(name)) this.#readers.delete(name);
    for (const name of readers) if (!this.#readers.has(name)) this.#readers.set(name, this.#position);
    this.#trim();
    return Promise.resolve();
  }

  read(request: Parameters<Journal['read']>[0]): Promise<readonly JournalEntry[]> {
    const { reader, after = 0, limit, contents = false } = request;
    const from = Math.max(after, this.#readers.get(reader) ?? 0);
    const found = this.#entries.filter(
      ({ position, only, content }) =>
        position > from && (only === undefined || only === reader) && (contents || content === undefined),
    );
    return Promise.resolve(
      found
        .slice(0, limit)
        .map(({ position, events, content }) =>
          content === undefined ? { position, events } : { position, events, content },
        ),
    );
  }

  pass(reader: string, position: number, dead: readonly NewDeadLetter[] = []): Promise<void> {
    for (const letter of dead) this.#dead.push({ ...letter, id: ++this.#lastDead, reader });
    const before = this.#readers.get(reader);
    if (before !== undefined) this.#readers.set(reader, Math.max(before, position));
    this.#trim();
    return Promise.resolve();
  }

  deadLetters(reader: string, after: number, limit: number): Promise<readonly StoredDeadLetter[]> {
    const found = this.#dead.filter((letter) => letter.reader === reader && letter.id > after);
    return Promise.resolve(found.slice(0, limit).map(({ id, event, atMs, reason }) => ({ id, event, atMs, reason })));
  }

  countDeadLetters(reader: string): Promise<number> {
    return Promise.resolve(this.#dead.filter((letter) => letter.reader === reader).length);
  }

  replay(reader: string, ids?: readonly number[]): Promise<number> {
    const taken = this.#take(reader, ids);
    for (const { event } of taken) this.#entries.push({ position: ++this.#position, events: [event], only: reader });
    return Promise.resolve(taken.length);
  }

  discard(reader: string, ids?: readonly number[]): Promise<number> {
    return Promise.resolve(this.#take(reader, ids).length);
  }

  note(events: readonly MailEvent[]): Promise<void> {
    this.append([], events);
    return Promise.resolve();
  }

  #rename(before: string, now: string): void {
    const position = this.#readers.get(before);
    if (position === undefined || this.#readers.has(now)) return;
    this.#readers.delete(before);
    this.#readers.set(now, position);
    this.#entries = this.#entries.map((entry) => (entry.only === before ? { ...entry, only: now } : entry));
    this.#dead = this.#dead.map((letter) => (letter.reader === before ? { ...letter, reader: now } : letter));
  }

  #take(reader: string, ids: readonly number[] | undefined): readonly StoredDeadLetter[] {
    const isMeant = (letter: { readonly reader: string; readonly id: number }) =>
      letter.reader === reader && (ids === undefined || ids.includes(letter.id));
    const taken = this.#dead.filter(isMeant);
    this.#dead = this.#dead.filter((letter) => !isMeant(letter));
    return taken;
  }

  #trim(): void {
    const passed = this.#readers.size === 0 ? Infinity : Math.min(...this.#readers.values());
    this.#entries = this.#entries.filter(({ position }) => position > passed);
  }
}
