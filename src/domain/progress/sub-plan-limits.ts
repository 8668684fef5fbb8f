// The budgets of sub-plans.
import { parseLimits } from '../budget/budget.js';
import type { Escrow } from '../budget/ledger.js';
import type { Graph } from '../plan/graph.js';
import type { Plan } from '../plan/plan.js';

/** The limits that sub-plans and decompositions set themselves, by task. `plans`: those that tasks refer to by name. */
export function ownLimits(graph: Graph, plans: Readonly<Record<string, unknown>> = {}): Escrow['own'] {
  const own = [...graph.tasks.values()].flatMap(({ id, task: { plan, decompose } }) => {
    // Validation has checked that the name refers to a plan.
    const { budget } = (typeof plan === 'string' ? (plans[plan] as Plan) : plan) ?? decompose ?? {};
    return budget === undefined ? [] : [[id, parseLimits(budget)] as const];
  });
  return Object.fromEntries(own);
}
