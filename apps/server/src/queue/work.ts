import type { Content, Failure, MailEvent, Message, Recipient } from '../model.ts';
import { LeaseLostError, StoreError, type Claim, type NewMessage } from '../ports.ts';
import { readMarks } from '../routing/mark.ts';
import { parseDestination } from '../routing/next-hop.ts';
import { expandDestination, type Router } from '../routing/router.ts';
import { addToHop, attempt, type Hops } from './attempt.ts';
import { deliverByOf, waitingOf } from './deliver-by.ts';
import { noteKind } from './telling/notes.ts';
import { eventAt } from '../events/event-at.ts';
import { expiryFailure, type Fate } from './consequence.ts';
import { returnDestination } from './returned.ts';
import { judge, noticesDue } from './schedule.ts';
import { AGAIN_MS, contentOnce, settle } from './settle.ts';
import { held, names, pending } from './waiting.ts';
import type { Result, Worked, WorkParts } from './work-parts.ts';

const CONTENT_AGAIN_MS = 30_000;

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

/** Routes may have changed since the message came in. What is not to be expanded is meant for its own mailbox. */
function wayOf(router: Router, { address, destination: key }: Recipient): ReturnType<Router['resolveMailbox']> {
  const { moved, destination } = readMarks(key);
  if (moved) return { kind: 'hop', nextHop: parseDestination(destination), destination, acceptFrom: 'anyone' };
  const route = router.resolve(address);
  return route.kind === 'hop' || route.kind === 'refuse' ? route : router.resolveMailbox(address);
}

function unroutable(reply: { readonly status?: string; readonly lines: readonly string[] }, atMs: number): Failure {
  const status = (reply.status ?? '5.1.2') as Failure['status'];
  return { status, reason: reply.lines.join(' '), atMs };
}
