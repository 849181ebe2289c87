import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { Gathering, threadLoop, type Loop } from './gathering.ts';
import type { Operation } from './messages.ts';

type Kind = Operation['kind'];

/** An event loop in the hands of a test: time and events move only when they are told to. */
function world() {
  let nowMs = 1000;
  let events = 0;
  let turn: (() => void) | undefined;
  const timers: { readonly atMs: number; readonly run: () => void }[] = [];
  const loop: Loop<object> = {
    nowMs: () => nowMs,
    events: () => events,
    nextTurn: (run) => {
      expect(turn, 'one turn at a time').toBeUndefined();
      turn = run;
    },
    after: (delayMs, run) => {
      const timer = { atMs: nowMs + delayMs, run };
      timers.push(timer);
      return timer;
    },
    cancel: (timer) => {
      const at = timers.findIndex((one) => one === timer);
      if (at !== -1) timers.splice(at, 1);
    },
  };
  const waiting: Kind[] = [];
  const gone: Kind[][] = [];
  const gathering = new Gathering(loop, () => gone.push(waiting.splice(0)));
  return {
    gone,
    waiting,
    /** How many turns and timers would still call us. */
    pending: () => timers.length + (turn === undefined ? 0 : 1),
    ask: (...kinds: Kind[]): void => {
      for (const kind of kinds) {
        waiting.push(kind);
        gathering.add(kind);
      }
    },
    /** The loop comes round; the sockets said something `said` times since the last turn. */
    turn: (said: number): void => {
      events += said;
      const run = turn;
      turn = undefined;
      run?.();
    },
    /** Time goes on, and timers run that are due. */
    pass: (ms: number): void => {
      nowMs += ms;
      for (const timer of timers.filter(({ atMs }) => atMs <= nowMs)) {
        loop.cancel(timer);
        timer.run();
      }
    },
  };
}

const many = (count: number, kind: Kind): Kind[] => Array.from({ length: count }, () => kind);

it('lets all go that was asked for in one turn, as soon as the sockets say nothing more', () => {
  const { ask, turn, gone, pending } = world();
  ask('accept', 'claim', 'accept');
  expect(gone).toEqual([]);
  turn(0);
  expect(gone).toEqual([['accept', 'claim', 'accept']]);
  expect(pending()).toBe(0);
});

it('begins a new group with what comes after the last one went', () => {
  const { ask, turn, gone } = world();
  ask('accept');
  turn(0);
  turn(5);
  expect(gone).toEqual([['accept']]);
  ask('claim');
  turn(0);
  expect(gone).toEqual([['accept'], ['claim']]);
});

it('gathers for as long as each turn brings something, and no turn longer', () => {
  const { ask, turn, gone, pending } = world();
  ask('accept');
  turn(3);
  ask('accept');
  turn(1);
  ask('accept');
  turn(1);
  expect(gone).toEqual([]);
  turn(0);
  expect(gone).toEqual([['accept', 'accept', 'accept']]);
  expect(pending()).toBe(0);
});

it('takes no notice of events from before the first operation', () => {
  const { ask, turn, gone } = world();
  turn(40);
  ask('accept');
  turn(0);
  expect(gone).toEqual([['accept']]);
});

it('lets a crowd of 32 go, whatever the sockets say', () => {
  const { ask, turn, gone, waiting } = world();
  ask(...many(31, 'accept'));
  turn(1);
  expect(gone).toEqual([]);
  ask('accept');
  turn(1);
  expect(gone).toEqual([many(32, 'accept')]);
  ask(...many(31, 'accept'));
  turn(1);
  expect(waiting, 'the count begins anew').toHaveLength(31);
});

it('gathers for no longer than 2 ms, whatever the sockets say', () => {
  const { ask, turn, pass, gone } = world();
  ask('accept');
  pass(1.5);
  ask('accept');
  turn(1);
  expect(gone).toEqual([]);
  pass(0.5);
  turn(1);
  expect(gone).toEqual([['accept', 'accept']]);
});

it.each<Kind>(['done', 'settle'])('lets a settlement (%s) wait for the next acceptance, and go with it', (kind) => {
  const { ask, turn, pass, gone, pending } = world();
  ask('accept');
  turn(0);
  pass(1.5);
  ask(kind, kind);
  turn(0);
  expect(gone).toEqual([['accept']]);
  pass(1.5);
  ask('accept-held');
  turn(0);
  expect(gone).toEqual([['accept'], [kind, kind, 'accept-held']]);
  expect(pending(), 'nobody calls for an empty group').toBe(0);
});

it('lets a settlement wait no longer than 2 ms', () => {
  const { ask, turn, pass, gone, pending } = world();
  ask('accept-held');
  turn(0);
  ask('settle');
  pass(1.5);
  ask('done');
  expect(gone).toEqual([['accept-held']]);
  pass(0.5);
  expect(gone).toEqual([['accept-held'], ['settle', 'done']]);
  expect(pending()).toBe(0);
  ask('accept');
  turn(0);
  ask('settle');
  pass(2);
  expect(gone.slice(2), 'and so the next time').toEqual([['accept'], ['settle']]);
});

it('lets 32 settlements be company for each other', () => {
  const { ask, turn, gone, pending } = world();
  ask('accept');
  turn(0);
  ask(...many(31, 'done'));
  turn(0);
  expect(gone).toHaveLength(1);
  ask('done');
  turn(0);
  expect(gone).toEqual([['accept'], many(32, 'done')]);
  expect(pending()).toBe(0);
});

it('lets a settlement go at once where no message came in for 2 ms', () => {
  const { ask, turn, pass, gone } = world();
  ask('settle');
  turn(0);
  expect(gone).toEqual([['settle']]);
  ask('accept');
  turn(0);
  pass(2);
  ask('done');
  turn(0);
  expect(gone).toEqual([['settle'], ['accept'], ['done']]);
});

it('lets nothing but settlements wait for company', () => {
  const { ask, turn, gone } = world();
  ask('accept');
  turn(0);
  ask('claim');
  turn(0);
  expect(gone).toEqual([['accept'], ['claim']]);
});

it('sees in the loop of this thread that a socket said something', async () => {
  const server = createServer((socket) => socket.end('220')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const before = threadLoop.events();
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'data');
  expect(threadLoop.events()).toBeGreaterThan(before);
  await once(socket.resume(), 'close');
  server.close();
});
