// What is mutated, and the tests that are run against it. The tests have the names of the sources.
const group = (folder, names, others = []) => ({
  mutate: names.map((name) => `src/domain/${folder}/${name}.ts`),
  tests: [...names, ...others].map((name) => `test/domain/${folder}/${name}.test.ts`),
});

const GROUPS_BY_NAME = {
  joins: group('progress', ['join', 'settle', 'settle-items'], ['advance']),
  undo: group('progress', ['undo'], ['undo-record']),
  ledger: group('budget', ['ledger'], ['budget']),
  breaker: group('breaker', ['state-machine', 'coordinator', 'window'], ['cases']),
  'pool-coordinator': group('pool/coordinator', ['state', 'take-turn', 'grant', 'expire', 'alter']),
  'pool-worker': group('pool/worker', ['leases', 'receive']),
};

export const GROUPS = Object.keys(GROUPS_BY_NAME);

/** The group of this name, or all of them together. */
export const groupOf = (name) =>
  GROUPS_BY_NAME[name] ?? {
    mutate: Object.values(GROUPS_BY_NAME).flatMap(({ mutate }) => mutate),
    tests: Object.values(GROUPS_BY_NAME).flatMap(({ tests }) => tests),
  };
