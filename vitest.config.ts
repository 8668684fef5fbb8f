import { defineConfig } from 'vitest/config';

/** Pure, in milliseconds: no server, no process, no bundle. */
const UNIT = ['test/domain/**/*.test.ts', 'test/json-schema.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './test/support/totals-reporter.ts'],
    // Two cores: real servers and processes in every file want their share.
    maxWorkers: 2,
    projects: [
      { test: { name: 'unit', include: UNIT, testTimeout: 60_000 } },
      {
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: UNIT,
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 240_000,
          // On a machine that others share, a real server is now and then late twice, hardly ever three times.
          retry: process.env['CI'] === undefined ? 0 : 1,
          // What is polled for comes when a busy machine lets it.
          expect: { poll: { timeout: 30_000 } },
        },
      },
    ],
  },
});
