import type { WebhookConfig } from '../config.ts';
import type { Webhooks } from '../ports.ts';
import { makeSender, readerOf, type Sender, type SenderParts } from './sender.ts';

/** All webhooks of a configuration. */
export interface RunningWebhooks extends Webhooks {
  /** The readers of the journal that they are. */
  readonly readers: readonly string[];
  wake(): void;
  stop(): Promise<void>;
}

/** Makes the senders of all webhooks, and what operators see of them. */
export function makeWebhooks(configs: readonly WebhookConfig[], parts: SenderParts): RunningWebhooks {
  const { journal } = parts;
  const senders = new Map<string, Sender>(configs.map((webhook) => [webhook.name, makeSender(webhook, parts)]));
  const reader = (name: string): string => {
    if (!senders.has(name)) throw new RangeError(`There is no webhook ${name}`);
    return readerOf({ name });
  };
  const numbers = (ids: readonly string[] | undefined): readonly number[] | undefined =>
    ids?.map(Number).filter((id) => Number.isSafeInteger(id));
  return {
    readers: configs.map(readerOf),
    wake() {
      for (const sender of senders.values()) sender.wake();
    },
    async stop() {
      await Promise.all([...senders.values()].map((sender) => sender.stop()));
    },
    states: () =>
      Promise.all(
        [...senders.values()].map(async (sender) => {
          const state = sender.state();
          return { ...state, deadLetters: await journal.countDeadLetters(reader(state.webhook)) };
        }),
      ),
    async deadLetters({ webhook, limit, cursor }) {
      const found = await journal.deadLetters(reader(webhook), Number(cursor ?? 0), limit);
      const letters = found.map(({ id, ...letter }) => ({ id: String(id), ...letter }));
      const last = letters.at(-1);
      return found.length < limit || last === undefined ? { letters } : { letters, next: last.id };
    },
    async replay(webhook, ids) {
      const count = await journal.replay(reader(webhook), numbers(ids));
      senders.get(webhook)?.wake();
      return count;
    },
    discard: async (webhook, ids) => journal.discard(reader(webhook), numbers(ids)),
  };
}
