import { describe, expect, it, vi } from 'vitest';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import { makeRoom } from './room.ts';

function roomFor(inFlight: number, perDestination = inFlight) {
  const onRoom = vi.fn<() => void>();
  const clock = new SimulatedClock();
  return { clock, onRoom, room: makeRoom({ inFlight, perDestination }, clock, onRoom) };
}

describe('the room for claims in hand', () => {
  it('gives one destination half of what is left, and the last of it to those that have nothing', () => {
    const { room } = roomFor(4);
    room.take('a');
    expect(room.isLeftFor('a')).toBe(false);
    for (const destination of ['b', 'c']) {
      expect(room.isLeftFor(destination)).toBe(true);
      room.take(destination);
    }
    expect(room.isLeftFor('b')).toBe(false);
    expect(room.isLeftFor('d')).toBe(true);
    room.take('d');
    expect(room.isLeftFor('e')).toBe(false);
    expect(room.left()).toBeUndefined();
    expect(room.inHand()).toBe(4);
  });

  it('names the destinations that have as much as they may, and tells of room only when some of theirs is free', () => {
    const { room, onRoom } = roomFor(100, 2);
    for (const destination of ['a', 'a', 'b']) room.take(destination);
    expect(room.left()).toMatchObject({ full: ['a'] });
    room.free('b', false);
    expect(onRoom).not.toHaveBeenCalled();
    room.free('a', false);
    expect(onRoom).toHaveBeenCalledOnce();
  });

  it('keeps the room of a claim that was put off for a rest, but not from the others', async () => {
    const { room, onRoom, clock } = roomFor(100, 2);
    for (const destination of ['a', 'a']) room.take(destination);
    expect(room.left()).toMatchObject({ full: ['a'] });
    room.free('a', true);
    expect(room.isLeftFor('a')).toBe(false);
    expect(room.inHand('a')).toBe(1);
    expect(room.inHand()).toBe(1);
    expect(onRoom).not.toHaveBeenCalled();
    await clock.advance(1_000);
    expect(room.isLeftFor('a')).toBe(true);
    expect(onRoom).toHaveBeenCalledOnce();
  });
});
