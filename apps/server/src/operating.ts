import { makeEventBus } from './events/bus.ts';
import type { Following, FollowingChange, FollowingConfig } from './events/following.ts';
import { makeHistoryKeeping } from './history/keeping.ts';
import type {
  Clock,
  EventBus,
  EventSink,
  History,
  HistoryStore,
  HttpClient,
  KeepContents,
  QueueStore,
  SuppressionList,
  SuppressionStore,
  Webhooks,
} from './ports.ts';
import { eventAt } from './events/event-at.ts';
import type { ReceivingParts } from './receiving/parts.ts';
import { makeSuppressionKeeping } from './suppression/keeping.ts';
import type { Suppressing } from './suppression/list.ts';
import { refusalOf } from './suppression/refusal.ts';
import { makeWebhooks } from './webhooks/webhooks.ts';

/** What following the events works with. */
export interface OperatingParts {
  readonly store: Pick<QueueStore, 'journal'>;
  readonly clock: Clock;
  readonly openHistory?: () => Promise<HistoryStore>;
  readonly openSuppression?: () => Promise<SuppressionStore>;
  readonly http: HttpClient;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Takes events that are made here. */
  readonly events: EventSink;
  readonly trouble: (error: unknown) => void;
}

/** Everything that follows the events, put together. */
export interface Operating {
  readonly bus: EventBus;
  /** Undefined: none is kept. */
  readonly history: History | undefined;
  readonly webhooks: Webhooks;
  /** Undefined: no list is kept. */
  readonly suppression: SuppressionList | undefined;
  /** Refuses a recipient that is on the suppression list. */
  readonly refuse: NonNullable<ReceivingParts['suppressed']>;
  /** Has to be told every event, once it is stored. */
  readonly sink: EventSink;
  /** Goes on by another configuration. Rejects where it can't, and then goes on as before. */
  reload(config: FollowingConfig): Promise<void>;
  /** Other nodes may have written or changed something: looks at it. */
  refresh(): void;
  /** Takes what there is, then no more. */
  stop(): Promise<void>;
}

/** Puts together what follows the events; from now on the journal is written for those that read it. */
export async function makeOperating(config: FollowingConfig, parts: OperatingParts): Promise<Operating> {
  const bus = makeEventBus();
  const { journal } = parts.store;
  const webhooks = makeWebhooks({ ...parts, journal });
  const history = makeHistoryKeeping({ ...parts, journal, open: parts.openHistory });
  const suppression = makeSuppressionKeeping({ ...parts, journal, open: parts.openSuppression });
  const followings: readonly Following[] = [webhooks, history, suppression];
  const wake = (): void => {
    for (const following of followings) following.wake();
  };
  const reload = async (next: FollowingConfig): Promise<void> => {
    await change(followings, next, journal);
    // For who is new: what was written before the server stopped.
    wake();
  };
  await reload(config);
  return {
    bus,
    webhooks,
    get history() {
      return history.held;
    },
    get suppression() {
      return suppression.held;
    },
    refuse: (refused) => suppression.held && refuse(suppression.held, parts, refused),
    sink: {
      emit(event) {
        bus.emit(event);
        wake();
      },
    },
    reload,
    refresh() {
      wake();
      suppression.held?.refresh().catch(parts.trouble);
    },
    async stop() {
      await Promise.all(followings.map((following) => following.stop()));
    },
  };
}

/** Brings a configuration into force for all of them, or for none. */
async function change(
  followings: readonly Following[],
  config: FollowingConfig,
  journal: QueueStore['journal'],
): Promise<void> {
  const changes: FollowingChange[] = [];
  try {
    for (const following of followings) changes.push(await following.prepare(config));
    await journal.follow(
      changes.flatMap(({ readers }) => readers),
      changes.reduce<KeepContents | undefined>((found, { keep }) => found ?? keep, undefined),
      new Map(changes.flatMap(({ renamed }) => [...(renamed ?? [])])),
    );
  } catch (error) {
    await Promise.all(changes.map((each) => each.cancel()));
    throw error;
  }
  for (const each of changes) each.apply();
}

function refuse(
  list: Suppressing,
  { store, events, clock, trouble }: OperatingParts,
  refused: Parameters<Operating['refuse']>[0],
): ReturnType<Operating['refuse']> {
  const found = list.find(refused.recipient);
  if (found === undefined) return undefined;
  const { reason, status, untilMs } = found;
  const words = {
    reason,
    ...(status === undefined ? {} : { status }),
    ...(untilMs === undefined ? {} : { untilMs }),
  };
  const event = eventAt({ kind: 'suppressed', ...refused, ...words }, '', clock.now());
  // The refusal changes nothing that is stored: its event may follow.
  store.journal.note([event]).then(() => events.emit(event), trouble);
  return refusalOf(found);
}
