import type { SuppressionConfig } from '../config.ts';
import type { MailEvent, NewEvent } from '../model.ts';
import type {
  Clock,
  EventSink,
  Journal,
  Suppression,
  SuppressionList,
  SuppressionRecord,
  SuppressionStore,
} from '../ports.ts';
import { eventAt } from '../events/event-at.ts';
import {
  addedEvent,
  counted,
  entryOf,
  failureOf,
  isCounted,
  isPostmaster,
  keptLonger,
  keyOf,
  type ToldFailure,
} from './record.ts';
import { Records } from './records.ts';

/** What the list works with. */
export interface ListParts {
  /** What brings an address onto the list, in force now. */
  readonly rules: () => SuppressionConfig;
  readonly store: SuppressionStore;
  readonly journal: Pick<Journal, 'note'>;
  readonly events: EventSink;
  readonly clock: Clock;
}

/** The list, and how failures come onto it. */
export interface Suppressing extends SuppressionList {
  /** The entry of an address that is to be refused now. */
  find(address: string): Suppression | undefined;
  /** Takes over what other nodes have changed. */
  refresh(): Promise<void>;
  /** Takes failures into account that have happened. */
  take(events: readonly MailEvent[]): Promise<void>;
  /** Lets some of those go whose time is over. */
  forget(): Promise<void>;
}

/** At once, so many are looked at, and so many go. */
const FORGET_AT_ONCE = { lookAt: 10_000, most: 500 };
/** For how long failures of an entry that had a time count when now they stay for good. */
const COUNT_MS = 30 * 86_400_000;

/** Makes the list: all of it is in memory, and every change is on the disk before it counts. */
export async function makeSuppressing({ rules, store, journal, events, clock }: ListParts): Promise<Suppressing> {
  const records = new Records(await store.all());

  async function change(
    put: readonly SuppressionRecord[],
    remove: readonly string[],
    told: readonly NewEvent[],
  ): Promise<void> {
    await store.change(put, remove);
    records.change(put, remove);
    const complete = told.map((event) => eventAt(event, '', clock.now()));
    if (complete.length > 0) await journal.note(complete);
    for (const event of complete) events.emit(event);
  }

  function find(address: string): Suppression | undefined {
    const record = records.get(keyOf(address));
    if (record?.listed !== true || isPostmaster(record.address)) return undefined;
    return record.untilMs !== undefined && record.untilMs <= clock.now() ? undefined : entryOf(record);
  }

  /** After its time on the list an address is known for as long again: its failures count with those that follow. */
  function isOver({ untilMs }: SuppressionRecord): boolean {
    return untilMs !== undefined && untilMs + (rules().keepMs ?? COUNT_MS) <= clock.now();
  }

  /** What an event means for an address: one failure more, or an end of those before. */
  async function takeOne(event: MailEvent): Promise<void> {
    const told = failureOf(event);
    if (told !== undefined && isCounted(rules(), told)) await fail(told);
    else if (event.kind === 'delivered' || event.kind === 'relayed') {
      await succeed(event.kind, keyOf(event.address ?? event.recipient));
    }
  }

  async function fail(told: ToldFailure): Promise<void> {
    const before = records.get(told.address);
    const isRefused = find(told.address) !== undefined;
    const record =
      before !== undefined && isRefused ? keptLonger(before, told, rules()) : counted(before, told, rules());
    await change([record], [], record.listed && !isRefused ? [addedEvent(record)] : []);
  }

  /** It takes mail again: failures before this one say nothing any more, but for those that keep it on the list. */
  async function succeed(kind: 'delivered' | 'relayed', address: string): Promise<void> {
    const record = records.get(address);
    if (record === undefined || find(address) !== undefined) return;
    if (kind === 'delivered' || record.returned !== true) await change([], [address], []);
  }

  return {
    find,
    async forget() {
      const over = records.someOver(isOver, FORGET_AT_ONCE);
      if (over.length === 0) return;
      await store.forget(over);
      for (const record of over) records.forget(record);
    },
    async refresh() {
      const changes = await store.changes?.();
      if (changes === undefined) return;
      if (changes.isWhole === true) records.clear();
      else if (changes.put.length + changes.removed.length === 0) return;
      records.change(changes.put, changes.removed);
    },
    get: (address) => Promise.resolve(find(address)),
    list({ search = '', limit, cursor = '' }) {
      const entries: Suppression[] = [];
      const wanted = search.toLowerCase();
      for (const address of records.addresses()) {
        if (address <= cursor || !address.includes(wanted)) continue;
        const entry = find(address);
        if (entry !== undefined) entries.push(entry);
        if (entries.length === limit) return Promise.resolve({ entries, next: address });
      }
      return Promise.resolve({ entries });
    },
    async *all() {
      for (const address of records.addresses()) {
        const entry = find(address);
        if (entry !== undefined) yield await Promise.resolve(entry);
      }
    },
    async add(entries, by) {
      const put = entries
        .map((entry) => ({ ...entry, address: keyOf(entry.address), failures: 0, listed: true }))
        .filter(({ address }) => address.includes('@') && !isPostmaster(address));
      await change(
        put,
        [],
        put.map((record) => addedEvent(record, by)),
      );
      return put.length;
    },
    async remove(address, by) {
      const key = keyOf(address);
      if (records.get(key)?.listed !== true) return false;
      const said = by === undefined ? {} : { by };
      await change([], [key], [{ kind: 'suppression-removed', address: key, ...said }]);
      return true;
    },
    async take(happened) {
      for (const event of happened) await takeOne(event);
    },
  };
}
