import { expect, it } from 'vitest';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import { MemoryJournal } from '../adapters/memory/journal.ts';
import type { WebhookConfig } from '../config.ts';
import type { MailEvent } from '../model.ts';
import { makeSender, readerOf } from './sender.ts';

const webhook: WebhookConfig = {
  ...{ name: 'crm', url: 'https://crm.example/hook', timeoutMs: 10_000, giveUpAfterMs: 86_400_000 },
  secrets: [`whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`],
};

/** A sender, what it posted to which URL, and a receiver that answers by the number of the post. */
async function sending(answer: (count: number) => number | Promise<number>) {
  const clock = new SimulatedClock();
  const journal = new MemoryJournal();
  const reader = readerOf(webhook);
  await journal.follow([reader]);
  const posts: { readonly url: string; readonly atMs: number }[] = [];
  let reads = 0;
  const sender = makeSender(webhook, {
    clock,
    journal: {
      follow: journal.follow.bind(journal),
      read(request) {
        reads += 1;
        return journal.read(request);
      },
      pass: journal.pass.bind(journal),
      deadLetters: journal.deadLetters.bind(journal),
      countDeadLetters: journal.countDeadLetters.bind(journal),
      replay: journal.replay.bind(journal),
      discard: journal.discard.bind(journal),
      note: journal.note.bind(journal),
    },
    http: {
      async post({ url }) {
        posts.push({ url, atMs: clock.now() });
        return { status: await answer(posts.length), body: '' };
      },
    },
    random: () => 0,
    trouble: (error) => {
      throw error;
    },
  });
  const happen = async (messageId: string): Promise<void> => {
    const event: MailEvent = {
      ...{ kind: 'attempted', atMs: clock.now(), messageId, destination: 'mx:ivory.edu' },
      ...{ recipients: ['bob@ivory.edu'], durationMs: 5 },
    };
    await journal.note([event]);
    sender.wake();
    await clock.settle();
  };
  const left = async (): Promise<number> => (await journal.read({ reader, limit: 100 })).length;
  return { clock, sender, posts, happen, left, reads: () => reads };
}

it('has passed in the journal what arrived while it stopped: a start after it does not send that again', async () => {
  let arrive: (status: number) => void = () => undefined;
  const { clock, sender, happen, left } = await sending(() => new Promise((resolve) => (arrive = resolve)));
  await happen('m1');
  const stopping = sender.stop();
  await clock.settle();
  expect(await left()).toBe(1);
  arrive(204);
  await stopping;
  expect(await left()).toBe(0);
});

it('leaves the journal alone while it pauses, and goes on with what came meanwhile', async () => {
  const { clock, sender, posts, happen, reads } = await sending(() => 204);
  await sender.pause();
  await happen('m1');
  await clock.advance(60_000);
  expect([reads(), posts.length]).toEqual([0, 0]);
  sender.update(webhook);
  await clock.settle();
  expect(posts).toHaveLength(1);
});

it.each([
  ['URL', { url: 'https://other.example/hook' }],
  ['secret', { secrets: [`whsec_${Buffer.from('abcdefghijklmnopqrstuvwx').toString('base64')}`] }],
  ['timeout', { timeoutMs: 60_000 }],
])('tries what was not taken at once when another %s is configured', async (_, change) => {
  const { clock, sender, posts, happen } = await sending((count) => (count === 1 ? 503 : 204));
  await happen('m1');
  expect(posts).toHaveLength(1);
  await clock.advance(1_000);
  await sender.pause();
  sender.update({ ...webhook, ...change });
  await clock.settle();
  expect(posts).toHaveLength(2);
});

it('lets what was not taken wait for its time when the table is the same, or asks for other events', async () => {
  const { clock, sender, posts, happen } = await sending((count) => (count === 1 ? 503 : 204));
  await happen('m1');
  const [first] = posts;
  for (const change of [{}, { events: new Set(['attempted'] as const) }]) {
    await sender.pause();
    sender.update({ ...webhook, ...change });
    await clock.advance(1_000);
    expect(posts).toHaveLength(1);
  }
  await clock.advance(10_000);
  expect(posts.map(({ atMs }) => atMs - (first?.atMs ?? 0))).toEqual([0, 5_000]);
});

it('tells when a receiver that is down is asked next: no sooner than it is left alone, whatever is due', async () => {
  const { clock, sender, posts, happen } = await sending(() => 503);
  // Three failures in a row are the receiver's: from then on 5 s pass between attempts, then 10, then 20.
  for (const id of ['m1', 'm2', 'm3']) await happen(id);
  await clock.advance(5_000);
  await clock.settle();
  const next = sender.state().retryAtMs ?? 0;
  expect(next).toBeGreaterThan(clock.now());
  const before = posts.length;
  await clock.advance(next - clock.now() - 1);
  expect(posts).toHaveLength(before);
  await clock.advance(1);
  expect(posts).toHaveLength(before + 1);
});
