// What remains of a sub-plan that has ended: what its parent needs to undo it later, and its debt.
import { pathsBelow } from '../../domain/progress/debt.js';
import { itemName } from '../../domain/call/name.js';
import type { Plan } from '../../domain/plan/plan.js';
import type { Undo } from '../../domain/progress/state.js';
import type { RunResult } from '../../domain/run/result.js';
import { agentsOfPlan } from '../../domain/plan/task-agents.js';
import { isLostChild, resultFromError } from '../calls/outcome-from-error.js';
import type { Run } from '../run.js';
import type { Settlement, Work } from './work.js';

type SubPlanRemains = Omit<Settlement, 'outcome'>;

export function remainsOfSuccess({ rules }: Run, work: Work, result: RunResult): SubPlanRemains {
  const child = childState(result);
  if (rules === 1) return child === undefined ? {} : { child };
  // A `compensate` of the task replaces the compensations of the sub-plan.
  const isReplaced = child === undefined || work.task.task.compensate !== undefined;
  return { ...(isReplaced ? {} : { child }), ...childDebt(work, result) };
}

/** For a sub-plan that failed, was cancelled, or ended without a result. */
export function remainsOfFailure({ rules, request }: Run, work: Work, plan: Plan, error: unknown): SubPlanRemains {
  if (rules === 1) return {};
  const result = resultFromError(error);
  if (result !== undefined) {
    const child = childState(result);
    return { ...(child === undefined ? {} : { child: { ...child, hasFailed: true } }), ...childDebt(work, result) };
  }
  const isReplaced = work.task.task.compensate !== undefined;
  return isReplaced || !isLostChild(error) || !mayHaveToUndo(plan, request.plans) ? {} : { child: { isLost: true } };
}

function childState({ undo, replanned }: RunResult): Undo | undefined {
  if (undo === undefined) return undefined;
  return replanned === undefined ? (undo as Undo) : { ...(undo as Undo), plan: replanned };
}

function childDebt({ task, index }: Work, { debt }: RunResult): Pick<SubPlanRemains, 'debt'> {
  return debt.length === 0 ? {} : { debt: pathsBelow(itemName(task.id, index), debt) };
}

/** True if the plan may have compensations; those of a plan that a planner will generate are not known yet. */
const mayHaveToUndo = (plan: Plan, plans: Readonly<Record<string, unknown>> | undefined): boolean =>
  agentsOfPlan(plan, plans).some(({ use }) => use === 'undo' || use === 'plan');
