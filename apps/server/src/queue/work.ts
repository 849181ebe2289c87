import type { Content, Failure, MailEvent, Message, Recipient, Transport } from '../model.ts';
import {
  LeaseLostError,
  StoreError,
  type Claim,
  type Clock,
  type EventSink,
  type NewMessage,
  type QueueStore,
} from '../ports.ts';
import { readMarks } from '../routing/mark.ts';
import { expandDestination, type Router } from '../routing/router.ts';
import { parseDestination } from '../routing/next-hop.ts';
import { noteKind, type NoteKind } from './notes.ts';
import { deliverByOf, waitingOf } from './deliver-by.ts';
import { ahead, inPlace } from './priority.ts';
import type { Making } from './making.ts';
import { consequenceOf, eventAt, expiryFailure, type Fate } from './outcome.ts';
import { quote } from './quoting.ts';
import { expiryOf, judge, noticeAfter, noticesDue, type RetryPlan } from './schedule.ts';
import type { Reporter } from './report.ts';
import { returnDestination, type ReturnedMail } from './returned.ts';
import type { Teller, Told } from './tell.ts';
import { held, names, pending } from './waiting.ts';

/** What an alias or a list makes of a recipient. */
export interface Expanded {
  readonly fate: Fate;
  /** New recipients of the same message. */
  readonly children: readonly Recipient[];
  /** New messages: the post to the members of a list. */
  readonly messages: readonly NewMessage[];
  /** What else it tells, of whichever message. */
  readonly events?: readonly MailEvent[];
}

/** What working a claim off needs. */
export interface WorkParts {
  readonly store: QueueStore;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly router: Router;
  readonly retry: RetryPlan;
  /** The transport of a destination key. */
  readonly transportFor: (destination: string) => Transport;
  /** Expands a recipient that the router calls an alias or a list. */
  readonly expand: (
    claim: Claim,
    recipient: Recipient,
    nextN: number,
    content: () => Promise<Content>,
  ) => Promise<Expanded>;
  /** Decides who is told, and makes the messages that tell it. */
  readonly tell: Teller;
  /** Bounds what is in memory for the sake of reports. */
  readonly making: Making;
  /** Return paths of our own, and what comes back on them. */
  readonly returned: Pick<ReturnedMail, 'pathFor' | 'remember' | 'forward' | 'watch'>;
  /** A report of ours in a form that a next hop may take which refused it, if it has a simpler one. */
  readonly simplify: Reporter['simplify'];
  /** Works off a note: what this server keeps in the queue until it is told. */
  readonly note: (kind: NoteKind, claim: Claim) => Promise<void>;
  /** Whether operators want a destination left alone. */
  readonly isPaused: (destination: string) => boolean;
  /** When operators last let a destination go on. */
  readonly resumedAtMs: (destination: string) => number | undefined;
  /** Whether the claim under a token is still ours. */
  readonly isHeld: (token: string) => boolean;
  /** Told of a claim that gave nothing but deferrals. */
  readonly putOff: (token: string) => void;
  /** From 0 up to 1: spreads retries. */
  readonly jitter: () => number;
  /** Something in the store becomes due then. */
  readonly expect: (atMs: number) => void;
  /** The store could not settle; it is tried again until it can. */
  readonly trouble: (error: unknown) => void;
}

interface Result {
  readonly recipient: Recipient;
  readonly fate: Fate;
}

/** After trouble with the store. */
const AGAIN_MS = 2_000;
const CONTENT_AGAIN_MS = 30_000;
/** How long an attempt may wait for a connection that is made after the time of a notice, or a first one after the expiry. */
const LATE_MS = 600_000;

/**
 * Works one claim off: judges what is due, attempts delivery, draws the consequences, and settles outcomes and
 * reports in one transaction.
 */
