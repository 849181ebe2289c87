import { describe, expect, it } from 'vitest';
import { Wakefulness } from './wakefulness.ts';

/** A loop whose turns take 10 µs each. */
function pretend() {
  let nowUs = 0;
  let next: (() => void) | undefined;
  const wakefulness = new Wakefulness({ nowMs: () => nowUs / 1_000, nextTurn: (run) => void (next = run) });
  const turns = (ms: number): number => {
    const untilUs = nowUs + ms * 1_000;
    let made = 0;
    while (next !== undefined && nowUs < untilUs) {
      const run = next;
      next = undefined;
      nowUs += 10;
      made += 1;
      run();
    }
    nowUs = Math.max(nowUs, untilUs);
    return made;
  };
  return { heard: (speaker: number) => wakefulness.heard(speaker), turns };
}

describe('Wakefulness', () => {
  it('stays awake for 0.15 ms after a piece while two speak in turns, and sleeps then', () => {
    const { heard, turns } = pretend();
    heard(1);
    heard(2);
    const made = turns(10);
    expect(made).toBeGreaterThanOrEqual(14);
    expect(made).toBeLessThanOrEqual(16);
    expect(turns(10)).toBe(0);
  });

  it('goes on through a dialogue, whoever has two lines after each other', () => {
    const { heard, turns } = pretend();
    heard(1);
    for (const speaker of [2, 1, 1, 2, 2, 1]) {
      heard(speaker);
      expect(turns(0.1)).toBe(10);
    }
  });

  it('looks once in a turn, however many pieces came', () => {
    const { heard, turns } = pretend();
    for (let piece = 0; piece < 6; piece++) heard(1 + (piece % 2));
    expect(turns(0.02)).toBe(2);
  });

  it('sleeps while one speaks, and once the other has said nothing for 5 ms', () => {
    const { heard, turns } = pretend();
    for (let piece = 0; piece < 5; piece++) heard(1);
    expect(turns(1)).toBe(0);
    heard(2);
    expect(turns(0.1)).toBe(10);
    turns(6);
    heard(2);
    expect(turns(1)).toBe(0);
  });

  it('sleeps when a third speaks, and goes on doing so while all three do', () => {
    const { heard, turns } = pretend();
    for (const speaker of [1, 2]) heard(speaker);
    expect(turns(0.05)).toBe(5);
    for (const speaker of [3, 1, 2, 3, 1, 2]) {
      heard(speaker);
      expect(turns(0.05), 'the turn that was asked for before').toBeLessThanOrEqual(1);
    }
    expect(turns(0.1)).toBe(0);
  });

  it('stays awake again once the third has been silent for 5 ms', () => {
    const { heard, turns } = pretend();
    for (const speaker of [1, 2, 3, 1, 2, 1]) heard(speaker);
    turns(5.1);
    heard(1);
    heard(2);
    expect(turns(0.1)).toBe(10);
  });
});
