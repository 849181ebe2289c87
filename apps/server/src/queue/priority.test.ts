import { describe, expect, it } from 'vitest';
import { claim } from '../../test/contracts/queue-samples.ts';
import { recipientOf } from '../../test/simulation/delivery.ts';
import { openMemoryQueueStore } from '../adapters/memory/queue-store.ts';
import type { Message } from '../model.ts';
import type { NewMessage } from '../ports.ts';
import { waitingOf } from './deliver-by.ts';
import { ahead, inPlace, leadMs, priorityOf } from './priority.ts';
import { noticesDue, scheduleRetry } from './schedule.ts';

const minute = 60_000;
const hour = 60 * minute;

function messageOf(id: string, mailParameters: string, arrivedAtMs: number): Message {
  return { ...{ id, reversePath: 'alice@pure-heart.org', mailParameters, arrivedAtMs }, origin: 'smtp', sizeOctets: 4 };
}

/** A message as it comes in, in its place. */
function arrived(id: string, mailParameters: string, atMs: number, dueAtMs = atMs): NewMessage {
  const recipients = [recipientOf('bob@ivory.edu', { destination: `smtp://${id}:25`, dueAtMs, retryAtMs: dueAtMs })];
  const message = messageOf(id, mailParameters, atMs);
  return inPlace({ message, recipients, content: [Uint8Array.of(72, 105, 13, 10)] }, atMs);
}

describe('RFC 6710 §4.1: the priority of a message', () => {
  it.each([
    ['', 0],
    ['RET=HDRS', 0],
    ['MT-PRIORITY=9', 9],
    ['ENVID=x mt-priority=3 RET=HDRS', 3],
    ['MT-PRIORITY=-4', -4],
    ['ENVID=MT-PRIORITY=9', 0],
    ['X-MT-PRIORITY=9', 0],
  ])('%j: %i', (mailParameters, priority) => {
    expect(priorityOf({ mailParameters })).toBe(priority);
    expect(leadMs({ mailParameters })).toBe(Math.max(0, priority) * minute);
  });
});

describe('RFC 6710 §5.1: what waits in the queue', () => {
  it('is claimed by priority, then by age; below 0 counts as 0 (RFC 6710 §5)', async () => {
    const store = openMemoryQueueStore();
    const atMs = 10 * hour;
    await store.accept([
      arrived('low', 'MT-PRIORITY=-9', atMs),
      arrived('none', '', atMs),
      arrived('three', 'MT-PRIORITY=3', atMs),
      arrived('nine', 'RET=HDRS MT-PRIORITY=9', atMs),
      arrived('one', 'MT-PRIORITY=1', atMs),
    ]);
    const claims = await claim(store, { nowMs: atMs });
    expect(claims.map(({ message }) => message.id)).toEqual(['nine', 'three', 'one', 'low', 'none']);
  });

  it('goes ahead of what came a minute for each step earlier, not of what waits for longer', async () => {
    const store = openMemoryQueueStore();
    const atMs = 10 * hour;
    await store.accept([
      arrived('old', '', atMs - 4 * minute),
      arrived('urgent', 'MT-PRIORITY=3', atMs),
      arrived('young', '', atMs - 2 * minute),
    ]);
    const claims = await claim(store, { nowMs: atMs });
    expect(claims.map(({ message }) => message.id)).toEqual(['old', 'urgent', 'young']);
  });

  it('RFC 4865 §4.2: what is held for later is not let go earlier', () => {
    const held = arrived('held', 'HOLDFOR=3600 MT-PRIORITY=9', 0, hour);
    expect(held.recipients[0]?.dueAtMs).toBe(hour);
    const ordinary = [recipientOf('bob@ivory.edu')];
    expect(ahead({ mailParameters: 'MT-PRIORITY=-3' }, ordinary, 0)).toBe(ordinary);
  });
});

describe('RFC 6710 §5.1: retries', () => {
  const plan = { delaysMs: [10 * minute, hour], expireAfterMs: 24 * hour, delayedAfterMs: 4 * hour };
  const retry = (mailParameters: string, attempts: number, some = plan) => {
    const waiting = waitingOf(messageOf('m', mailParameters, 0), { attempts, delayReported: true });
    return scheduleRetry(some, waiting, 0, 0).retryAtMs / minute;
  };

  it.each([
    ['', 1, 10],
    ['MT-PRIORITY=-9', 1, 10],
    ['MT-PRIORITY=3', 1, 7],
    ['MT-PRIORITY=9', 1, 5],
    ['MT-PRIORITY=9', 2, 51],
  ])('%j, attempt %i: again after %i minutes, never before half of the time', (parameters, attempts, minutes) => {
    expect(retry(parameters, attempts)).toBe(minutes);
  });

  it('where there is one attempt only there is no other', () => {
    expect(retry('MT-PRIORITY=9', 1, { ...plan, delaysMs: [] })).toBe(24 * 60);
  });

  it('RFC 2852 §4.1.4: a time that was over before the message came is not told of for its being urgent', () => {
    const message = messageOf('m', 'BY=-60;N MT-PRIORITY=9', hour);
    const waiting = waitingOf(message, { attempts: 1, delayReported: false, dueAtMs: hour - 9 * minute });
    expect(noticesDue(plan, waiting, hour)).toEqual({ usual: false, deliverBy: false });
  });
});