export function makeWorker(parts: WorkParts): (claim: Claim, content: Content | undefined) => Promise<void> {
  return async (claim, inMemory) => {
    const note = noteKind(claim.recipients[0]?.destination ?? '');
    if (note !== undefined) {
      await parts.note(note, claim);
      return;
    }
    const content = contentOnce(parts, claim, inMemory);
    try {
      await settle(parts, claim, await work(parts, claim, content), content);
    } catch (error) {
      if (!(error instanceof LeaseLostError)) {
        parts.trouble(error);
        if (error instanceof StoreError && (await putOff(parts, claim, error))) return;
        // It is due as soon as it is given back.
        await new Promise<void>((resolve) => parts.clock.after(AGAIN_MS, resolve));
      }
      await parts.store.release([claim.token]).catch(() => undefined);
      parts.expect(parts.clock.now());
    }
  };
}

/**
 * Lets a message wait whose content can't be had: without one it can neither go on nor be told of. One that is away may come
 * back soon; one that is lost is held, until an operator brings it back or gives the message up.
 */
async function putOff(parts: WorkParts, { message, token, recipients }: Claim, { code }: StoreError): Promise<boolean> {
  if (code !== 'away' && code !== 'lost') return false;
  const nowMs = parts.clock.now();
  if (
    code === 'away' &&
    recipients.some((each) => noticesDue(parts.retry, waitingOf(message, each), nowMs).deliverBy)
  ) {
    // RFC 2852 §4.1.4: that it is due is known by the time at which it was to be looked at, which has to stay.
    return false;
  }
  const noticeAtMs = deliverByOf(message)?.atMs ?? -Infinity;
  const againAtMs = nowMs + CONTENT_AGAIN_MS;
  const dueAtMs = noticeAtMs > nowMs ? Math.min(noticeAtMs, againAtMs) : againAtMs;
  const updates = recipients.map((each) => pending({ ...each, ...(code === 'lost' ? held(each) : { dueAtMs }) }));
  const events =
    code === 'away' ? [] : [eventAt({ kind: 'held', ...names(recipients), by: 'dsnd' }, message.id, nowMs)];
  const settlement = { messageId: message.id, token, updates, children: [], messages: [], events };
  const isSettled = await parts.store.settle(settlement).then(
    () => true,
    () => false,
  );
  if (!isSettled) return false;
  for (const event of events) parts.events.emit(event);
  parts.expect(dueAtMs);
  return true;
}

/** What working on a claim came to. */
interface Worked {
  readonly results: readonly Result[];
  readonly children?: readonly Recipient[];
  readonly messages?: readonly NewMessage[];
  readonly events?: readonly MailEvent[];
}

/** Fails some recipients of a claim: what an operator gave up. */
export function makeFailing(
  parts: WorkParts,
): (claim: Claim, recipients: readonly Recipient[], failure: Failure, by?: string) => Promise<void> {
  return async (claim, recipients, failure, by) => {
    const fate: Fate = { kind: 'bounced', failure, ...(by === undefined ? {} : { by }) };
    const content = contentOnce(parts, claim, undefined);
    // The operator can do it again when the content is back, and the report with it that is owed; without one if it is lost.
    await content().catch((error: unknown) => {
      if (error instanceof StoreError && error.code === 'away') throw error;
    });
    await settle(parts, claim, { results: recipients.map((recipient) => ({ recipient, fate })) }, content);
  };
}

/** What is done for mail that waits without being tried: for a paused destination, or for its turn. */
export interface WaitingWork {
  /** Whether something is to be done; `presentSinceMs`: since when this server has been there to serve it. */
  readonly isDue: (recipient: Recipient, message: Message, presentSinceMs: number) => boolean;
  readonly run: (claim: Claim, recipients: readonly Recipient[], presentSinceMs: number) => Promise<void>;
}

