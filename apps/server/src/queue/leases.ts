import type { Clock, QueueStore } from '../ports.ts';

/** What leases work with. */
export interface LeaseParts {
  readonly store: Pick<QueueStore, 'renew'>;
  readonly clock: Clock;
  /** Told when the store can't be asked. */
  readonly trouble: (error: unknown) => void;
}

/** The claims in hand: until when each of them is surely ours. They are renewed long before that. */
export interface Leases {
  /** Until when a claim holds that is taken now. */
  untilMs(): number;
  enter(token: string, untilMs: number): void;
  leave(token: string): void;
  has(token: string): boolean;
  /** Whether a claim is still ours: its lease has not run out, and nobody has taken it over. */
  isHeld(token: string): boolean;
  /** Renews from now on, a few times in each lease. Called again: by another `leaseMs`, from now on. */
  start(): void;
  /** Renews at once where that should have been done long ago: the clock was set forward, or the machine slept. */
  catchUp(): Promise<void>;
  /** Resolves when none is in hand. */
  allLeft(): Promise<void>;
  /** Renews no more. */
  stop(): void;
}

/** Makes the leases of a queue, each of `leaseMs`, which may be another with time. */
export function makeLeases({ store, clock, trouble }: LeaseParts, limits: { readonly leaseMs: number }): Leases {
  const held = new Map<string, number>();
  let renewal: { cancel(): void } | undefined;
  let renewedAtMs = clock.now();
  let idle: (() => void)[] = [];

  async function renew(): Promise<void> {
    renewedAtMs = clock.now();
    if (held.size === 0) return;
    const asked = [...held.keys()];
    const untilMs = renewedAtMs + limits.leaseMs;
    const lost = new Set(await store.renew(asked, untilMs));
    for (const token of asked) if (held.has(token)) held.set(token, lost.has(token) ? 0 : untilMs);
  }

  function renewLater(): void {
    renewal = clock.after(limits.leaseMs / 3, () => {
      renew().catch(trouble);
      renewLater();
    });
  }

  return {
    untilMs: () => clock.now() + limits.leaseMs,
    enter: (token, untilMs) => void held.set(token, untilMs),
    leave(token) {
      held.delete(token);
      if (held.size === 0) for (const resolve of idle.splice(0)) resolve();
    },
    has: (token) => held.has(token),
    isHeld: (token) => (held.get(token) ?? 0) > clock.now(),
    start() {
      renewal?.cancel();
      renew().catch(trouble);
      renewLater();
    },
    async catchUp() {
      if (clock.now() - renewedAtMs > limits.leaseMs / 2) await renew();
    },
    async allLeft() {
      if (held.size > 0) await new Promise<void>((resolve) => void (idle = [...idle, resolve]));
    },
    stop: () => renewal?.cancel(),
  };
}
