import { expect, it } from 'vitest';
import type { MailEvent } from '../../model.ts';
import { RecentEntries, type ToldEvents } from './recent.ts';

const told = (messageId: string, octets = 10): ToldEvents => ({ events: [event(messageId)], octets });
const event = (messageId: string): MailEvent => ({ kind: 'held', recipients: [], messageId, atMs: 1 });
const ids = (recent: RecentEntries, after: number, limit = 100): readonly string[] | undefined =>
  recent.read(after, limit)?.flatMap(({ events }) => events.map(({ messageId }) => messageId));

function following(): RecentEntries {
  const recent = new RecentEntries();
  recent.add([], { rows: [], end: 100 });
  return recent;
}

it('knows nothing of what was there before', () => {
  expect(new RecentEntries().read(7, 10)).toBeUndefined();
  const recent = following();
  expect(recent.read(99, 10)).toBeUndefined();
  expect(recent.read(100, 10)).toEqual([]);
});

it('gives the events of writes by the entries in which they lie', () => {
  const recent = following();
  const rows = [
    [101, 2],
    [102, 1],
  ] as const;
  recent.add([told('a'), told('b'), told('c')], { rows, end: 102 });
  expect(recent.read(100, 10)).toEqual([
    { position: 101, events: [event('a'), event('b')] },
    { position: 102, events: [event('c')] },
  ]);
  expect(ids(recent, 101)).toEqual(['c']);
  expect(ids(recent, 100, 1)).toEqual(['a', 'b']);
});

it('begins anew where an entry is missing, so that it is read from the database', () => {
  const recent = following();
  recent.add([told('a')], { rows: [[101, 1]], end: 101 });
  recent.add([told('b')], { rows: [[103, 1]], end: 103 });
  expect(ids(recent, 101)).toBeUndefined();
  expect(ids(recent, 103)).toEqual([]);
  recent.add([], { rows: [], end: 104 });
  expect(ids(recent, 103)).toBeUndefined();
  recent.add([told('c')], { rows: [[105, 1]], end: 105 });
  expect(ids(recent, 104)).toEqual(['c']);
});

it('keeps what somebody has not passed, but no more than it may', () => {
  const recent = following();
  for (let position = 101; position <= 120; position++)
    recent.add([told(String(position), 1_000_000)], { rows: [[position, 1]], end: position });
  expect(ids(recent, 100)).toBeUndefined();
  expect(ids(recent, 119)).toEqual(['120']);
  recent.drop(119);
  expect(ids(recent, 118)).toBeUndefined();
  expect(ids(recent, 119)).toEqual(['120']);
  recent.drop(120);
  expect(ids(recent, 120)).toEqual([]);
});