/** Tells the senders of mail that is not tried what the time brings. */
export function makeWaitingWork(parts: WorkParts): WaitingWork {
  const fateOf = (recipient: Recipient, message: Message, presentSinceMs: number): Fate | undefined => {
    const { held, destination } = readMarks(recipient.destination);
    if (held) return undefined;
    const nowMs = parts.clock.now();
    if (parts.isPaused(destination)) return fateOfPaused(parts, message, recipient, nowMs);
    const servedSinceMs = Math.max(presentSinceMs, parts.resumedAtMs(destination) ?? -Infinity);
    return fateInLine(parts, message, recipient, { nowMs, servedSinceMs });
  };
  return {
    isDue: (...waiting) => fateOf(...waiting) !== undefined,
    async run(claim, recipients, presentSinceMs) {
      const results = recipients.flatMap((recipient) => {
        const fate = fateOf(recipient, claim.message, presentSinceMs);
        return fate === undefined ? [] : [{ recipient, fate }];
      });
      await settle(parts, claim, { results }, contentOnce(parts, claim, undefined));
    },
  };
}

/**
 * It ages: delays are told, and `BY=…;R` ends it (RFC 2852 §4.1.3). What else runs out of time was not given up by us: it
 * gets one attempt more when the destination is resumed, and nothing is promised of it any more.
 */
function fateOfPaused({ retry }: WorkParts, message: Message, recipient: Recipient, nowMs: number): Fate | undefined {
  const waiting = waitingOf(message, recipient);
  if (expiryOf(retry, waiting) > nowMs) return noticeOf(retry, waiting, nowMs);
  const { deliverBy } = waiting;
  if (deliverBy?.mode !== 'R' || deliverBy.atMs > nowMs) return undefined;
  return { kind: 'expired', failure: expiryFailure(message, recipient.lastFailure, nowMs) };
}

/**
 * It is due, and its turn does not come: its destination has as much in hand as it may, or a rate keeps it. Delays are told,
 * and it expires as what was tried does. What ran out of time while nobody was there to serve it, or while it was paused, has
 * the whole time once more before it is given up untried.
 */
function fateInLine(
  { retry }: WorkParts,
  message: Message,
  recipient: Recipient,
  { nowMs, servedSinceMs }: { readonly nowMs: number; readonly servedSinceMs: number },
): Fate | undefined {
  if (recipient.dueAtMs > nowMs) return undefined;
  const waiting = waitingOf(message, recipient);
  const expiresAtMs = expiryOf(retry, waiting);
  if (expiresAtMs > nowMs) return noticeOf(retry, waiting, nowMs);
  const { deliverBy } = waiting;
  const isWantedBack = deliverBy?.mode === 'R' && deliverBy.atMs <= nowMs;
  if (!isWantedBack && servedSinceMs > expiresAtMs && nowMs < servedSinceMs + retry.expireAfterMs) return undefined;
  return { kind: 'expired', failure: expiryFailure(message, recipient.lastFailure, nowMs) };
}

function noticeOf(retry: RetryPlan, waiting: ReturnType<typeof waitingOf<Recipient>>, nowMs: number): Fate | undefined {
  const { usual, deliverBy } = noticesDue(retry, waiting, nowMs);
  return usual || deliverBy ? { kind: 'delay-notice' } : undefined;
}

