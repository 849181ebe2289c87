import { isFound } from '../../history/search.ts';
import { changesOf, type Story } from '../../history/summary.ts';
import type { MailEvent } from '../../model.ts';
import type { HistoryStore, MessageSummary } from '../../ports.ts';

/** Opens a history that lives in memory: for tests, and the model that the durable one is checked against. */
export function openMemoryHistory(): HistoryStore {
  const stories = new Map<string, { readonly row: number; story: Story; readonly events: MailEvent[] }>();
  const contents = new Map<string, Uint8Array>();
  let position = 0;
  let rows = 0;
  const summary = (story: Story): MessageSummary => ({ ...story, hasContent: contents.has(story.id) });
  const drop = (id: string): void => {
    stories.delete(id);
    contents.delete(id);
  };
  return {
    position: () => Promise.resolve(position),
    record(batch) {
      position = batch.position;
      for (const event of batch.events) {
        for (const { messageId, change } of changesOf(event)) {
          const before = stories.get(messageId);
          const now = before ?? { row: ++rows, story: change(undefined), events: [] };
          if (before !== undefined) before.story = change(before.story);
          stories.set(messageId, now);
          if (messageId === event.messageId) now.events.push(event);
        }
      }
      for (const { messageId, octets } of batch.contents) if (!contents.has(messageId)) contents.set(messageId, octets);
      return Promise.resolve(true);
    },
    forget({ unchangedSinceMs, maxMessages }) {
      const before = stories.size;
      for (const [id, { story }] of stories) if (story.changedAtMs < unchangedSinceMs) drop(id);
      for (const id of [...stories.keys()].slice(0, Math.max(0, stories.size - maxMessages))) drop(id);
      return Promise.resolve(before - stories.size);
    },
    search(query) {
      const { limit, cursor = Number.MAX_SAFE_INTEGER } = query;
      const found = [...stories.values()]
        .filter(({ row, story }) => row < Number(cursor) && isFound(story, query))
        .sort((a, b) => b.row - a.row);
      const page = found.slice(0, limit);
      const messages = page.map(({ story }) => summary(story));
      const last = page.at(-1);
      return Promise.resolve(
        found.length >= limit && last !== undefined ? { messages, next: String(last.row) } : { messages },
      );
    },
    one(messageId) {
      const known = stories.get(messageId);
      return Promise.resolve(known && { ...summary(known.story), events: [...known.events] });
    },
    content: (messageId) => Promise.resolve(contents.get(messageId)),
    close: () => Promise.resolve(),
  };
}
