import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SystemClock } from './system-clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('calls back once, later, also after more than 24 days', () => {
  const run = vi.fn();
  new SystemClock().after(30 * 86_400_000, run);
  vi.advanceTimersByTime(30 * 86_400_000 - 1);
  expect(run).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  vi.advanceTimersByTime(100 * 86_400_000);
  expect(run).toHaveBeenCalledOnce();
});

it('is never synchronous and can be cancelled', () => {
  const run = vi.fn();
  const timer = new SystemClock().after(-5, run);
  expect(run).not.toHaveBeenCalled();
  timer.cancel();
  vi.advanceTimersByTime(1000);
  expect(run).not.toHaveBeenCalled();
});
