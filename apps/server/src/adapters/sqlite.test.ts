import { expect, it, vi } from 'vitest';
import { withoutWarning } from './sqlite.ts';

it('keeps one warning from being told, while it loads, and no other', () => {
  const told: unknown[][] = [];
  const spy = vi.spyOn(process, 'emitWarning').mockImplementation((...args: unknown[]) => void told.push(args));
  const warn = (): string => {
    process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning');
    process.emitWarning('WASI is an experimental feature', 'ExperimentalWarning');
    return 'loaded';
  };
  expect(withoutWarning('SQLite is', warn)).toBe('loaded');
  expect(told).toEqual([['WASI is an experimental feature', 'ExperimentalWarning']]);
  const fault = (): never => {
    throw new Error('no such module');
  };
  expect(() => withoutWarning('SQLite is', fault)).toThrow('no such module');
  warn();
  expect(told).toHaveLength(3);
  spy.mockRestore();
});
