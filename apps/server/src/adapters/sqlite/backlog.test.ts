import { expect, it } from 'vitest';
import { Backlog } from './backlog.ts';
import type { Operation } from './messages.ts';

const accept = { kind: 'accept', messages: [] } as const;
const claim = { kind: 'claim', nowMs: 0, limit: 1, perDestination: 1, except: [], leaseUntilMs: 1 } as const;
const settle = (hold: number): Operation => ({
  ...{ kind: 'settle', hold, messageId: 'm', done: [], pending: [], children: [], messages: [], ends: [] },
});
const settles = (count: number) => Array.from({ length: count }, (_, index) => settle(index));
const sizes = ({ accepts, writes, reads }: ReturnType<Backlog['next']>) => [
  accepts.length,
  writes.length,
  reads.length,
];

it('does everything together when it is little', () => {
  const backlog = new Backlog();
  backlog.add([settle(1), accept, claim, { kind: 'renew', holds: [], untilMs: 1 }]);
  backlog.add([accept]);
  expect(sizes(backlog.next())).toEqual([2, 2, 1]);
  expect(backlog.isEmpty).toBe(true);
});

it('lets acceptances pass a long line of settlements, which keep their order', () => {
  const backlog = new Backlog();
  const line = settles(200);
  backlog.add(line);
  const done = [...backlog.next().writes];
  expect(done.length).toBeLessThan(100);
  backlog.add([accept]);
  expect(backlog.isEmpty).toBe(false);
  const second = backlog.next();
  expect(second.accepts).toEqual([accept]);
  done.push(...second.writes);
  while (!backlog.isEmpty) done.push(...backlog.next().writes);
  expect(done).toEqual(line);
});

it('lets settlements keep up with many acceptances', () => {
  const backlog = new Backlog();
  backlog.add([...settles(500), ...Array.from({ length: 200 }, () => accept)]);
  expect(sizes(backlog.next())).toEqual([200, 400, 0]);
});

it('takes fewer settlements at a time while many messages come in, and more again after that', () => {
  const backlog = new Backlog();
  backlog.add([...settles(2_000), accept]);
  const [, idle = 0] = sizes(backlog.next());
  backlog.add(Array.from({ length: 6 }, () => accept));
  const [accepts, busy = 0] = sizes(backlog.next());
  expect(accepts).toBe(6);
  expect(busy).toBeLessThan(idle / 2);
  expect(busy).toBeGreaterThanOrEqual(10);
  expect(sizes(backlog.next())[1]).toBe(busy);
  for (let round = 0; round < 10; round++) backlog.next();
  expect(sizes(backlog.next())[1]).toBe(idle);
});

it('reads little at a time', () => {
  const backlog = new Backlog();
  backlog.add(Array.from({ length: 10 }, () => claim));
  expect(sizes(backlog.next())[2]).toBeLessThan(5);
});
