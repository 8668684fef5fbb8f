// The last line of a test run, alone: `N passed, N failed`.
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';

export default class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: TestRunEndReason): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      // A file that cannot even be loaded holds no tests that could fail.
      if (module.errors().length > 0) counts.failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') counts.passed++;
        else if (state === 'skipped') counts.skipped++;
        else counts.failed++;
      }
    }
    const interrupted = reason === 'interrupted' ? 1 : 0;
    const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
    process.on('exit', () => {
      process.stdout.write(`${counts.passed} passed, ${counts.failed + interrupted} failed${skipped}\n`);
    });
  }
}
