// What the budget of a run asks of Temporal: a timer for its duration, a tag when it pauses the run, and messages between a run
// and its sub-plans. A run without a budget makes none of it.
import { CancellationScope, condition, getExternalWorkflowHandle, log, sleep } from '@temporalio/workflow';
import type { Addition, Budget } from '../domain/budget.js';
import { handDown, msToLimit, passedOn } from '../domain/budget-events.js';
import { BUDGET_EXCEEDED, fallbackKey } from '../domain/escrow.js';
import { MESSAGES, type BudgetRaise, type SubPlanShort } from '../domain/messages.js';
import { report, type Run } from './run.js';
import { tagStatus } from './web-ui.js';

const sinceStart = (run: Run): number => Date.now() - run.startedAt;

/** Sets the timer of the limit of `duration` that comes next, in place of the one there is. */
export function watchDuration(run: Run): void {
  const { escrow } = run.progress;
  run.budgetTimer?.cancel();
  const ms = escrow === undefined ? undefined : msToLimit(escrow, sinceStart(run));
  if (ms === undefined) return;
  const timer = new CancellationScope({ cancellable: true, parent: run.work });
  run.budgetTimer = timer;
  timer
    .run(() => sleep(ms, { summary: 'budget: duration' }))
    .then(() => {
      report(run, { type: 'elapsed', ms: sinceStart(run) });
      watchDuration(run);
    })
    // Cancelled: the limit was raised, or the run stops.
    .catch(() => undefined);
}

/** Raises the limits, and hands on what of it is for sub-plans at work. */
export function raiseBudget(run: Run, add: Addition): void {
  const { escrow } = run.progress;
  if (escrow === undefined) return;
  for (const [work, part] of passedOn(escrow, add)) {
    tell(`${run.id}/${work}`, MESSAGES.passBudget, { add: part } satisfies BudgetRaise);
  }
  const wasPaused = run.progress.pausedBecause === BUDGET_EXCEEDED;
  report(run, { type: 'raised', add, ms: sinceStart(run) });
  if (wasPaused && run.progress.pausedBecause === undefined) tagStatus(run, 'started');
  run.toldPause = false;
  watchDuration(run);
}

/** Once in every turn of the loop, when all has started that may: says what is paused, to the server and to the run above. */
export function tellPause(run: Run): void {
  const isPaused = run.progress.phase === 'running' && run.progress.pausedBecause === BUDGET_EXCEEDED;
  if (isPaused === run.toldPause) return;
  run.toldPause = isPaused;
  if (run.progress.phase !== 'running') return;
  tagStatus(run, isPaused ? 'paused' : 'started');
  tellAbove(run, isPaused);
}

/** Of a run that draws on no other nobody wants to know. */
export function tellAbove({ request: { parent, budget } }: Run, isShort: boolean): void {
  if (parent === undefined || budget === undefined) return;
  tell(parent.run, MESSAGES.subPlanShort, { work: parent.task, isShort } satisfies SubPlanShort);
}

/** A sub-plan may have ended by now, and so may not have begun: then it is told nothing, and will ask again. */
function tell(workflowId: string, name: string, message: unknown): void {
  getExternalWorkflowHandle(workflowId)
    .signal(name, message)
    .catch((error: unknown) => log.info('a message about the budget was not taken', { workflowId, name, error }));
}

/** What a sub-plan that has just been started may spend; nothing to say where this run may spend without limit. */
export function budgetOf(run: Run, work: string): { budget?: Budget } {
  const { escrow } = run.progress;
  if (escrow?.held[work] === undefined) return {};
  return { budget: handDown(escrow, work, sinceStart(run)) };
}

/** Waits until the budget has room for the fallback of a task or an item. Rejects when it is cancelled. */
export const roomForFallback = (run: Run, work: string): Promise<void> =>
  condition(() => run.progress.escrow?.held[fallbackKey(work)] !== undefined);
