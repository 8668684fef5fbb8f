// Forty-four DAGs of real scientific workflows, on a simulated clock.
import { describe, expect, test } from 'vitest';
import { readWorkflows } from '../../support/wfcommons.js';
import { simulate } from '../../support/simulate.js';

/** The expected sums were made from times before they were rounded: they agree to five digits. */
const near = (seconds: number) => Math.max(1e-6, seconds * 1e-5);

describe.each(readWorkflows())('$id', ({ plan, durations, expect: expected }) => {
  const seconds = (task: string) => durations.get(task)!;

  test('runs each task once, after its parents, in the time of the critical path', () => {
    const { log, elapsed, graph } = simulate({ ...plan, concurrency: 1500 }, { duration: seconds });
    const ended = new Set<string>();
    const started = new Set<string>();
    for (const { what, task } of log) {
      if (what === 'end') ended.add(task);
      if (what !== 'start') continue;
      expect(started.has(task)).toBe(false);
      started.add(task);
      for (const need of graph.tasks.get(task)!.needs) expect(ended).toContain(need);
    }
    expect(ended.size).toBe(durations.size);
    const critical = expected.criticalPathSeconds;
    expect(Math.abs(elapsed - critical)).toBeLessThanOrEqual(near(critical));
  });

  test.each(Object.keys(expected.lowerBound).map(Number))(
    'on %i agents stays within the bounds of list scheduling',
    (m) => {
      const { elapsed, mostInFlight } = simulate({ ...plan, concurrency: m }, { duration: seconds });
      const [lower, upper] = [expected.lowerBound[m]!, expected.grahamUpperBound[m]!];
      expect(mostInFlight).toBeLessThanOrEqual(m);
      expect(elapsed).toBeGreaterThanOrEqual(lower - near(lower));
      expect(elapsed).toBeLessThanOrEqual(upper + near(upper));
    },
  );
});
