// What the budget of a run asks of Temporal: a timer for its duration, a tag when it pauses the run, and messages between a run
// and its sub-plans. A run without a budget makes none of it.
import { CancellationScope, condition, getExternalWorkflowHandle, log, sleep } from '@temporalio/workflow';
import type { Addition, Budget } from '../domain/budget.js';
import { handDown, msToLimit, passedOn } from '../domain/budget-events.js';
import { addUsage, type Usage } from '../domain/call.js';
import { asUsage, BUDGET_EXCEEDED, fallbackKey, holdCovers } from '../domain/escrow.js';
import { MESSAGES, type BudgetRaise, type SubPlanShort } from '../domain/messages.js';
import { canBePaused } from '../domain/progress.js';
import { cardOf, report, type Run } from './run.js';
import { tagStatus } from './web-ui.js';

const sinceStart = (run: Run): number => Date.now() - run.startedAt;

/** Sets the timer of the limit of `duration` that comes next, in place of the one there is. */
export function watchDuration(run: Run): void {
  const { escrow } = run.progress;
  run.budgetTimer?.cancel();
  const ms = escrow === undefined ? undefined : msToLimit(escrow, sinceStart(run));
  if (ms === undefined) return;
  const timer = new CancellationScope({ cancellable: true, parent: run.planning ?? run.work });
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
    const subRun = subRunId(run, work);
    if (subRun !== undefined) tell(subRun, MESSAGES.passBudget, { add: part } satisfies BudgetRaise);
  }
  const wasPaused = run.progress.pausedBecause === BUDGET_EXCEEDED;
  report(run, { type: 'raised', add, ms: sinceStart(run) });
  if (wasPaused && run.progress.pausedBecause === undefined) tagStatus(run, 'started');
  run.toldPause = false;
  watchDuration(run);
}

/** Once in every turn of the loop, when all has started that may: says what is paused, to the server and to the run above. */
export function tellPause(run: Run): void {
  const isPaused = canBePaused(run.progress) && run.progress.pausedBecause === BUDGET_EXCEEDED;
  if (isPaused === run.toldPause) return;
  run.toldPause = isPaused;
  if (!canBePaused(run.progress)) return;
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

/** What a call is expected to use, as its agent declares it. */
export const declaredEstimate = (run: Run, agent: string): Usage => asUsage(cardOf(run, agent)?.estimate);

/** What a sub-plan that has just been started may spend; nothing to say where this run may spend without limit. */
export function budgetOf(run: Run, work: string): Budget | undefined {
  const { escrow } = run.progress;
  if (escrow?.held[work] === undefined) return undefined;
  return handDown(escrow, work, sinceStart(run));
}

/** The run of a sub-plan, by the name under which its budget is held. */
export function subRunId({ id, graph }: Run, work: string): string | undefined {
  const [, task = '', item = ''] = /^(\w+)(\[\d+\])?$/.exec(work) ?? [];
  const callName = graph.tasks.get(task)?.callName;
  return callName === undefined ? undefined : `${id}/${callName}${item}`;
}

/**
 * Waits until what is held for a task covers one more call, beside what the task has spent on its way; the run has run short
 * until then. Rejects when it is cancelled.
 */
export async function roomInHold(run: Run, work: string, spent: Usage, more: Usage): Promise<void> {
  const { escrow } = run.progress;
  if (escrow === undefined) return;
  const isCovered = () => holdCovers(escrow, work, addUsage(spent, more));
  const hasRoom = () => escrow.late !== 'hard' && isCovered();
  while (!hasRoom()) {
    if (!isCovered()) report(run, { type: 'subPlanShort', work, isShort: true });
    tellPause(run);
    await condition(() => hasRoom() || !(isCovered() || escrow.short.includes(work)));
  }
  tellPause(run);
}

/** Waits until the budget has room for the fallback of a task or an item. Rejects when it is cancelled. */
export const roomForFallback = (run: Run, work: string): Promise<void> =>
  condition(() => run.progress.escrow?.held[fallbackKey(work)] !== undefined);
