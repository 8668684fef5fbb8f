// Updates, signals and the query of a run. Handlers change state and wake the loop; the loop does the work.
// Validators refuse with one sentence what cannot be done now, before it becomes history.
import { ApplicationFailure, defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { z } from 'zod';
import type { Addition } from '../domain/budget.js';
import { taskOf } from '../domain/graph.js';
import { CALLS_AGENTS } from '../domain/plan.js';
import { notLimited } from '../domain/budget-events.js';
import { BUDGET_EXCEEDED } from '../domain/escrow.js';
import {
  Approval,
  BudgetRaise,
  MESSAGES,
  RunEvent,
  SnapshotRequest,
  SubPlanShort,
  TaskChoice,
} from '../domain/messages.js';
import { didYouMean, formatProblem } from '../domain/problem.js';
import { canBePaused, stateOf } from '../domain/progress.js';
import type { RunResult } from '../domain/run-result.js';
import { fitToPayload, summarize } from '../domain/summarize.js';
import { raiseBudget, subRunId, tellAbove } from './budget.js';
import { report, summaryOf, wake, type Run } from './run.js';
import { tagStatus } from './web-ui.js';

const pause = defineUpdate<void, []>(MESSAGES.pause);
const resume = defineUpdate<void, []>(MESSAGES.resume);
const approve = defineUpdate<void, [Approval]>(MESSAGES.approve);
const retryTask = defineUpdate<void, [TaskChoice]>(MESSAGES.retryTask);
const skipTask = defineUpdate<void, [TaskChoice]>(MESSAGES.skipTask);
const raise = defineUpdate<void, [BudgetRaise]>(MESSAGES.raiseBudget);
const passBudget = defineSignal<[BudgetRaise]>(MESSAGES.passBudget);
const subPlanShort = defineSignal<[SubPlanShort]>(MESSAGES.subPlanShort);
const deliverEvent = defineSignal<[RunEvent]>(MESSAGES.deliverEvent);
const snapshot = defineQuery<RunResult, [SnapshotRequest?]>(MESSAGES.snapshot);

export function answerMessages(run: Run): void {
  const onPause = (): void => {
    report(run, { type: 'paused', because: 'user' });
    tagStatus(run, 'paused');
  };
  setHandler(pause, onPause, {
    validator: () => {
      refuseUnlessGoingOn(run);
      if (run.progress.pausedBecause !== undefined) throw refusal(`run ${run.id} is paused already`);
    },
  });
  const onResume = (): void => {
    report(run, { type: 'resumed' });
    tagStatus(run, 'started');
  };
  setHandler(resume, onResume, {
    validator: () => {
      const { pausedBecause } = run.progress;
      if (pausedBecause === undefined) throw refusal(`run ${run.id} is not paused`);
      if (pausedBecause !== BUDGET_EXCEEDED) return;
      throw refusal(`run ${run.id} is paused by its budget: it goes on when the budget is raised`);
    },
  });
  setHandler(approve, (approval) => report(run, { type: 'answered', task: approval.task, answer: approval }), {
    validator: (approval) => {
      const { task, plan } = parse(Approval, approval);
      known(run, task);
      const { kind } = taskOf(run.graph, task);
      if (kind !== 'approve' && kind !== 'decompose')
        throw refusal(`task ${task} is no approval: it is of kind ${kind}`);
      const { status, answer, asks } = stateOf(run.progress, task);
      const isAsking = kind === 'approve' || asks === true;
      if (status !== 'running' || !isAsking) throw refusal(`task ${task} is ${status}: it waits for no answer`);
      if (answer !== undefined) throw refusal(`task ${task} has been answered already`);
      if (plan !== undefined) refuseUnlessFit(run, task, plan);
    },
  });
  // Temporal itself starts the attempt, when the client resets the activity: what is decided here is that it may.
  setHandler(retryTask, () => undefined, {
    validator: (choice) => {
      const { task } = parse(TaskChoice, choice);
      known(run, task);
      refuseUnlessRunning(run);
      refuseUnlessCalling(run, task);
    },
  });
  setHandler(skipTask, ({ task }) => report(run, { type: 'skipped', task, now: Date.now() }), {
    validator: (choice) => {
      const { task } = parse(TaskChoice, choice);
      known(run, task);
      refuseUnlessRunning(run);
      const { status } = stateOf(run.progress, task);
      if (status !== 'pending') throw refusal(`task ${task} is ${status}: only a pending task can be skipped`);
    },
  });
  const onRaise = ({ add }: BudgetRaise): void => {
    raiseBudget(run, add);
    if (run.progress.pausedBecause === undefined) tellAbove(run, false);
  };
  setHandler(raise, onRaise, {
    validator: (message) => {
      const { add } = parse(BudgetRaise, message);
      refuseUnlessGoingOn(run);
      refuseUnlessLimited(run, add);
    },
  });
  // From Baton itself; as with events, what is malformed is dropped.
  setHandler(passBudget, (message) => {
    const parsed = BudgetRaise.safeParse(message);
    if (parsed.success) raiseBudget(run, parsed.data.add);
  });
  setHandler(subPlanShort, (message) => {
    const parsed = SubPlanShort.safeParse(message);
    if (parsed.success) report(run, { type: 'subPlanShort', ...parsed.data });
  });
  setHandler(deliverEvent, (event) => {
    // A signal cannot be refused, and an error here would fail the Workflow Task: what is no event is dropped.
    const parsed = RunEvent.safeParse(event);
    if (!parsed.success) return;
    const { name, data } = parsed.data;
    run.inbox.set(name, [...(run.inbox.get(name) ?? []), data ?? null]);
    wake(run);
  });
  setHandler(snapshot, (request) => {
    const { outputs } = parse(SnapshotRequest, request ?? {});
    const whole = summarize(run.graph, run.progress, summaryOf(run));
    return fitToPayload(outputs === false ? withoutOutputs(whole) : whole);
  });
}

const refusal = (message: string): ApplicationFailure => ApplicationFailure.nonRetryable(message, 'Refused');

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refusal(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
}

/** A plan instead of the proposed one is held to the same limits. */
function refuseUnlessFit(run: Run, task: string, plan: unknown): void {
  const read = run.proposals.get(task);
  if (read === undefined) throw refusal(`task ${task} is an approval, and proposes no plan`);
  const made = read(plan);
  if ('problems' in made) throw refusal(made.problems.map(formatProblem).join('\n'));
}

function known(run: Run, task: string): void {
  if (run.graph.tasks.has(task)) return;
  const hint = didYouMean(task, run.graph.tasks.keys());
  throw refusal(`run ${run.id} has no task ${JSON.stringify(task)}${hint === undefined ? '' : `; ${hint}`}`);
}

function refuseUnlessRunning({ id, progress }: Run): void {
  if (progress.phase !== 'running') throw refusal(`run ${id} is ${progress.phase}: it starts nothing any more`);
}

/** A run that is being planned anew can be held up and raised, too. */
function refuseUnlessGoingOn(run: Run): void {
  if (!canBePaused(run.progress)) refuseUnlessRunning(run);
}

function refuseUnlessLimited(run: Run, add: Addition): void {
  const {
    id,
    progress: { escrow },
    request: { parent, budget },
  } = run;
  if (escrow === undefined) throw refusal(`run ${id} has no budget: there is nothing to raise`);
  const free = notLimited(escrow, add);
  const [short] = escrow.short;
  const hint = short === undefined ? '' : `; it is ${subRunId(run, short) ?? short} that has run short`;
  if (free.length > 0) throw refusal(`the budget of run ${id} has no limit of ${free.join(' and ')} to raise${hint}`);
  // What a sub-plan may spend is held by the run above, which alone can hold more.
  const isHandedDown = Object.keys(add).some((key) => budget !== undefined && Object.hasOwn(budget, key));
  if (parent !== undefined && isHandedDown)
    throw refusal(`run ${id} draws on the budget of run ${parent.run}: raise that one`);
}

/** A forEach of which too many items have failed is lost: what it has in flight is being cancelled. */
function refuseUnlessCalling({ graph, progress }: Run, task: string): void {
  const { kind } = taskOf(graph, task);
  if (!CALLS_AGENTS.has(kind))
    throw refusal(`task ${task} is of kind ${kind}: only a call to an agent can be tried again`);
  const { status, items } = stateOf(progress, task);
  const otherwise = 'there is nothing to try again';
  if (status !== 'running') throw refusal(`task ${task} is ${status}: ${otherwise}`);
  if (items === undefined) return;
  if (items.failed > items.tolerated) throw refusal(`too many items of task ${task} have failed: ${otherwise}`);
  if (items.running === 0) throw refusal(`task ${task} has no item in flight: ${otherwise}`);
}

function withoutOutputs(result: RunResult): RunResult {
  const tasks = Object.entries(result.tasks).map(([id, task]) => [id, { ...task, output: null }] as const);
  return { ...result, tasks: Object.fromEntries(tasks) };
}
