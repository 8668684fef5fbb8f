// Mutation tests of the state machines, with the unit tests alone: `npm run mutation [-- GROUP…]`. Not part of the gate.
import { groupOf } from './scripts/mutation/groups.mjs';

const { MUTATION_GROUP: group = 'all' } = process.env;

export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  mutate: groupOf(group).mutate,
  plugins: ['@stryker-mutator/vitest-runner', './scripts/mutation/ignore-texts.mjs'],
  ignorers: ['texts'],
  // The machine is shared, and tests of milliseconds gain nothing from a second process.
  concurrency: 1,
  coverageAnalysis: 'perTest',
  // A mutant that loops for ever is stopped after this and half as long again as the tests take without it.
  timeoutMS: 5000,
  ignorePatterns: ['/dist', '/bench', '/examples', '/docs', '/reports', '/test/replay', '/test/cases/wfcommons'],
  reporters: ['clear-text', 'json'],
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false },
  jsonReporter: { fileName: `reports/mutation/${group}.json` },
  tempDirName: '.stryker-tmp',
};
