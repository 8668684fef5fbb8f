import { expect, test } from 'vitest';
import { buildGraph } from '../../../src/domain/plan/graph.js';
import { createProgress } from '../../../src/domain/progress/progress.js';
import { ownLimits } from '../../../src/domain/progress/sub-plan-limits.js';
import type { Task } from '../../../src/domain/plan/plan.js';
import { call } from '../../support/run-of.js';

const graphOf = (tasks: Record<string, Task>) => buildGraph({ name: 'p', tasks });

test('ownLimits: are those of sub-plans, inline or by name, and of decompositions', () => {
  const graph = graphOf({
    inline: { plan: { name: 'i', budget: { calls: 1 }, tasks: { a: call } } },
    named: { plan: 'other' },
    made: { decompose: { goal: 'g', planner: 'p', budget: { usd: 1 } } },
    free: { plan: { name: 'f', tasks: { a: call } } },
    a: call,
  });
  const limit = (most: number) => ({ soft: most, hard: most });
  expect(ownLimits(graph, { other: { name: 'o', budget: { tokens: 2 }, tasks: {} } })).toEqual({
    inline: { calls: limit(1) },
    named: { tokens: limit(2) },
    made: { usd: limit(1) },
  });
});

test('createProgress: the ledger knows the limits of sub-plans by name', () => {
  const plans = { other: { name: 'o', budget: { calls: 2 }, tasks: {} } };
  const { escrow } = createProgress(graphOf({ a: { plan: 'other' } }), { budget: { calls: 5 }, plans });
  expect(escrow!.own).toEqual({ a: { calls: { soft: 2, hard: 2 } } });
});
