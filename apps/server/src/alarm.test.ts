import { describe, expect, it, vi } from 'vitest';
import { SimulatedClock } from '../test/simulation/clock.ts';
import { makeAlarm } from './alarm.ts';

function alarmAt(clock: SimulatedClock) {
  const ring = vi.fn<() => void>();
  return { ring, alarm: makeAlarm(clock, ring) };
}

describe('an alarm', () => {
  it('rings once, at the earliest of its times', async () => {
    const clock = new SimulatedClock(0);
    const { alarm, ring } = alarmAt(clock);
    for (const atMs of [300, 200, 400]) alarm.set(atMs);
    expect(alarm.atMs).toBe(200);
    await clock.advance(199);
    expect(ring).not.toHaveBeenCalled();
    await clock.advance(1_000);
    expect(ring).toHaveBeenCalledTimes(1);
    expect(alarm.atMs).toBeUndefined();
  });

  it('rings soon for a time that is over, and not before its caller is done', async () => {
    const clock = new SimulatedClock(1_000);
    const { alarm, ring } = alarmAt(clock);
    alarm.set(500);
    expect(ring).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(ring).toHaveBeenCalledTimes(1);
  });

  it('can be set again when it rings, and rings no more once it is cleared', async () => {
    const clock = new SimulatedClock(0);
    let rung = 0;
    const alarm = makeAlarm(clock, () => {
      rung += 1;
      alarm.set(clock.now() + 100);
    });
    alarm.set(100);
    await clock.advance(250);
    expect(rung).toBe(2);
    alarm.clear();
    await clock.advance(1_000);
    expect(rung).toBe(2);
  });
});
