import type { Failure, MailEvent, Message, NewEvent, Recipient } from '../model.ts';
import type {
  ActionResult,
  Claim,
  Clock,
  EventSink,
  IdSource,
  QueueControl,
  QueueStore,
  QueueTarget,
  RecipientUpdate,
  StoredMessage,
} from '../ports.ts';
import { formatNextHop, parseDestination } from '../routing/next-hop.ts';
import { markedKeys, readMarks, writeMarks } from '../routing/mark.ts';
import { eventAt } from '../events/event-at.ts';
import { isNote } from './telling/notes.ts';
import type { Pauses } from './pauses.ts';
import type { Queue } from './queue.ts';
import { makeView } from './view.ts';
import { held, names, pending } from './waiting.ts';

/** What steering the queue works with. */
export interface ControlParts {
  readonly store: QueueStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly events: EventSink;
  readonly queue: Pick<Queue, 'expect' | 'inHand'>;
  readonly pauses: Pauses;
  /** Fails recipients, and makes the reports that this owes. */
  readonly fail: (claim: Claim, recipients: readonly Recipient[], failure: Failure, by?: string) => Promise<void>;
}

/** What doing something to what waits takes. */
export interface ActingParts extends Pick<ControlParts, 'clock' | 'ids'> {
  readonly store: Pick<QueueStore, 'list' | 'find' | 'claimMessage' | 'release'>;
}

/** What an action makes of a recipient: its update, and the rest of its story. */
export interface Action {
  /** Which recipients it is for. */
  readonly isFor: (recipient: Recipient, message: Message) => boolean;
  readonly run: (claim: Claim, recipients: readonly Recipient[]) => Promise<void>;
}

/** A claim of an operator is settled at once. */
const LEASE_MS = 60_000;
const AT_ONCE = 32;
const PAGE = 500;

/** Makes the steering of a queue: each action claims what it changes, so that it never meets an attempt under way. */
export function makeQueueControl(parts: ControlParts): QueueControl {
  const { store, clock, pauses, queue, fail } = parts;

  /** Lets recipients wait in another way. */
  async function change(
    claim: Claim,
    recipients: readonly Recipient[],
    to: (recipient: Recipient) => Partial<Recipient>,
    event: NewEvent,
  ): Promise<void> {
    const updates = recipients.map((recipient) => pending({ ...recipient, ...to(recipient) }));
    await settle(claim, updates, event);
  }

  async function settle(claim: Claim, updates: readonly RecipientUpdate[], event: NewEvent): Promise<void> {
    const nowMs = clock.now();
    const { message, token } = claim;
    const told: MailEvent = eventAt(event, message.id, nowMs);
    await store.settle({ messageId: message.id, token, updates, children: [], messages: [], events: [told] });
    parts.events.emit(told);
    queue.expect(nowMs);
  }

  const now = () => ({ attempts: 0, dueAtMs: clock.now(), retryAtMs: clock.now() });
  const retrying = (by: string | undefined): Action => ({
    isFor: ({ destination }) => !readMarks(destination).held,
    run: (claim, some) => change(claim, some, now, { kind: 'retried', ...names(some), ...said(by) }),
  });

  return {
    ...makeView(parts),
    retry: (target, by) => act(parts, target, retrying(by)),
    retryAll: (by) => actOnEverything(parts, retrying(by)),
    hold: (target, by) =>
      act(parts, target, {
        isFor: ({ destination }) => !readMarks(destination).held,
        run: (claim, some) => change(claim, some, held, { kind: 'held', ...names(some), ...said(by) }),
      }),
    release: (target, by) =>
      act(parts, target, {
        isFor: ({ destination }) => readMarks(destination).held,
        run: (claim, some) =>
          change(
            claim,
            some,
            ({ destination }) => ({ ...now(), destination: writeMarks({ ...readMarks(destination), held: false }) }),
            { kind: 'released', ...names(some), ...said(by) },
          ),
      }),
    drop: (target, by) =>
      act(parts, target, {
        isFor: () => true,
        run: (claim, some) =>
          settle(
            claim,
            some.map(({ n }) => ({ n, state: 'done' })),
            { kind: 'dropped', ...names(some), ...said(by) },
          ),
      }),
    bounce: (target, how = {}, by) =>
      act(parts, target, {
        isFor: () => true,
        run: (claim, some) => {
          const { status = '5.0.0', reason = 'the postmaster of this server has given the message up' } = how;
          return fail(claim, some, { status, reason, atMs: clock.now() }, by);
        },
      }),
    async reroute(target, nextHop, by) {
      const destination = formatNextHop(parseDestination(nextHop));
      const result = await act(parts, target, {
        isFor: () => true,
        run: (claim, some) =>
          change(
            claim,
            some,
            (recipient) => {
              const { held } = readMarks(recipient.destination);
              const key = writeMarks({ held, moved: true, destination });
              return held ? { destination: key } : { ...now(), destination: key };
            },
            { kind: 'rerouted', ...names(some), destination, ...said(by) },
          ),
      });
      return result;
    },
    async pause(destination, by) {
      const nowMs = clock.now();
      const event = eventAt({ kind: 'paused', destination, ...said(by) }, '', nowMs);
      await store.pause({ destination, sinceMs: nowMs }, [event]);
      pauses.add(destination, nowMs);
      parts.events.emit(event);
    },
    async resume(destination, by) {
      if (!pauses.has(destination)) return false;
      const event = eventAt({ kind: 'resumed', destination, ...said(by) }, '', clock.now());
      await store.resume(destination, [event]);
      pauses.remove(destination, clock.now());
      parts.events.emit(event);
      queue.expect(clock.now());
      return true;
    },
  };
}

