import type { MailEvent } from '../../model.ts';
import type { Unreported } from '../../notification/digest.ts';
import type { Claim, Clock, EventSink, NewMessage, QueueStore } from '../../ports.ts';
import { makeGatherer } from '../gather.ts';
import { MOST_IN_BUNDLE, readHeld, recipientKey, type HeldReport } from './held-report.ts';
import type { Making } from './making.ts';
import { readNote, spanEnd, type NoteKind } from './notes.ts';
import { eventAt } from '../../events/event-at.ts';
import type { Postmaster } from './postmaster.ts';
import type { Reporter } from './report.ts';

/** What working notes off needs. */
export interface NoteWorkParts {
  readonly store: QueueStore;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly reporter: Pick<Reporter, 'release'>;
  readonly postmaster: Pick<Postmaster, 'digest'>;
  /** Bounds what is in memory for the sake of reports. */
  readonly making: Making;
  /** At most one digest in each span of this length. */
  readonly digestEveryMs: number;
  /** Something in the store becomes due then. */
  readonly expect: (atMs: number) => void;
  readonly trouble: (error: unknown) => void;
}

const AGAIN_MS = 5_000;

/** How long a note rests that can't be read. */
const UNREADABLE_MS = 3_600_000;

/** Works notes off: those that are due together are told together. */
export function makeNoteWork(parts: NoteWorkParts): (kind: NoteKind, claim: Claim) => Promise<void> {
  let digestSpan = 0;

  async function tellPostmaster(claims: readonly Claim[]): Promise<void> {
    const nowMs = parts.clock.now();
    const span = spanEnd(nowMs, parts.digestEveryMs);
    if (span === digestSpan) {
      await Promise.all(claims.map((claim) => putOff(parts.store, claim, span)));
      return;
    }
    const notes = await read(
      parts,
      claims,
      async (claim) => (await noteOf(parts, claim)).value as readonly Unreported[],
    );
    const failures = notes.flatMap(({ value }) => value).sort((a, b) => a.atMs - b.atMs);
    if (failures.length === 0) return;
    const digest = await parts.postmaster.digest(failures);
    const to = digest.recipients[0]?.address ?? '';
    const issued = { kind: 'digest-issued', to, failures: failures.length } as const;
    const told = eventAt(issued, digest.message.id, nowMs);
    await settleTogether(
      parts,
      notes.map(({ claim }) => claim),
      [digest],
      [told],
    );
    digestSpan = span;
  }

  async function report(claims: readonly Claim[]): Promise<void> {
    for (const group of Map.groupBy(claims, ({ recipients }) => recipients[0]?.destination).values()) {
      const leave = await parts.making.enter(group.map(({ message }) => message.sizeOctets));
      await reportTogether(group).finally(leave);
    }
  }

  async function reportTogether(claims: readonly Claim[]): Promise<void> {
    const notes = await read(parts, claims, async (claim) => readHeld(await parts.store.content(claim.message.id)));
    for (const some of bySender(notes)) {
      const owed = await Promise.all(some.map(({ value }) => stillTrue(parts.store, value)));
      const { messages, events } = await parts.reporter.release(owed.filter((each) => each !== undefined));
      await settleTogether(
        parts,
        some.map(({ claim }) => claim),
        messages,
        events.map(({ messageId, event }) => eventAt(event, messageId, parts.clock.now())),
      );
    }
  }

  const gather: Readonly<Record<NoteKind, (claim: Claim) => Promise<void>>> = {
    digest: makeGatherer(parts.clock, { quietMs: 1_000 }, (claims) => safely(parts, claims, tellPostmaster)),
    held: makeGatherer(parts.clock, { quietMs: 250, mostOfOne: MOST_IN_BUNDLE }, (claims) =>
      safely(parts, claims, report),
    ),
    // Its time is over.
    sent: (claim) => safely(parts, [claim], () => end(parts.store, claim)),
  };
  return (kind, claim) => gather[kind](claim);
}

interface Read<T> {
  readonly claim: Claim;
  readonly value: T;
}

async function noteOf({ store }: NoteWorkParts, claim: Claim): ReturnType<typeof readNote> {
  return readNote(await store.content(claim.message.id));
}

/** A note that can't be read keeps nobody else's back; it comes again later. */
async function read<T>(
  parts: NoteWorkParts,
  claims: readonly Claim[],
  readOne: (claim: Claim) => Promise<T>,
): Promise<readonly Read<T>[]> {
  const notes: Read<T>[] = [];
  for (const claim of claims) {
    try {
      notes.push({ claim, value: await readOne(claim) });
    } catch (error) {
      parts.trouble(error);
      await putOff(parts.store, claim, parts.clock.now() + UNREADABLE_MS).catch(parts.trouble);
    }
  }
  return notes;
}

function bySender(notes: readonly Read<HeldReport>[]): readonly (readonly Read<HeldReport>[])[] {
  const senders = new Map<string, Read<HeldReport>[]>();
  for (const note of notes) {
    const { reversePath } = note.value.message;
    const some = senders.get(reversePath) ?? [];
    senders.set(reversePath, some);
    some.push(note);
  }
  return [...senders.values()];
}

/**
 * Without the notices of delay for those who wait no more: what became of them is told by a report of its own if the sender
 * wants one, and that may have gone first. RFC 3461 §5.2.5(a): nobody is obliged to tell of a delay.
 */
async function stillTrue(store: QueueStore, held: HeldReport): Promise<HeldReport | undefined> {
  if (held.entries.every(({ action }) => action !== 'delayed')) return held;
  const waiting = new Set((await store.find(held.message.id))?.recipients.map(recipientKey));
  const [first, ...rest] = held.entries.filter(
    ({ action, recipient }) => action !== 'delayed' || waiting.has(recipientKey(recipient)),
  );
  return first === undefined ? undefined : { ...held, entries: [first, ...rest] };
}

/** What is not settled in the end goes back, and is looked at once more. */
async function safely(
  parts: NoteWorkParts,
  claims: readonly Claim[],
  work: (claims: readonly Claim[]) => Promise<void>,
): Promise<void> {
  try {
    await work(claims);
  } catch (error) {
    parts.trouble(error);
  }
  await parts.store.release(claims.map(({ token }) => token)).catch(parts.trouble);
  parts.expect(parts.clock.now() + AGAIN_MS);
}

/** One transaction: the notes end, and the message that tells of them is stored. */
async function settleTogether(
  parts: NoteWorkParts,
  [first, ...others]: readonly Claim[],
  messages: readonly NewMessage[],
  events: readonly MailEvent[],
): Promise<void> {
  if (first === undefined) return;
  await parts.store.settle({
    messageId: first.message.id,
    token: first.token,
    updates: first.recipients.map(({ n }) => ({ n, state: 'done' })),
    children: [],
    messages,
    events,
    ends: others.map(({ message, token }) => ({ messageId: message.id, token })),
  });
  for (const event of events) parts.events.emit(event);
  parts.expect(parts.clock.now());
}

async function end(store: QueueStore, { message, token, recipients }: Claim): Promise<void> {
  const updates = recipients.map(({ n }) => ({ n, state: 'done' }) as const);
  await store.settle({ messageId: message.id, token, updates, children: [], messages: [] });
}

async function putOff(store: QueueStore, { message, token, recipients }: Claim, untilMs: number): Promise<void> {
  const updates = recipients.map(
    (recipient) => ({ ...recipient, state: 'pending', dueAtMs: untilMs, retryAtMs: untilMs }) as const,
  );
  await store.settle({ messageId: message.id, token, updates, children: [], messages: [] });
}
