import type { Config } from './config.ts';
import { makeEventBus } from './events/bus.ts';
import { makeWebhooks } from './webhooks/webhooks.ts';
import { HISTORY_READER, makeKeeper, type Keeper } from './history/keeper.ts';
import type {
  Clock,
  EventBus,
  EventSink,
  History,
  HistoryWriter,
  HttpClient,
  KeepContents,
  QueueStore,
  Webhooks,
} from './ports.ts';

/** What following the events works with. */
export interface OperatingParts {
  readonly store: Pick<QueueStore, 'journal'>;
  readonly clock: Clock;
  readonly history?: History & HistoryWriter;
  readonly http: HttpClient;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly trouble: (error: unknown) => void;
}

/** Everything that follows the events, put together. */
export interface Operating {
  readonly bus: EventBus;
  readonly history?: History;
  readonly webhooks: Webhooks;
  /** Has to be told every event, once it is stored. */
  readonly sink: EventSink;
  /** Takes what there is, then no more. */
  stop(): Promise<void>;
}

/** Puts together what follows the events; from now on the journal is written for those that read it. */
export async function makeOperating(
  { history: config, webhooks: hooks }: Pick<Config, 'history' | 'webhooks'>,
  { store, clock, history, http, random, trouble }: OperatingParts,
): Promise<Operating> {
  const bus = makeEventBus();
  const { journal } = store;
  const webhooks = makeWebhooks(hooks, { journal, http, clock, random, trouble });
  const readers: string[] = [...webhooks.readers];
  let keeper: Keeper | undefined;
  let keep: KeepContents | undefined;
  if (config !== undefined && history !== undefined) {
    const { keepMs, maxMessages, contents, contentMaxOctets } = config;
    keeper = makeKeeper({ journal, history, clock, keepMs, maxMessages, trouble });
    readers.push(HISTORY_READER);
    if (contents !== 'none') keep = { of: contents, maxOctets: contentMaxOctets };
  }
  await journal.follow(readers, keep);
  // What was written before the server stopped.
  keeper?.wake();
  webhooks.wake();
  return {
    bus,
    webhooks,
    ...(keeper === undefined || history === undefined ? {} : { history }),
    sink: {
      emit(event) {
        bus.emit(event);
        keeper?.wake();
        webhooks.wake();
      },
    },
    async stop() {
      await Promise.all([keeper?.stop(), webhooks.stop()]);
    },
  };
}
