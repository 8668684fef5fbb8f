// Undoes a sub-plan that has ended by its own compensations, in a child Workflow that starts with the state that the sub-plan left.
import { defined } from '../../domain/json/defined.js';
import { pathsBelow, subPlanDebt } from '../../domain/progress/debt.js';
import { itemName } from '../../domain/call/name.js';
import { failure } from '../../domain/failure.js';
import type { Outcome } from '../../domain/call/outcome.js';
import type { ChildState, Undo, DebtRetry, SubPlanUndone } from '../../domain/progress/state.js';
import type { RunResult } from '../../domain/run/result.js';
import { outcomeFromError } from '../calls/outcome-from-error.js';
import type { Run } from '../run.js';
import { runChild } from './child.js';
import { subPlanOf, findSizeFailure, subPlanInput } from './sub-plan.js';
import { workName, type Work } from './work.js';

export interface UndoResult extends SubPlanUndone {
  readonly outcome: Outcome;
}

/** Undoes a sub-plan. Never rejects: `owes` lists what could not be undone. */
export async function undoPlan(run: Run, work: Work, child: ChildState): Promise<UndoResult> {
  const lost = { owes: [itemName(work.task.id, work.index)], child: { ...child, isLost: true as const } };
  if (!('id' in child))
    return { ...lost, outcome: undoFailure('its Workflow ended without reporting what it has done') };
  const { plan = subPlanOf(run, work), again: _, ...rest } = child;
  const again = childRetry(run, child);
  const request = subPlanInput(run, work, { plan, undo: again === undefined ? rest : { ...rest, again } });
  const refused = findSizeFailure(request);
  if (refused !== undefined) return { ...lost, outcome: refused };
  const suffix = again === undefined ? 'compensate' : `compensate-${again.attempt}`;
  try {
    return undoResult(run, work, child, await runChild(run, `${workName(work)}:${suffix}`, request));
  } catch (error) {
    return { ...lost, outcome: outcomeFromError(error) };
  }
}

/** A retry of debt also retries the debt of sub-plans. A sub-plan without a record of a retry was never undone: all of it is undone. */
function childRetry({ request }: Run, { again }: Undo): DebtRetry | undefined {
  const own = request.undo?.again;
  return own === undefined ? undefined : { attempt: own.attempt, ...(again === undefined ? { whole: true } : again) };
}

function undoResult({ rules, request }: Run, work: Work, before: Undo, { debt, usage, undo }: RunResult): UndoResult {
  // The debt that the sub-plan had before was reported when it ended.
  const isAgain = request.undo?.again !== undefined;
  const owed = rules === 1 || isAgain ? debt : debt.slice(subPlanDebt(before).length);
  const outcome: Outcome =
    owed.length === 0
      ? { status: 'succeeded', output: null, attempts: 1, usage }
      : { ...undoFailure(`could not be undone: ${owed.join(', ')}`), usage };
  if (rules === 1) return { outcome };
  const { plan, hasFailed } = before;
  const kept = defined({ plan, hasFailed });
  const child: ChildState = undo === undefined ? { ...before, isLost: true } : { ...(undo as Undo), ...kept };
  return { outcome, owes: pathsBelow(itemName(work.task.id, work.index), owed), child };
}

const undoFailure = (why: string): Extract<Outcome, { status: 'failed' }> => ({
  status: 'failed',
  attempts: 1,
  failure: failure('SubPlanFailed', why),
});
