import type { Config } from './config.ts';
import { makeEventBus } from './events/bus.ts';
import type { Follower } from './events/follower.ts';
import { HISTORY_READER, makeKeeper } from './history/keeper.ts';
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
import { eventAt } from './queue/outcome.ts';
import type { ReceivingParts } from './receiving/parts.ts';
import { followFailures, SUPPRESSION_READER } from './suppression/follow.ts';
import { makeSuppressing, type Suppressing } from './suppression/list.ts';
import { refusalOf } from './suppression/refusal.ts';
import { makeWebhooks } from './webhooks/webhooks.ts';

/** What following the events works with. */
export interface OperatingParts {
  readonly store: Pick<QueueStore, 'journal'>;
  readonly clock: Clock;
  readonly history?: HistoryStore;
  readonly suppression?: SuppressionStore;
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
  readonly history?: History;
  readonly webhooks: Webhooks;
  readonly suppression?: SuppressionList;
  /** Refuses a recipient that is on the suppression list; absent as that is. */
  readonly refuse?: NonNullable<ReceivingParts['suppressed']>;
  /** Has to be told every event, once it is stored. */
  readonly sink: EventSink;
  /** Other nodes may have written or changed something: looks at it. */
  refresh(): void;
  /** Takes what there is, then no more. */
  stop(): Promise<void>;
}

/** Who follows the journal, and under which names. */
interface Following extends Follower {
  readonly readers: readonly string[];
}

/** Puts together what follows the events; from now on the journal is written for those that read it. */
export async function makeOperating(
  config: Pick<Config, 'history' | 'webhooks' | 'suppression'>,
  parts: OperatingParts,
): Promise<Operating> {
  const bus = makeEventBus();
  const { journal } = parts.store;
  const webhooks = makeWebhooks(config.webhooks, { ...parts, journal });
  const followers: Following[] = [webhooks];
  const history = historyOf(config, parts);
  if (history !== undefined) followers.push(history.follower);
  const suppressing = await suppressingOf(config, parts);
  if (suppressing !== undefined) {
    const follower = followFailures({ ...parts, journal, list: suppressing });
    followers.push({ ...follower, readers: [SUPPRESSION_READER] });
  }
  await journal.follow(
    followers.flatMap(({ readers }) => readers),
    history?.keep,
  );
  // What was written before the server stopped.
  for (const follower of followers) follower.wake();
  return {
    bus,
    webhooks,
    ...(history === undefined ? {} : { history: history.history }),
    ...(suppressing === undefined
      ? {}
      : { suppression: suppressing, refuse: (refused) => refuse(suppressing, parts, refused) }),
    sink: {
      emit(event) {
        bus.emit(event);
        for (const follower of followers) follower.wake();
      },
    },
    refresh() {
      for (const follower of followers) follower.wake();
      suppressing?.refresh().catch(parts.trouble);
    },
    async stop() {
      await Promise.all(followers.map((follower) => follower.stop()));
    },
  };
}

function historyOf(
  { history: config }: Pick<Config, 'history'>,
  { store: { journal }, history, clock, trouble }: OperatingParts,
): { readonly history: History; readonly follower: Following; readonly keep?: KeepContents } | undefined {
  if (config === undefined || history === undefined) return undefined;
  const { keepMs, maxMessages, contents, contentMaxOctets } = config;
  const keeper = makeKeeper({ journal, history, clock, keepMs, maxMessages, trouble });
  const follower = { ...keeper, readers: [HISTORY_READER] };
  return {
    ...{ history, follower },
    ...(contents === 'none' ? {} : { keep: { of: contents, maxOctets: contentMaxOctets } }),
  };
}

async function suppressingOf(
  { suppression: config }: Pick<Config, 'suppression'>,
  { suppression: store, store: { journal }, events, clock }: OperatingParts,
): Promise<Suppressing | undefined> {
  if (config === undefined || store === undefined) return undefined;
  return makeSuppressing({ config, store, journal, events, clock });
}

function refuse(
  list: Suppressing,
  { store, events, clock, trouble }: OperatingParts,
  refused: Parameters<NonNullable<Operating['refuse']>>[0],
): ReturnType<NonNullable<Operating['refuse']>> {
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
