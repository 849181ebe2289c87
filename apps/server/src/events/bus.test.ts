import { expect, it } from 'vitest';
import type { MailEvent } from '../model.ts';
import { makeEventBus } from './bus.ts';

const event = (messageId: string, kind: 'held' | 'dropped' = 'held'): MailEvent => ({
  ...{ kind, recipients: [], messageId, atMs: 1 },
});

it('gives every follower the events from its subscription on, in order', async () => {
  const bus = makeEventBus();
  bus.emit(event('before'));
  const first = bus.subscribe();
  const second = bus.subscribe({ messageId: 'b' });
  const asked = first.next();
  bus.emit(event('a'));
  bus.emit(event('b'));
  expect((await asked).value).toEqual({ event: event('a'), missed: 0 });
  expect((await first.next()).value).toEqual({ event: event('b'), missed: 0 });
  expect((await second.next()).value).toEqual({ event: event('b'), missed: 0 });
});

it('drops the oldest events of a reader that falls behind, and says how many', async () => {
  const bus = makeEventBus();
  const slow = bus.subscribe({ maxWaiting: 2 });
  for (let n = 0; n < 7; n++) bus.emit(event(`m${n}`));
  expect((await slow.next()).value).toEqual({ event: event('m5'), missed: 5 });
  expect((await slow.next()).value).toEqual({ event: event('m6'), missed: 0 });
});

it('ends for a reader that leaves, also while it waits', async () => {
  const bus = makeEventBus();
  const reader = bus.subscribe({ kinds: new Set(['dropped'] as const) });
  const waiting = reader.next();
  bus.emit(event('x'));
  await reader.return?.();
  expect(await waiting).toEqual({ done: true, value: undefined });
  bus.emit(event('y', 'dropped'));
  expect(await reader.next()).toEqual({ done: true, value: undefined });
});
