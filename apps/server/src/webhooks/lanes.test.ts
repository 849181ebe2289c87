import { expect, it } from 'vitest';
import type { MailEvent } from '../model.ts';
import { Lanes } from './lanes.ts';

const event = (messageId: string, atMs: number, kind: 'released' | 'dropped' = 'released'): MailEvent => ({
  ...{ kind, messageId, atMs, recipients: ['bob@ivory.edu'] },
});
const isWanted = ({ kind }: MailEvent): boolean => kind === 'released';

it('ends what became old, and nothing that happened later and stands before it', () => {
  const lanes = new Lanes();
  lanes.add({ position: 1, events: [event('m1', 200)] }, isWanted);
  // Sent again by an operator: a dead letter of before.
  lanes.add({ position: 2, events: [event('m1', 100)] }, isWanted);
  expect(lanes.endOld(150, 300, 'answered 503')).toBe(true);
  expect(lanes.size).toBe(1);
  expect(lanes.passed()).toBeUndefined();
  const item = lanes.take(300);
  expect(item?.event.atMs).toBe(200);
  if (item !== undefined) lanes.end(item);
  expect(lanes.take(300)).toBeUndefined();
  expect(lanes.passed()).toEqual({
    position: 2,
    dead: [{ event: event('m1', 100), atMs: 300, reason: 'answered 503' }],
  });
});

it('keeps what may be passed, dead letters with it, until it was', () => {
  const lanes = new Lanes();
  for (const position of [1, 2, 3]) lanes.add({ position, events: [event(`m${position}`, position)] }, isWanted);
  lanes.endOld(2, 300, 'answered 503');
  const passed = lanes.passed();
  expect(passed).toMatchObject({ position: 2, dead: [{ event: { messageId: 'm1' } }, { event: { messageId: 'm2' } }] });
  expect(lanes.passed()).toEqual(passed);
  lanes.forget(2);
  expect(lanes.passed()).toBeUndefined();
  lanes.endOld(3, 300, 'answered 503');
  expect(lanes.passed()).toMatchObject({ position: 3, dead: [{ event: { messageId: 'm3' } }] });
});

it('passes what nobody wants up to what somebody does', () => {
  const lanes = new Lanes();
  const add = (position: number, kind: 'released' | 'dropped'): void =>
    lanes.add({ position, events: [event(`m${position}`, 0, kind)] }, isWanted);
  for (const position of [1, 2, 3]) add(position, 'dropped');
  expect(lanes.passed()).toEqual({ position: 3, dead: [] });
  add(4, 'released');
  for (const position of [5, 6]) add(position, 'dropped');
  expect(lanes.passed()).toEqual({ position: 3, dead: [] });
  lanes.forget(3);
  const item = lanes.take(0);
  if (item !== undefined) lanes.end(item);
  expect(lanes.passed()).toEqual({ position: 6, dead: [] });
});
