import { defineConfig } from 'vitest/config';
import { groupOf } from './scripts/mutation/groups.mjs';

export default defineConfig({
  test: {
    include: groupOf(process.env['MUTATION_GROUP']).tests,
    // Property tests take too long for each mutant.
    testNamePattern: /^(?!.*(random runs|whatever is said|whatever came))/,
    testTimeout: 60_000,
  },
});
