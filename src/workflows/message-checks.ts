// The checks of messages: each throws one sentence if the message makes no sense in the current state of the run.
import { ApplicationFailure } from '@temporalio/workflow';
import type { z } from 'zod';
import type { BudgetAddition } from '../domain/budget/budget.js';
import { BUDGET_EXCEEDED } from '../domain/budget/ledger.js';
import { taskOf } from '../domain/plan/graph.js';
import { CALLS_AGENTS } from '../domain/plan/plan.js';
import { didYouMean, formatProblem, shown, withHint } from '../domain/problem.js';
import { unlimitedAmounts } from '../domain/progress/budget-events.js';
import { canBePaused, isAboutToStart, stateOf } from '../domain/progress/progress.js';
import type { Approval, TooEarly } from '../domain/run/messages.js';
import { truncateEnd } from '../domain/text/truncate.js';
import { subRunId } from './budget.js';
import type { Run } from './run.js';

/** The names and keys of a message may be of any length; a long list of problems of a plan is shorter. */
const MAX_REJECTION = 100_000;

export const rejection = (message: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(truncateEnd(message, MAX_REJECTION).toWellFormed(), 'Refused');

/** A task that has just become ready starts in the next Workflow Task: the client sends the message again. */
const rejectionOf = (run: Run, task: string, message: string): ApplicationFailure =>
  isAboutToStart(run.progress, task)
    ? ApplicationFailure.nonRetryable(message, 'Refused', { tooEarly: true } satisfies TooEarly)
    : rejection(message);

export function checkFault(fault: string | undefined): void {
  if (fault !== undefined) throw rejection(fault);
}

export function parseMessage<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw rejection(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
}

export function checkTask(run: Run, task: string): void {
  if (run.graph.tasks.has(task)) return;
  throw rejection(withHint(`run ${run.id} has no task ${shown(task)}`, didYouMean(task, run.graph.tasks.keys())));
}

export function checkRunning({ id, progress }: Run): void {
  if (progress.phase !== 'running') throw rejection(`run ${id} is ${progress.phase} and starts no more tasks`);
}

/** A run can also be paused, and its budget raised, while it is being re-planned. */
export function checkPausable(run: Run): void {
  if (!canBePaused(run.progress)) checkRunning(run);
}

export function checkPaused({ id, progress: { pausedBecause } }: Run): void {
  if (pausedBecause === undefined) throw rejection(`run ${id} is not paused`);
  if (pausedBecause !== BUDGET_EXCEEDED) return;
  throw rejection(`run ${id} is paused by its budget: raise the budget to continue`);
}

export function checkPending({ progress }: Run, task: string): void {
  const { status } = stateOf(progress, task);
  if (status !== 'pending') throw rejection(`task ${task} is ${status}: only a pending task can be skipped`);
}

/** Checks that the task waits for an answer, and that a plan in the answer keeps the limits of the proposed one. */
export function checkAnswerable(run: Run, { task, plan }: Approval): void {
  checkTask(run, task);
  const { kind } = taskOf(run.graph, task);
  if (kind !== 'approve' && kind !== 'decompose')
    throw rejection(`task ${task} is not an approval: it is of kind ${kind}`);
  const { status, answer, asks } = stateOf(run.progress, task);
  const needsAnswer = kind === 'approve' || asks === true;
  if (status !== 'running' || !needsAnswer)
    throw rejectionOf(run, task, `task ${task} is ${status}: it does not wait for an answer`);
  if (answer !== undefined) throw rejection(`task ${task} has already been answered`);
  if (plan !== undefined) checkPlan(run, task, plan);
}

function checkPlan(run: Run, task: string, plan: unknown): void {
  const read = run.proposals.get(task);
  if (read === undefined) throw rejection(`task ${task} is an approval without a plan: the answer cannot have one`);
  const result = read(plan);
  if ('problems' in result) throw rejection(result.problems.map(formatProblem).join('\n'));
}

export function checkAdditions(run: Run, add: BudgetAddition): void {
  const {
    id,
    progress: { escrow },
    request: { parent, budget },
  } = run;
  if (escrow === undefined) throw rejection(`run ${id} has no budget: there is nothing to raise`);
  const unlimited = unlimitedAmounts(escrow, add);
  const [short] = escrow.short;
  const hint = short === undefined ? '' : `; the run that needs more budget is ${subRunId(run, short) ?? short}`;
  if (unlimited.length > 0)
    throw rejection(`the budget of run ${id} has no limit of ${unlimited.join(' and ')} to raise${hint}`);
  // The parent run holds what a sub-plan may spend, and only the parent can hold more.
  const isFromParent = Object.keys(add).some((key) => budget !== undefined && Object.hasOwn(budget, key));
  if (parent !== undefined && isFromParent)
    throw rejection(`run ${id} draws on the budget of run ${parent.run}: raise that budget instead`);
}

/** Checks that the task has a call in flight. If too many items of a forEach have failed, the others are being cancelled. */
export function checkCalling(run: Run, task: string): void {
  const { graph, progress } = run;
  const { kind } = taskOf(graph, task);
  if (!CALLS_AGENTS.has(kind)) throw rejection(`task ${task} is of kind ${kind}: only calls of agents can be retried`);
  const { status, items } = stateOf(progress, task);
  const conclusion = 'there is nothing to retry';
  if (status !== 'running') throw rejectionOf(run, task, `task ${task} is ${status}: ${conclusion}`);
  if (items === undefined) return;
  if (items.failed > items.tolerated) throw rejection(`too many items of task ${task} have failed: ${conclusion}`);
  if (items.running === 0) throw rejection(`task ${task} has no item in flight: ${conclusion}`);
}
