// 621 plans that agents made, from public data sets: test/cases/README.md.
import { describe, expect, it } from 'vitest';
import { definePlan } from '../../src/domain/define-plan.js';
import { needsOfAll } from '../../src/domain/needs.js';
import { InvalidPlanError } from '../../src/domain/parse-plan.js';
import type { Plan } from '../../src/domain/plan.js';
import { validatePlan } from '../../src/domain/validate/index.js';
import { AGENT_PLANS, closed, depthsOf, repeatsAnId, type AgentPlan } from '../support/agent-plans.js';

/** The cases' ids are free text. */
function planOf({ id, tasks }: AgentPlan): Plan {
  const ids = new Map<string, string>();
  for (const task of tasks) ids.set(task.id, `t${ids.size}_${task.id.replaceAll(/\W+/g, '_')}`.slice(0, 100));
  const named = (one: string) => ids.get(one) ?? one;
  return definePlan(id, (p) => {
    for (const task of tasks) {
      p.task(named(task.id), 'echo', { say: task.name ?? task.id }, { needs: task.dependsOn.map(named) });
    }
  });
}

/** The longest chain of needs, and the most tasks that have one of the same length. */
function shapeOf(plan: Plan): { depth: number; maxWidth: number } {
  const widths = new Map<number, number>();
  for (const depth of depthsOf(needsOfAll(Object.entries(plan.tasks))).values()) {
    widths.set(depth, (widths.get(depth) ?? 0) + 1);
  }
  return { depth: Math.max(...widths.keys()), maxWidth: Math.max(...widths.values()) };
}

const codesOf = (build: () => unknown): string[] => {
  try {
    build();
    return [];
  } catch (error) {
    if (error instanceof InvalidPlanError) return error.problems.map(({ code }) => code);
    throw error;
  }
};

describe('plans that agents made', () => {
  const good = AGENT_PLANS.filter((one) => one.expect.acyclic && !repeatsAnId(one));

  it('are as many as were published', () => {
    expect(AGENT_PLANS).toHaveLength(621);
    expect(good).toHaveLength(617);
  });

  it('have no problem if they are acyclic, and the depth and width that were published', () => {
    for (const one of good) {
      const plan = planOf(one);
      expect(validatePlan(plan, ['echo']).problems, one.id).toEqual([]);
      const { depth, maxWidth } = one.expect;
      expect(shapeOf(plan), one.id).toEqual({ depth, maxWidth });
    }
  });

  it('are refused if an id repeats', () => {
    for (const one of AGENT_PLANS.filter(repeatsAnId))
      expect(
        codesOf(() => planOf(one)),
        one.id,
      ).toContain('plan.duplicate-id');
  });

  it('are refused, once, if a task is made to wait for one that waits for it', () => {
    let count = 0;
    for (const one of good) {
      const circle = closed(one);
      if (circle === undefined) continue;
      count++;
      expect(
        codesOf(() => planOf(circle)),
        one.id,
      ).toEqual(['plan.cycle']);
    }
    expect(count).toBe(470);
  });

  it('are refused if the published graph has a cycle', () => {
    const cyclic = AGENT_PLANS.filter((one) => !one.expect.acyclic);
    expect(cyclic).toHaveLength(1);
    for (const one of cyclic)
      expect(
        codesOf(() => planOf(one)),
        one.id,
      ).toContain('plan.duplicate-id');
  });
});
