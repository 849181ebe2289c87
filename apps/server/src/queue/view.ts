import type {
  DestinationState,
  FoundMessages,
  QueueControl,
  QueuedMessage,
  QueuedRecipient,
  QueueQuery,
  QueueStore,
  StoredMessage,
} from '../ports.ts';
import { markedKeys, readMarks } from '../routing/mark.ts';
import type { ControlParts } from './control.ts';
import { contains, isNamed } from './search.ts';
import { isNote } from './telling/notes.ts';

type View = Pick<QueueControl, 'destinations' | 'list' | 'show' | 'content'>;

const MOST_DESTINATIONS = 1000;
const PAGE = 200;
/** So many pages a search looks at before it gives what it has. */
const MOST_LOOKS = 25;

/** Makes the view that operators have of the queue. */
export function makeView({ store, queue, pauses }: Pick<ControlParts, 'store' | 'queue' | 'pauses'>): View {
  const shown = ({ message, recipients, recipientCount }: StoredMessage): QueuedMessage | undefined => {
    // A note is a message of its own.
    if (recipients.every(({ destination }) => isNote(destination))) return undefined;
    return { message, recipients: recipients.map((recipient) => inWords(recipient, pauses.keys)), recipientCount };
  };
  return {
    async destinations() {
      const states = new Map<string, DestinationState>();
      for (const stored of await store.destinations(MOST_DESTINATIONS)) {
        const { held, destination } = readMarks(stored.destination);
        const known = states.get(destination);
        states.set(destination, {
          destination,
          recipients: stored.recipients + (known?.recipients ?? 0),
          oldestMs: Math.min(stored.oldestMs, known?.oldestMs ?? Infinity),
          ...dueOf(known, held ? undefined : stored.nextDueAtMs),
          inHand: queue.inHand(destination),
        });
      }
      for (const { destination, sinceMs } of pauses.all()) {
        const known = states.get(destination) ?? { destination, recipients: 0, inHand: queue.inHand(destination) };
        states.set(destination, { ...known, pausedSinceMs: sinceMs });
      }
      return [...states.values()].sort((a, b) => b.recipients - a.recipients);
    },
    async list(query) {
      const found: QueuedMessage[] = [];
      const seen = new Set<string>();
      const looks = lookInto(store, query);
      for (let looked = 0, after = query.cursor; ; looked++) {
        const page = await looks(after, query.limit - found.length);
        for (const stored of page.messages) {
          after = stored.cursor;
          const message = shown(stored);
          if (message === undefined || seen.has(message.message.id) || !matches(query, message)) continue;
          seen.add(message.message.id);
          found.push(withMost(query, message));
          if (found.length >= query.limit) return { messages: found, next: after };
        }
        after = page.next;
        if (after === undefined) return { messages: found };
        if (looked === MOST_LOOKS - 1) return { messages: found, next: after };
      }
    },
    async show(messageId) {
      const stored = await store.find(messageId);
      return stored === undefined ? undefined : shown(stored);
    },
    async content(messageId) {
      const stored = await store.find(messageId);
      return stored === undefined || shown(stored) === undefined ? undefined : store.content(messageId);
    },
  };
}

function dueOf(known: DestinationState | undefined, dueAtMs: number | undefined): { readonly nextDueAtMs?: number } {
  const first = Math.min(known?.nextDueAtMs ?? Infinity, dueAtMs ?? Infinity);
  return first === Infinity ? {} : { nextDueAtMs: first };
}

function inWords(
  { claimed, ...recipient }: StoredMessage['recipients'][number],
  paused: ReadonlySet<string>,
): QueuedRecipient {
  const { held, moved, destination } = readMarks(recipient.destination);
  const state = held ? 'held' : claimed ? 'active' : paused.has(recipient.destination) ? 'paused' : 'waiting';
  return { ...recipient, destination, state, ...(moved ? { rerouted: true } : {}) };
}

/** How the queue is gone through for a query: from a cursor on, at most so many that are asked for. */
function lookInto(
  store: Pick<QueueStore, 'list' | 'search'>,
  query: QueueQuery,
): (after: string | undefined, most: number) => Promise<FoundMessages> {
  const { recipient, sender, beforeMs, state, destination } = query;
  const asksMore = [sender, beforeMs, state, destination].some((asked) => asked !== undefined);
  const upTo = (most: number) => ({ limit: asksMore ? PAGE : Math.min(PAGE, most) });
  // What is asked of recipients beside their names is looked for in all of them.
  const { mostRecipients } = state === undefined && destination === undefined ? query : {};
  const shorter = mostRecipients === undefined ? {} : { mostRecipients };
  const from = (after: string | undefined) => (after === undefined ? {} : { after });
  if (recipient !== undefined)
    return (after, most) => store.search({ recipient, ...upTo(most), ...from(after), ...shorter });
  const among = destination === undefined ? {} : { destinations: markedKeys(destination) };
  return async (after, most) => {
    const request = { ...upTo(most), ...from(after), ...among, ...shorter };
    const messages = await store.list(request);
    const next = messages.length < request.limit ? undefined : messages.at(-1)?.cursor;
    return { messages, ...(next === undefined ? {} : { next }) };
  };
}

function matches(query: QueueQuery, { message, recipients }: QueuedMessage): boolean {
  const { sender, beforeMs } = query;
  if (sender !== undefined && !contains(message.reversePath, sender)) return false;
  if (beforeMs !== undefined && message.arrivedAtMs >= beforeMs) return false;
  return recipients.some((each) => isAskedFor(query, each));
}

function isAskedFor({ recipient, state, destination }: QueueQuery, each: QueuedRecipient): boolean {
  return (
    (recipient === undefined || isNamed(each, recipient)) &&
    (state === undefined || each.state === state) &&
    (destination === undefined || each.destination === destination)
  );
}

/** With as many recipients as are wanted: first those that are asked for. */
function withMost(query: QueueQuery, message: QueuedMessage): QueuedMessage {
  const { mostRecipients = Infinity } = query;
  const { recipients } = message;
  if (recipients.length <= mostRecipients) return message;
  const wanted = recipients.filter((each) => isAskedFor(query, each)).slice(0, mostRecipients);
  const others = recipients.filter((each) => !isAskedFor(query, each));
  return { ...message, recipients: [...wanted, ...others.slice(0, mostRecipients - wanted.length)] };
}