/** Does an action to a message, or to the messages of a destination. */
export async function act(parts: ActingParts, target: QueueTarget, action: Action): Promise<ActionResult> {
  const meant = forTarget(target, ofPeople(action));
  if ('destination' in target) return await actOnAll(parts, { destinations: markedKeys(target.destination) }, meant);
  const result = { messages: 0, recipients: 0, busy: 0 };
  await actOn(parts, target.messageId, meant, result);
  return result;
}

/** Does an action to all messages. */
export async function actOnEverything(parts: ActingParts, action: Action): Promise<ActionResult> {
  return await actOnAll(parts, {}, ofPeople(action));
}

/** Does an action to messages one by one: to those of some destinations, or to all. */
async function actOnAll(
  parts: ActingParts,
  where: { readonly destinations?: readonly string[] },
  action: Action,
): Promise<ActionResult> {
  const result = { messages: 0, recipients: 0, busy: 0 };
  const done = new Set<string>();
  for (let after: string | undefined; ;) {
    const page = await parts.store.list({ limit: PAGE, ...where, ...(after === undefined ? {} : { after }) });
    const last = page.at(-1);
    if (last === undefined) return result;
    after = last.cursor;
    const meant = page.filter(({ message, recipients }) => recipients.some((each) => action.isFor(each, message)));
    const ids = new Set(meant.map(({ message }) => message.id).filter((id) => !done.has(id)));
    const waiting = [...ids];
    for (const id of ids) done.add(id);
    const next = async (): Promise<void> => {
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) await actOn(parts, id, action, result);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  }
}

/** What this server keeps in the queue for itself is not for operators. */
function ofPeople(action: Action): Action {
  return {
    ...action,
    isFor: (recipient, message) => !isNote(recipient.destination) && action.isFor(recipient, message),
  };
}

function forTarget(target: QueueTarget, action: Action): Action {
  const isMeant = (recipient: Recipient): boolean => {
    if ('destination' in target) return readMarks(recipient.destination).destination === target.destination;
    const wanted = target.recipient?.toLowerCase();
    const { address, shownAs } = recipient;
    return wanted === undefined || address.toLowerCase() === wanted || shownAs?.toLowerCase() === wanted;
  };
  return { ...action, isFor: (recipient, message) => isMeant(recipient) && action.isFor(recipient, message) };
}

async function actOn(
  { store, ids, clock }: ActingParts,
  messageId: string,
  { isFor, run }: Action,
  result: { messages: number; recipients: number; busy: number },
): Promise<void> {
  const found: StoredMessage | undefined = await store.find(messageId);
  const wanted = found?.recipients.filter((each) => isFor(each, found.message)) ?? [];
  if (wanted.length === 0) return;
  const nowMs = clock.now();
  const token = ids.next();
  const claim = await store.claimMessage({ messageId, token, nowMs, leaseUntilMs: nowMs + LEASE_MS });
  const some = claim?.recipients.filter((each) => isFor(each, claim.message)) ?? [];
  try {
    if (claim !== undefined && some.length > 0) {
      await run(claim, some);
      result.messages += 1;
      result.recipients += some.length;
    }
  } finally {
    if (claim !== undefined) await store.release([token]);
  }
  result.busy += wanted.length - some.length;
}

function said(by: string | undefined): { readonly by?: string } {
  return by === undefined ? {} : { by };
}
