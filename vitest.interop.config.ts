import { defineConfig } from 'vitest/config';

const report = process.env['DSNKIT_TEST_REPORT'];

/** The suites that talk to foreign servers and clients from Debian packages, or take long: run by `.ci/run`. */
export default defineConfig({
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  test: {
    include: [
      '{apps,packages}/*/test/**/*.interop.test.ts',
      'tools/**/*.interop.test.ts',
      'apps/server/test/postgres/*.test.ts',
    ],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    fileParallelism: false,
    retry: process.env['CI'] === undefined ? 0 : 1,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
