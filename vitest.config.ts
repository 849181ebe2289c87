import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const cores = availableParallelism();
const report = process.env['DSNKIT_TEST_REPORT'];

export default defineConfig({
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'apps/*/src/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      'tools/**/*.test.ts',
      'examples/**/*.test.ts',
    ],
    // Suites that need Debian packages, or long, run from `.ci/run` with vitest.interop.config.ts. Of the shared queue the
    // contract suite stays here.
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.interop.test.ts', 'apps/server/test/postgres/**'],
    // More than cores: many tests wait for sockets, disks and processes.
    maxWorkers: Math.max(cores, Math.min(8, 2 * cores)),
    // Files share what is loaded, which saves a fifth of the processor time: modules keep nothing that a test could see. Who mocks
    // one resets them first.
    isolate: false,
    // Many tests run our programs: what Node has compiled of them once is kept.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/node-compile') },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Some tests use real sockets, processes and disks, and CI machines have busy minutes.
    retry: process.env['CI'] === undefined ? 0 : 1,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'], exclude: ['**/*.test.ts'] },
  },
});