/** The content of a claimed message, asked for when it is wanted, and then kept. */
function contentOnce({ store }: WorkParts, { message }: Claim, inMemory: Content | undefined): () => Promise<Content> {
  let loading = inMemory && Promise.resolve(inMemory);
  return () =>
    (loading ??= store.content(message.id).catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
}

async function work(parts: WorkParts, claim: Claim, content: () => Promise<Content>): Promise<Worked> {
  const nowMs = parts.clock.now();
  const results: Result[] = [];
  const children: Recipient[] = [];
  const messages: NewMessage[] = [];
  const hops: Hops = new Map();
  let nextN = claim.lastN + 1;
  const watched = parts.returned.watch(claim, content);
  const events: MailEvent[] = watched === undefined ? [] : [...(await watched)];
  for (const recipient of claim.recipients) {
    const waiting = waitingOf(claim.message, recipient);
    const judgement = judge(parts.retry, waiting, recipient.retryAtMs, nowMs);
    if (judgement === 'delay-notice') {
      results.push({ recipient, fate: { kind: 'delay-notice' } });
      continue;
    }
    if (judgement === 'expired' && !hasWaitedForUs(parts, claim.message, recipient, nowMs)) {
      results.push({
        recipient,
        fate: { kind: 'expired', failure: expiryFailure(claim.message, recipient.lastFailure, nowMs) },
      });
      continue;
    }
    if (recipient.destination === expandDestination || recipient.destination === returnDestination) {
      const expand = recipient.destination === expandDestination ? parts.expand : parts.returned.forward;
      const expanded = await expand(claim, recipient, nextN, content);
      nextN += expanded.children.length;
      results.push({ recipient, fate: expanded.fate });
      children.push(...expanded.children);
      messages.push(...expanded.messages);
      events.push(...(expanded.events ?? []));
      continue;
    }
    const route = wayOf(parts.router, recipient);
    if (route.kind === 'refuse') {
      results.push({ recipient, fate: { kind: 'failed', failure: unroutable(route.reply, nowMs) } });
    } else if (leadsToPause(parts, recipient, route.destination)) {
      results.push({ recipient: { ...recipient, destination: route.destination }, fate: { kind: 'led-on' } });
    } else {
      addToHop(hops, parts, claim.message, recipient, route);
    }
  }
  const [sole, ...others] = [...hops.values()].map((hop) => attempt(parts, claim, hop, content));
  for (const group of others.length > 0 ? await Promise.all([sole, ...others]) : [await sole]) {
    if (group === undefined) continue;
    results.push(...group.results);
    messages.push(...group.messages);
    events.push(group.event);
  }
  return { results, children, messages, events };
}

/** Its time ran out while operators kept its destination waiting: one attempt is made yet. */
function hasWaitedForUs({ resumedAtMs }: WorkParts, message: Message, recipient: Recipient, nowMs: number): boolean {
  const { deliverBy } = waitingOf(message, recipient);
  if (deliverBy?.mode === 'R' && deliverBy.atMs <= nowMs) return false;
  const resumed = resumedAtMs(readMarks(recipient.destination).destination);
  return resumed !== undefined && resumed > (recipient.lastFailure?.atMs ?? 0);
}

/** The routes were changed: the next hop for which it waited is another than the one to which they lead, and that is paused. */
function leadsToPause({ isPaused }: WorkParts, recipient: Recipient, destination: string): boolean {
  return isPaused(destination) && readMarks(recipient.destination).destination !== destination;
}

/** Recipients that travel together: to one destination, under one return path. */
interface Hop {
  readonly destination: string;
  readonly reversePath: string;
  readonly recipients: Recipient[];
}

type Hops = Map<string, Hop>;

function addToHop(
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

/** Routes may have changed since the message came in. What is not to be expanded is meant for its own mailbox. */
function wayOf(router: Router, { address, destination: key }: Recipient): ReturnType<Router['resolveMailbox']> {
  const { moved, destination } = readMarks(key);
  if (moved) return { kind: 'hop', nextHop: parseDestination(destination), destination, acceptFrom: 'anyone' };
  const route = router.resolve(address);
  return route.kind === 'hop' || route.kind === 'refuse' ? route : router.resolveMailbox(address);
}

/** What one attempt came to. */
interface Attempted {
  readonly results: Result[];
  readonly messages: NewMessage[];
  readonly event: MailEvent;
}

async function attempt(
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

/** Settles what was worked on, with the reports that are owed: as long as they are in memory, they take their room. */
async function settle(parts: WorkParts, claim: Claim, worked: Worked, content: () => Promise<Content>): Promise<void> {
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

function unroutable(reply: { readonly status?: string; readonly lines: readonly string[] }, atMs: number): Failure {
  const status = (reply.status ?? '5.1.2') as Failure['status'];
  return { status, reason: reply.lines.join(' '), atMs };
}
