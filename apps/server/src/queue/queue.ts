import { makeAlarm } from '../alarm.ts';
import type { Content, MailEvent } from '../model.ts';
import type { Claim, Clock, IdSource, NewMessage, QueueStore } from '../ports.ts';
import { makeWaitingClients } from './clients.ts';
import { contentOf } from './content.ts';
import { makeLeases } from './leases.ts';
import { inPlace } from './priority.ts';
import { makeRoom, type RoomLimits } from './room.ts';

/** How much work may be in hand at once, and for how long a claim holds. */
export interface QueueLimits extends RoomLimits {
  readonly leaseMs: number;
}

/** What the queue works with. */
export interface QueueParts {
  readonly store: QueueStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Works a claim off: attempt, outcomes, settlement. Resolves when settled or given back; never rejects. */
  readonly work: (claim: Claim, content: Content | undefined) => Promise<void>;
  /** Calls `run` soon, when clients have been told what there is to tell. */
  readonly afterReplies: (run: () => void) => void;
  /** Destinations that are left alone; may change at any time. */
  readonly paused: ReadonlySet<string>;
  /** Told when the store can't be asked; the queue goes on trying. */
  readonly trouble: (error: unknown) => void;
}

/** The queue in motion: messages in, claims out to the workers. */
export interface Queue {
  /**
   * Stores a message and sets it on its way. Resolves when a power cut can't lose it any more; `stored` is called just
   * before anything else happens to it. `events` are for the journal.
   *
   * @throws {StoreError} when it could not be stored
   */
  accept(message: NewMessage, stored?: () => void, events?: readonly MailEvent[]): Promise<void>;
  /** Begins to claim what is due. */
  start(): void;
  /** Something in the store becomes due then: look no later. */
  expect(atMs: number): void;
  /** Takes nothing new in hand, and resolves when what is in hand is settled. */
  stop(): Promise<void>;
  /** Whether a claim in hand is still ours: its lease has not run out, and nobody has taken it over. */
  isHeld(token: string): boolean;
  /**
   * All that was tried under a claim in hand has been put off. A destination with much in hand is given
   * more only after a moment then: to put off very many messages must not take what others need.
   */
  putOff(token: string): void;
  /** After another `leaseMs` has come: what is in hand is renewed by it, from now on as often as it asks for. */
  renewAnew(): void;
  /** Claims in hand now, of one destination or of all. */
  inHand(destination?: string): number;
  /** The keys of destinations that have as much in hand as they may: what else is due there waits for its turn. */
  full(): readonly string[];
  /** Whether as much is in hand as may be, over all destinations: what else is due waits for its turn. */
  isFull(): boolean;
  /** How many clients waited at once of late for a message of theirs to be stored. */
  clients(): number;
}

const TROUBLE_PAUSE_MS = 5_000;
/** Timers of a machine don't hear that the clock was set forward, or that the machine slept: what is due then waits no longer. */
const LONGEST_SLEEP_MS = 60_000;
/** What became due while it was looked for is not looked for in a circle, and ever less often if it can't be had. */
const LEAST_SLEEP_MS = 10;
const LONGEST_SLEEP_IN_VAIN_MS = 1_280;

/**
 * Makes the queue over a store.
 *
 * A message that is accepted while there is room is claimed in the same write and goes straight to delivery with the
 * content that is in memory; everything else comes back from the store when it is due.
 */
