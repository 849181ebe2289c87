import { makeAlarm } from '../alarm.ts';
import type { WebhookConfig } from '../config.ts';
import type { MailEvent } from '../model.ts';
import type { Clock, HttpClient, Journal, WebhookState } from '../ports.ts';
import { backoffMs } from './backoff.ts';
import { isHopeless } from './hopeless.ts';
import { Lanes, type Item } from './lanes.ts';
import { post, type Complaint } from './post.ts';
import { Receiver } from './receiver.ts';

/** What sending to a webhook works with. */
export interface SenderParts {
  readonly journal: Journal;
  readonly http: HttpClient;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly trouble: (error: unknown) => void;
}

/** Sends events to one webhook. */
export interface Sender {
  /** There is something new in the journal. */
  wake(): void;
  state(): Omit<WebhookState, 'deadLetters'>;
  /** Leaves the journal alone until {@link Sender.update}; what is under way may come to its end. */
  pause(): Promise<void>;
  /** Goes on by another table: what is under way and what waits stays where it is. */
  update(webhook: WebhookConfig): void;
  /** Begins no more; waits for what is under way. */
  stop(): Promise<void>;
}

/** Events in memory: so many may overtake one that is not taken. */
const WINDOW = 1000;
const BATCH = 16;
const AT_ONCE = 8;
const AGAIN_MS = 5_000;

/** The reader of the journal that a webhook is. */
export function readerOf({ name }: Pick<WebhookConfig, 'name'>): string {
  return `webhook:${name}`;
}

/**
 * Makes the sender of one webhook: every event at least once, those of one message in order. What has arrived is passed in
 * the journal, so that after a crash only what was under way is sent again.
 */
export function makeSender(config: WebhookConfig, parts: SenderParts): Sender {
  const { journal, clock, random, trouble } = parts;
  let webhook = config;
  let reader = readerOf(webhook);
  const lanes = new Lanes();
  const receiver = new Receiver(clock, random);
  let after = 0;
  const alarm = makeAlarm(clock, wake);
  let working: Promise<void> | undefined;
  let again = false;
  let paused = false;
  let stopped = false;
  const underWay = new Set<Promise<void>>();

  const isWanted = ({ kind }: MailEvent): boolean => webhook.events?.has(kind) ?? true;

  async function fill(): Promise<void> {
    while (lanes.size < WINDOW) {
      const entries = await journal.read({ reader, after, limit: BATCH });
      for (const entry of entries) {
        lanes.add(entry, isWanted);
        after = entry.position;
      }
      if (entries.length < BATCH) return;
    }
  }

  async function pass(): Promise<void> {
    const passed = lanes.passed();
    if (passed === undefined) return;
    await journal.pass(reader, passed.position, passed.dead);
    lanes.forget(passed.position);
  }

  async function work(): Promise<void> {
    do {
      again = false;
      await pass();
      await fill();
      // Of what is too old for a receiver that is down not each needs an attempt of its own.
      const nowMs = clock.now();
      const tooOldMs = nowMs - webhook.giveUpAfterMs;
      if (receiver.isDown && lanes.endOld(tooOldMs, nowMs, receiver.lastFailure ?? '')) again = true;
    } while (!start() && again);
  }

  /** Begins what may begin now; true if something is under way after it. */
  function start(): boolean {
    const nowMs = clock.now();
    const most = receiver.isDown ? 1 : AT_ONCE;
    while (!stopped && lanes.busy < most && !receiver.mustRest(nowMs)) {
      const item = lanes.take(nowMs);
      if (item === undefined) break;
      if (!isWanted(item.event)) {
        lanes.end(item);
        again = true;
        continue;
      }
      const sending = send(item).finally(() => {
        underWay.delete(sending);
        wake();
      });
      underWay.add(sending);
    }
    if (lanes.busy < most) wakeAt(Math.max(receiver.notBeforeMs, lanes.nextMs()));
    return lanes.busy > 0;
  }

  async function send(item: Item): Promise<void> {
    const complaint = await post(item, webhook, parts);
    if (complaint === undefined) {
      receiver.took();
      lanes.end(item);
    } else failed(item, complaint);
  }

  function failed(item: Item, { reason, status }: Complaint): void {
    const atMs = clock.now();
    receiver.failed(reason, status);
    item.attempts += 1;
    item.firstFailedMs ??= atMs;
    const { event, firstFailedMs } = item;
    const isTooOld = atMs - event.atMs >= webhook.giveUpAfterMs;
    const takesOthers = receiver.hasTakenSince(firstFailedMs);
    if (isTooOld || isHopeless(item.attempts, { status, takesOthers, isInTheWay: lanes.size >= WINDOW })) {
      lanes.end(item, { event, atMs, reason });
    } else {
      item.retryAtMs = atMs + backoffMs(item.attempts, random());
      lanes.putBack(item);
    }
  }

  function wake(): void {
    if (stopped) return;
    again = true;
    if (paused) return;
    working ??= work()
      .catch((error: unknown) => {
        trouble(error);
        wakeAt(clock.now() + AGAIN_MS);
      })
      .finally(() => {
        working = undefined;
        // Something came after it was looked.
        if (again && !paused) wake();
      });
  }

  function wakeAt(atMs: number): void {
    if (!stopped && atMs !== Infinity) alarm.set(atMs);
  }

  return {
    wake,
    state: () => ({
      webhook: webhook.name,
      url: webhook.url,
      state: receiver.lastFailure !== undefined ? 'failing' : lanes.size > 0 ? 'sending' : 'idle',
      ...receiver.state(),
      ...(alarm.atMs === undefined || receiver.lastFailure === undefined ? {} : { retryAtMs: alarm.atMs }),
    }),
    async pause() {
      paused = true;
      await working;
    },
    update(next) {
      paused = false;
      if (!isSame(webhook, next)) {
        // What the receiver did not take it may take now.
        receiver.startAfresh();
        lanes.hurry();
      }
      webhook = next;
      reader = readerOf(next);
      wake();
    },
    async stop() {
      stopped = true;
      alarm.clear();
      await working;
      await Promise.all(underWay);
      await pass().catch(trouble);
    },
  };
}

/** Whether an attempt would be the same by both. */
function isSame(one: WebhookConfig, other: WebhookConfig): boolean {
  return one.url === other.url && one.timeoutMs === other.timeoutMs && one.secrets.join() === other.secrets.join();
}
