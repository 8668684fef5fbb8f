import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// The folder of a test file decides its project; a suffix (`.unit.test.ts`, `.integration.test.ts`, `.e2e.test.ts`,
// `.browser.test.ts`) overrides the folder. test/README.md says which project needs what.

const suffixed = (project: string) => `test/**/*.${project}.test.ts`;
const unsuffixed = (folder: string) => `test/${folder}/!(*.unit|*.integration|*.e2e|*.browser).test.ts`;

/** A Temporal server, started by the test file. */
const INTEGRATION = [
  suffixed('integration'),
  ...['client', 'guards', 'replay', 'server', 'worker', 'workflows'].map((folder) => unsuffixed(`${folder}/**`)),
];
/** Real processes. Files directly in test/cli and test/examples start the built command line; folders below them are units. */
const E2E = [suffixed('e2e'), suffixed('browser'), ...['e2e/**', 'cli', 'cli/commands/**', 'examples'].map(unsuffixed)];

/** Each test file of these projects starts servers and processes of its own, which need the other processors. */
const SYSTEM_WORKERS = 2;

/** On a machine that others share, a process can be late twice. Being late three times is rare. */
const retry = process.env['CI'] === undefined ? 0 : 1;

const system = {
  globalSetup: ['test/support/global-setup.ts'],
  testTimeout: 120_000,
  hookTimeout: 240_000,
  maxWorkers: SYSTEM_WORKERS,
  retry,
  // A busy machine delays what a test polls for.
  expect: { poll: { timeout: 30_000 } },
};

export default defineConfig({
  test: {
    reporters: ['default', './test/support/totals-reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...INTEGRATION, ...E2E],
          testTimeout: 60_000,
          hookTimeout: 180_000,
          retry,
          // A busy machine delays what a test polls for.
          expect: { poll: { timeout: 30_000 } },
          // Modules have no state of their own, so files can share them. That saves a third of the processor time.
          isolate: false,
          maxWorkers: Math.max(2, availableParallelism() - 1),
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Examples of the documentation import the package by its name.
        resolve: { alias: { 'baton-orchestrator': join(import.meta.dirname, 'dist') } },
        test: {
          ...system,
          name: 'integration',
          include: INTEGRATION,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...system,
          name: 'e2e',
          include: E2E,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
