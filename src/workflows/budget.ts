// The commands that the budget of a run needs: a timer for its duration, a tag when it pauses the run, and messages between the run and
// its sub-plans. A run without a budget makes none of them.
import { CancellationScope, condition, getExternalWorkflowHandle, log, sleep } from '@temporalio/workflow';
import type { BudgetAddition, Limits } from '../domain/budget/budget.js';
import { subPlanLimits, msToLimit, subPlanAdditions } from '../domain/progress/budget-events.js';
import { addUsage, type Usage } from '../domain/call/usage.js';
import { asUsage, BUDGET_EXCEEDED, holdCovers } from '../domain/budget/ledger.js';
import { fallbackKey, itemName, parseCallName } from '../domain/call/name.js';
import { MESSAGES, type BudgetRaise, type SubPlanShort } from '../domain/run/messages.js';
import { canBePaused } from '../domain/progress/progress.js';
import { cardOf, report, type Run } from './run.js';
import { tagStatus } from './web-ui.js';

const sinceStart = (run: Run): number => Date.now() - run.startedAt;

/** Replaces the timer by one for the next limit of `duration`. */
export function watchDuration(run: Run): void {
  const { escrow } = run.progress;
  run.budget.timer?.cancel();
  const ms = escrow === undefined ? undefined : msToLimit(escrow, sinceStart(run));
  if (ms === undefined) return;
  const timer = new CancellationScope({ cancellable: true, parent: run.planning ?? run.work });
  run.budget.timer = timer;
  timer
    .run(() => sleep(ms, { summary: 'budget: duration' }))
    .then(() => {
      report(run, { type: 'elapsed', ms: sinceStart(run) });
      watchDuration(run);
    })
    // Cancelled, because the limit was raised or the run stops.
    .catch(() => undefined);
}

/** Raises the limits, and passes on the parts that belong to running sub-plans. */
export function raiseBudget(run: Run, add: BudgetAddition): void {
  const { escrow } = run.progress;
  if (escrow === undefined) return;
  for (const [work, part] of subPlanAdditions(escrow, add)) {
    const subRun = subRunId(run, work);
    if (subRun !== undefined) sendBudgetMessage(subRun, MESSAGES.passBudget, { add: part } satisfies BudgetRaise);
  }
  const wasPaused = run.progress.pausedBecause === BUDGET_EXCEEDED;
  report(run, { type: 'raised', add, ms: sinceStart(run) });
  if (wasPaused && run.progress.pausedBecause === undefined) tagStatus(run, 'started');
  run.budget.isPauseReported = false;
  watchDuration(run);
}

/** Reports to the server and the parent run if the budget has paused the run, or does not any more. Called once per turn of the loop. */
export function reportPause(run: Run): void {
  const isPaused = canBePaused(run.progress) && run.progress.pausedBecause === BUDGET_EXCEEDED;
  if (isPaused === run.budget.isPauseReported) return;
  run.budget.isPauseReported = isPaused;
  if (!canBePaused(run.progress)) return;
  tagStatus(run, isPaused ? 'paused' : 'started');
  reportToParent(run, isPaused);
}

/** Does nothing in a run that does not draw on the budget of a parent. */
export function reportToParent({ request: { parent, budget } }: Run, isShort: boolean): void {
  if (parent === undefined || budget === undefined) return;
  sendBudgetMessage(parent.run, MESSAGES.subPlanShort, { work: parent.task, isShort } satisfies SubPlanShort);
}

/** The other run may have ended, or may not have started yet. The message is then lost; a run that is still short reports it again. */
function sendBudgetMessage(workflowId: string, name: string, message: unknown): void {
  getExternalWorkflowHandle(workflowId)
    .signal(name, message)
    .catch((error: unknown) => log.info('could not deliver a message about the budget', { workflowId, name, error }));
}

/** The expected usage of a call, as its agent declares it. */
export const declaredEstimate = (run: Run, agent: string): Usage => asUsage(cardOf(run, agent)?.estimate);

/** The limits of a sub-plan that has just been started; `undefined` if this run has no budget. */
export function limitsOfSubPlan(run: Run, work: string): Limits | undefined {
  const { escrow } = run.progress;
  if (escrow?.held[work] === undefined) return undefined;
  return subPlanLimits(escrow, work, sinceStart(run));
}

/** The id of the run of a sub-plan, from the key of its hold. */
export function subRunId({ id, graph }: Run, work: string): string | undefined {
  const { task = '', index } = parseCallName(work) ?? {};
  const callName = graph.tasks.get(task)?.callName;
  return callName === undefined ? undefined : `${id}/${itemName(callName, index)}`;
}

/**
 * Waits until the hold of a task covers what it has spent and one more call. Until then the run is paused for lack of budget.
 * Rejects when it is cancelled.
 */
export async function waitForHold(run: Run, work: string, spent: Usage, more: Usage): Promise<void> {
  const { escrow } = run.progress;
  if (escrow === undefined) return;
  const isCovered = () => holdCovers(escrow, work, addUsage(spent, more));
  const hasRoom = () => escrow.late !== 'hard' && isCovered();
  while (!hasRoom()) {
    if (!isCovered()) report(run, { type: 'subPlanShort', work, isShort: true });
    reportPause(run);
    await condition(() => hasRoom() || !(isCovered() || escrow.short.includes(work)));
  }
  reportPause(run);
}

/** Waits until the budget has room for the fallback of a task or an item. Rejects when it is cancelled. */
export const waitForFallbackHold = (run: Run, work: string): Promise<void> =>
  condition(() => run.progress.escrow?.held[fallbackKey(work)] !== undefined);
