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
import { eventAt } from '../queue/outcome.ts';
import { addedEvent, counted, entryOf, failureOf, isCounted, isPostmaster, keptLonger, keyOf } from './record.ts';

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
const LOOK_AT = 10_000;
const FORGET_AT_ONCE = 500;
/** For how long failures of an entry that had a time count when now they stay for good. */
const COUNT_MS = 30 * 86_400_000;

/** Makes the list: all of it is in memory, and every change is on the disk before it counts. */
export async function makeSuppressing({ rules, store, journal, events, clock }: ListParts): Promise<Suppressing> {
  const records = new Map((await store.all()).map((record) => [record.address, record]));
  let sorted: readonly string[] | undefined;
  let walk = records.values();

  async function change(
    put: readonly SuppressionRecord[],
    remove: readonly string[],
    told: readonly NewEvent[],
  ): Promise<void> {
    await store.change(put, remove);
    for (const record of put) records.set(record.address, record);
    for (const address of remove) records.delete(address);
    sorted = undefined;
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

  /** Goes on where it was left, and begins anew at the end. */
  function nextOver(): readonly SuppressionRecord[] {
    const over: SuppressionRecord[] = [];
    for (let looked = 0; looked < LOOK_AT && over.length < FORGET_AT_ONCE; looked++) {
      const next = walk.next();
      if (next.done === true) {
        walk = records.values();
        break;
      }
      if (isOver(next.value)) over.push(next.value);
    }
    return over;
  }

  return {
    find,
    async forget() {
      const over = nextOver();
      if (over.length === 0) return;
      await store.forget(over);
      for (const record of over) if (records.get(record.address) === record) records.delete(record.address);
    },
    async refresh() {
      const changes = await store.changes?.();
      if (changes === undefined) return;
      if (changes.isWhole === true) records.clear();
      else if (changes.put.length + changes.removed.length === 0) return;
      for (const record of changes.put) records.set(record.address, record);
      for (const address of changes.removed) records.delete(address);
      sorted = undefined;
    },
    get: (address) => Promise.resolve(find(address)),
    list({ search = '', limit, cursor = '' }) {
      sorted ??= [...records.keys()].sort();
      const entries: Suppression[] = [];
      const wanted = search.toLowerCase();
      for (const address of sorted) {
        if (address <= cursor || !address.includes(wanted)) continue;
        const entry = find(address);
        if (entry !== undefined) entries.push(entry);
        if (entries.length === limit) return Promise.resolve({ entries, next: address });
      }
      return Promise.resolve({ entries });
    },
    async *all() {
      sorted ??= [...records.keys()].sort();
      for (const address of sorted) {
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
      for (const event of happened) {
        const told = failureOf(event);
        if (told !== undefined && isCounted(rules(), told)) {
          const before = records.get(told.address);
          const isRefused = before !== undefined && find(told.address) !== undefined;
          const record = isRefused ? keptLonger(before, told, rules()) : counted(before, told, rules());
          await change([record], [], record.listed && find(record.address) === undefined ? [addedEvent(record)] : []);
        } else if (event.kind === 'delivered' || event.kind === 'relayed') {
          // It takes mail again: failures before this one say nothing any more, but for those that keep it on the list.
          const key = keyOf(event.address ?? event.recipient);
          const record = records.get(key);
          if (record === undefined || find(key) !== undefined) continue;
          if (event.kind === 'delivered' || record.returned !== true) await change([], [key], []);
        }
      }
    },
  };
}
