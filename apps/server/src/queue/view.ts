import type {
  DestinationState,
  QueueControl,
  QueuedMessage,
  QueuedRecipient,
  QueueQuery,
  StoredMessage,
} from '../ports.ts';
import { markedKeys, readMarks } from '../routing/mark.ts';
import type { ControlParts } from './control.ts';
import { isNote } from './telling/notes.ts';

type View = Pick<QueueControl, 'destinations' | 'list' | 'show' | 'content'>;

const MOST_DESTINATIONS = 1000;
const PAGE = 200;
/** A search looks so far before it gives what it has. */
const MOST_LOOKED_AT = 5000;

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
      const destinations = query.destination === undefined ? undefined : markedKeys(query.destination);
      const seen = new Set<string>();
      // A search has to look at all of them.
      const { mostRecipients } = asksOfRecipients(query) ? {} : query;
      let looked = 0;
      for (let after = query.cursor; ;) {
        const limit = asksAnything(query) ? PAGE : Math.min(PAGE, query.limit - found.length);
        const page = await store.list({
          limit,
          ...(after === undefined ? {} : { after }),
          ...(destinations === undefined ? {} : { destinations }),
          ...(mostRecipients === undefined ? {} : { mostRecipients }),
        });
        for (const stored of page) {
          after = stored.cursor;
          const message = shown(stored);
          if (message === undefined || seen.has(message.message.id) || !matches(query, message)) continue;
          seen.add(message.message.id);
          found.push(withMost(query, message));
          if (found.length >= query.limit) return { messages: found, next: after };
        }
        looked += page.length;
        if (page.length < limit || after === undefined) return { messages: found };
        if (looked >= MOST_LOOKED_AT) return { messages: found, next: after };
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

function asksOfRecipients({ recipient, state, destination }: QueueQuery): boolean {
  return recipient !== undefined || state !== undefined || destination !== undefined;
}

function asksAnything(query: QueueQuery): boolean {
  return asksOfRecipients(query) || query.sender !== undefined || query.beforeMs !== undefined;
}

function matches(query: QueueQuery, { message, recipients }: QueuedMessage): boolean {
  const { sender, beforeMs } = query;
  if (sender !== undefined && !contains(message.reversePath, sender)) return false;
  if (beforeMs !== undefined && message.arrivedAtMs >= beforeMs) return false;
  return recipients.some((each) => isAskedFor(query, each));
}

function isAskedFor({ recipient, state, destination }: QueueQuery, each: QueuedRecipient): boolean {
  return (
    (recipient === undefined || contains(each.address, recipient) || contains(each.shownAs ?? '', recipient)) &&
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

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}
