import { afterEach, expect, it, vi } from 'vitest';
import { processTerminal } from './process-terminal.ts';

const { columns } = process.stdout;
afterEach(() => {
  vi.unstubAllEnvs();
  process.stdout.columns = columns;
});

it.each([
  [undefined, '', 80],
  [0, '', 80],
  [132, '', 132],
  [132, '40', 40],
  [132, '3', 132],
])('of a terminal of %s columns, with COLUMNS=%s, %d are used', (actual, wish, used) => {
  vi.stubEnv('COLUMNS', wish);
  Object.assign(process.stdout, { columns: actual });
  expect(processTerminal().columns).toBe(used);
});