export function makeQueue(parts: QueueParts, limits: QueueLimits): Queue {
  const { store, clock, ids, work, paused, afterReplies } = parts;
  const room = makeRoom(limits, clock, wake);
  const leases = makeLeases(parts, limits);
  const putOffs = new Set<string>();
  let running = false;
  let claiming: Promise<void> | undefined;
  let again = false;
  /** For how long to sleep when something is due, but nothing can be claimed. */
  let vainSleepMs = LEAST_SLEEP_MS;
  const alarm = makeAlarm(clock, wake);
  const clients = makeWaitingClients(clock);

  function enter(token: string, destination: string, untilMs: number): void {
    leases.enter(token, untilMs);
    room.take(destination);
  }

  function leave(token: string, destination: string): void {
    room.free(destination, putOffs.delete(token));
    leases.leave(token);
  }

  async function accept(accepted: NewMessage, stored?: () => void, events?: readonly MailEvent[]): Promise<void> {
    const message = inPlace(accepted, clock.now());
    const destination = soleDestination(message);
    const isDue = message.recipients.every((recipient) => recipient.dueAtMs <= clock.now());
    if (destination === undefined || !isDue || !mayTake(destination)) {
      await clients.during(store.accept([message], undefined, events));
      stored?.();
      wake();
      return;
    }
    // It is claimed once in this way, and never again under its own name.
    const token = message.message.id;
    // The room is taken before the write, so that messages which arrive meanwhile see it.
    const untilMs = leases.untilMs();
    enter(token, destination, untilMs);
    try {
      await clients.during(store.accept([message], { token, untilMs }, events));
    } catch (error) {
      leave(token, destination);
      throw error;
    }
    stored?.();
    const { recipients } = message;
    const lastN = recipients.reduce((last, recipient) => Math.max(last, recipient.n), 0);
    const content = 'kind' in message.content ? undefined : contentOf(message.content);
    const claim: Claim = { token, message: message.message, recipients, lastN };
    // The client has waited for the commit: it goes on while we deliver.
    afterReplies(() => void work(claim, content).finally(() => leave(token, destination)));
  }

  function mayTake(destination: string): boolean {
    return running && !paused.has(destination) && room.isLeftFor(destination);
  }

  async function claimDue(): Promise<void> {
    await leases.catchUp();
    const left = room.left();
    if (left === undefined) return;
    const { limit, perDestination, full } = left;
    const except = [...full, ...paused];
    const leaseUntilMs = leases.untilMs();
    const claims = await store.claim({
      ...{ nowMs: clock.now(), limit, perDestination, except, leaseUntilMs },
      token: () => ids.next(),
    });
    if (!running) {
      if (claims.length > 0) await store.release(claims.map(({ token }) => token));
      return;
    }
    for (const claim of claims) {
      const destination = claim.recipients[0]?.destination ?? '';
      enter(claim.token, destination, leaseUntilMs);
      void work(claim, undefined).finally(() => leave(claim.token, destination));
    }
    if (claims.length > 0) {
      again = true;
      vainSleepMs = LEAST_SLEEP_MS;
      return;
    }
    const next = await store.nextDueAtMs(except);
    if (next !== undefined) sleepUntil(next);
  }

  function sleepUntil(dueAtMs: number): void {
    const nowMs = clock.now();
    expect(Math.max(dueAtMs, nowMs + vainSleepMs));
    vainSleepMs = dueAtMs > nowMs ? LEAST_SLEEP_MS : Math.min(2 * vainSleepMs, LONGEST_SLEEP_IN_VAIN_MS);
  }

  function wake(): void {
    if (!running) return;
    again = claiming !== undefined;
    if (again) return;
    alarm.clear();
    claiming = claimDue()
      .catch((error: unknown) => {
        parts.trouble(error);
        expect(clock.now() + TROUBLE_PAUSE_MS);
      })
      .finally(() => {
        claiming = undefined;
        if (again) wake();
      });
  }

  function expect(atMs: number): void {
    if (!running) return;
    const nowMs = clock.now();
    if (atMs <= nowMs) wake();
    // Waking early does no harm.
    else alarm.set(Math.min(atMs, nowMs + LONGEST_SLEEP_MS));
  }

  return {
    accept,
    expect,
    start() {
      if (running) return;
      running = true;
      leases.start();
      wake();
    },
    renewAnew() {
      if (running) leases.start();
    },
    async stop() {
      running = false;
      alarm.clear();
      room.close();
      await claiming;
      await leases.allLeft();
      leases.stop();
    },
    putOff(token) {
      if (leases.has(token)) putOffs.add(token);
    },
    isHeld: (token) => leases.isHeld(token),
    inHand: (destination) => room.inHand(destination),
    full: () => room.full(),
    isFull: () => room.isUsedUp(),
    clients: () => clients.recent(),
  };
}

/** A claim is of one destination: only a message that has just one goes straight to delivery. */
function soleDestination({ recipients }: NewMessage): string | undefined {
  const destination = recipients[0]?.destination;
  return recipients.every((recipient) => recipient.destination === destination) ? destination : undefined;
}
