// Validates 621 plans made by agents, from public data sets (test/cases/README.md).
import { describe, expect, it } from 'vitest';
import { definePlan } from '../../../../src/domain/builder/define-plan.js';
import { needsOfAll } from '../../../../src/domain/plan/needs.js';
import { InvalidPlanError } from '../../../../src/domain/plan/parse.js';
import type { Plan } from '../../../../src/domain/plan/plan.js';
import { validatePlan } from '../../../../src/domain/plan/validate/index.js';
import { AGENT_PLANS, closed, depthsOf, repeatsAnId, type AgentPlan } from '../../../support/agent-plans.js';

/** The ids of the cases are free text, so they are replaced. */
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

/** The length of the longest chain of needs, and the largest number of tasks with the same depth. */
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

describe('published plans of agents', () => {
  const good = AGENT_PLANS.filter((one) => one.expect.acyclic && !repeatsAnId(one));

  it('all published plans of agents are tested', () => {
    expect(AGENT_PLANS).toHaveLength(621);
    expect(good).toHaveLength(617);
  });

  it('an acyclic plan of an agent is valid, and has the published depth and width', () => {
    for (const one of good) {
      const plan = planOf(one);
      expect(validatePlan(plan, ['echo']).problems, one.id).toEqual([]);
      const { depth, maxWidth } = one.expect;
      expect(shapeOf(plan), one.id).toEqual({ depth, maxWidth });
    }
  });

  it('a plan of an agent with a duplicate id is rejected', () => {
    for (const one of AGENT_PLANS.filter(repeatsAnId))
      expect(
        codesOf(() => planOf(one)),
        one.id,
      ).toContain('plan.duplicate-id');
  });

  it('a plan of an agent with an added cycle has exactly one problem', () => {
    let count = 0;
    for (const one of good) {
      const cyclic = closed(one);
      if (cyclic === undefined) continue;
      count++;
      expect(
        codesOf(() => planOf(cyclic)),
        one.id,
      ).toEqual(['plan.cycle']);
    }
    expect(count).toBe(470);
  });

  it('a plan of an agent whose published graph has a cycle is rejected', () => {
    const cyclic = AGENT_PLANS.filter((one) => !one.expect.acyclic);
    expect(cyclic).toHaveLength(1);
    for (const one of cyclic)
      expect(
        codesOf(() => planOf(one)),
        one.id,
      ).toContain('plan.duplicate-id');
  });
});
