import type { WebhookConfig } from '../config.ts';
import type { Following, FollowingChange } from '../events/following.ts';
import type { Webhooks } from '../ports.ts';
import { makeSender, readerOf, type Sender, type SenderParts } from './sender.ts';

/** The webhooks of the configuration in force. */
export interface RunningWebhooks extends Webhooks, Following {}

/** Makes the senders of all webhooks, and what operators see of them. */
export function makeWebhooks(parts: SenderParts): RunningWebhooks {
  const { journal, trouble } = parts;
  let senders: ReadonlyMap<string, Sender> = new Map();
  let configs: readonly WebhookConfig[] = [];
  const reader = (name: string): string => {
    if (!senders.has(name)) throw new RangeError(`There is no webhook ${name}`);
    return readerOf({ name });
  };
  const numbers = (ids: readonly string[] | undefined): readonly number[] | undefined =>
    ids?.map(Number).filter((id) => Number.isSafeInteger(id));
  /** The one that goes on under this table. */
  const senderOf = ({ name, renamedFrom = '' }: WebhookConfig): Sender | undefined =>
    senders.get(name) ?? senders.get(renamedFrom);

  function apply(next: readonly WebhookConfig[]): void {
    const gone = new Set(senders.values());
    const before = new Map(next.map((webhook) => [webhook.name, senderOf(webhook)]));
    senders = new Map(next.map((webhook) => [webhook.name, before.get(webhook.name) ?? makeSender(webhook, parts)]));
    for (const webhook of next) {
      const sender = before.get(webhook.name);
      if (sender === undefined) continue;
      gone.delete(sender);
      sender.update(webhook);
    }
    for (const sender of gone) sender.stop().catch(trouble);
    configs = next;
  }

  return {
    async prepare({ webhooks: next }): Promise<FollowingChange> {
      const renamed = next.filter(({ name, renamedFrom }) => renamedFrom !== undefined && !senders.has(name));
      // Else what it passes meanwhile would be passed under a name that is not known any more.
      await Promise.all(renamed.map(async (webhook) => senderOf(webhook)?.pause()));
      return {
        readers: next.map(readerOf),
        renamed: new Map(
          next.flatMap((webhook) =>
            webhook.renamedFrom === undefined ? [] : [[readerOf(webhook), readerOf({ name: webhook.renamedFrom })]],
          ),
        ),
        apply: () => apply(next),
        cancel() {
          for (const webhook of configs) senders.get(webhook.name)?.update(webhook);
          return Promise.resolve();
        },
      };
    },
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
