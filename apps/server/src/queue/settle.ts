import type { Content } from '../model.ts';
import { LeaseLostError, type Claim, type QueueStore } from '../ports.ts';
import { eventAt } from '../events/event-at.ts';
import { consequenceOf } from './consequence.ts';
import { ahead, inPlace } from './priority.ts';
import { quote } from './telling/quoting.ts';
import type { Told } from './telling/tell.ts';
import type { Worked, WorkParts } from './work-parts.ts';

/** After trouble with the store. */
export const AGAIN_MS = 2_000;

/** The content of a claimed message, asked for when it is wanted, and then kept. */
export function contentOnce(
  { store }: WorkParts,
  { message }: Claim,
  inMemory: Content | undefined,
): () => Promise<Content> {
  let loading = inMemory && Promise.resolve(inMemory);
  return () =>
    (loading ??= store.content(message.id).catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
}

/** Settles what was worked on, with the reports that are owed: as long as they are in memory, they take their room. */
export async function settle(
  parts: WorkParts,
  claim: Claim,
  worked: Worked,
  content: () => Promise<Content>,
): Promise<void> {
  const quoted = quote(parts, claim, content);
  try {
    await settleWith(parts, claim, worked, quoted.content);
  } finally {
    quoted.leave();
  }
}

async function settleWith(
  parts: WorkParts,
  { message, token }: Claim,
  { results, children = [], messages = [], events: before = [] }: Worked,
  content: () => Promise<Content>,
): Promise<void> {
  const nowMs = parts.clock.now();
  // One for all: recipients of one host that failed together are tried again together, with one copy (RFC 5321 §4.5.4.1).
  const jitter = parts.jitter();
  const consequences = results.map(({ recipient, fate }) => ({
    recipient,
    ...consequenceOf(message, recipient, fate, parts.retry, nowMs, jitter),
  }));
  const telling = parts.tell(message, consequences, content);
  const told = telling === undefined ? NOTHING_TOLD : await telling;
  const owed = [...messages, ...told.messages].map((one) => inPlace(one, nowMs));
  const after = [...consequences.map(({ event }) => event), ...told.events];
  const events = [...before, ...after.map((event) => eventAt(event, message.id, nowMs))];
  await settleSurely(parts, {
    messageId: message.id,
    token,
    updates: consequences.map((consequence) => consequence.update),
    children: ahead(message, children, nowMs),
    messages: owed,
    events,
  });
  for (const event of events) parts.events.emit(event);
  if (results.every(({ fate }) => fate.kind === 'deferred')) parts.putOff(token);
  if (owed.length > 0 || children.length > 0) parts.expect(nowMs);
  const dues = consequences.flatMap(({ update }) => (update.state === 'pending' ? [update.dueAtMs] : []));
  if (dues.length > 0) parts.expect(Math.min(...dues));
}

const NOTHING_TOLD: Told = { messages: [], events: [] };

/** What was sent can't be un-sent: the settlement is tried until the store takes it or the lease has passed on. */
async function settleSurely(parts: WorkParts, settlement: Parameters<QueueStore['settle']>[0]): Promise<void> {
  for (;;) {
    try {
      await parts.store.settle(settlement);
      return;
    } catch (error) {
      if (error instanceof LeaseLostError) throw error;
      parts.trouble(error);
      await new Promise<void>((resolve) => parts.clock.after(AGAIN_MS, resolve));
    }
  }
}
