import type { Content, MailEvent, Message, Recipient } from '../model.ts';
import { LeaseLostError, type Claim, type NewMessage } from '../ports.ts';
import { readMarks } from '../routing/mark.ts';
import type { Router } from '../routing/router.ts';
import { waitingOf } from './deliver-by.ts';
import type { Fate } from './consequence.ts';
import { expiryOf, noticeAfter, type RetryPlan } from './schedule.ts';
import type { Result, WorkParts } from './work-parts.ts';

/** How long an attempt may wait for a connection that is made after the time of a notice, or a first one after the expiry. */
const LATE_MS = 600_000;

/** Recipients that travel together: to one destination, under one return path. */
interface Hop {
  readonly destination: string;
  readonly reversePath: string;
  readonly recipients: Recipient[];
}

export type Hops = Map<string, Hop>;

/** Lets a recipient travel with the others of its hop. */
export function addToHop(
  hops: Hops,
  { returned }: WorkParts,
  message: Message,
  recipient: Recipient,
  { destination, verp }: Extract<ReturnType<Router['resolveMailbox']>, { kind: 'hop' }>,
): void {
  const reversePath = verp === true ? returned.pathFor(message, recipient) : message.reversePath;
  const key = `${destination}\n${reversePath}`;
  const hop = hops.get(key) ?? { destination, reversePath, recipients: [] };
  hops.set(key, hop);
  // If it has to wait, it waits for the hop to which its route leads now.
  const stays = recipient.destination === destination || readMarks(recipient.destination).moved;
  hop.recipients.push(stays ? recipient : { ...recipient, destination });
}

/** What one attempt came to. */
interface Attempted {
  readonly results: Result[];
  readonly messages: NewMessage[];
  readonly event: MailEvent;
}

/** Attempts delivery to one destination. */
export async function attempt(
  parts: WorkParts,
  { message, token }: Claim,
  { destination, reversePath, recipients }: Hop,
  content: () => Promise<Content>,
): Promise<Attempted> {
  const isHeld = (): boolean => parts.isHeld(token);
  if (!isHeld()) throw new LeaseLostError(`The claim on ${message.id} has passed on`);
  const transport = parts.transportFor(destination);
  const startMs = parts.clock.now();
  const outcomes = await transport.deliver({
    message: { ...message, reversePath },
    recipients,
    content: await content(),
    notAfterMs: Math.min(...recipients.map((each) => waitsUntil(parts.retry, message, each, startMs))),
    isHeld,
  });
  const nowMs = parts.clock.now();
  const event: MailEvent = {
    kind: 'attempted',
    atMs: nowMs,
    messageId: message.id,
    destination,
    recipients: recipients.map((recipient) => recipient.shownAs ?? recipient.address),
    durationMs: Math.max(0, nowMs - startMs),
  };
  const results = recipients.map((recipient, index) => {
    const fate = outcomes[index];
    if (fate === undefined) throw new Error(`the transport told no outcome for recipient ${recipient.n}`);
    return { recipient, fate };
  });
  if (message.origin === 'report') return { event, ...(await simplified(parts, message, results, content)) };
  // From now on something may come back to our return path.
  const wentOn = reversePath === message.reversePath ? [] : results.filter(({ fate }) => fate.kind === 'relayed');
  return { event, results, messages: wentOn.map(({ recipient }) => parts.returned.remember(message, recipient)) };
}

/** Until when a recipient may wait for a connection: until there is something to tell of it. */
function waitsUntil(retry: RetryPlan, message: Message, recipient: Recipient, nowMs: number): number {
  const waiting = waitingOf(message, recipient);
  const times = [expiryOf(retry, waiting), noticeAfter(retry, waiting, nowMs)];
  return Math.min(...times.map((atMs) => (atMs > nowMs ? atMs : nowMs + LATE_MS)));
}

/** A report that a next hop does not take in its form, or for what it returns, goes on in a simpler one, as a message of its own. */
async function simplified(
  { simplify }: WorkParts,
  message: Message,
  results: readonly Result[],
  content: () => Promise<Content>,
): Promise<{ readonly results: Result[]; readonly messages: NewMessage[] }> {
  const messages: NewMessage[] = [];
  const better: Result[] = [];
  for (const result of results) {
    const { recipient, fate } = result;
    const plain = fate.kind === 'failed' ? await simplify(message, recipient, fate.failure, content) : undefined;
    if (plain !== undefined) messages.push(plain);
    better.push(plain === undefined ? result : { recipient, fate: passedOn(recipient) });
  }
  return { results: better, messages };
}

function passedOn({ address }: Recipient): Fate {
  return { kind: 'expanded', to: [address], report: false };
}
