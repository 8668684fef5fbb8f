// The updates, signals and queries of a run. Handlers change the state and wake the loop, which does the work. Validators reject a
// message that makes no sense now, before it becomes part of the history.
import { defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import {
  Approval,
  BudgetRaise,
  EventsRequest,
  MESSAGES,
  SnapshotRequest,
  SubPlanShort,
  RetryChoice,
  TaskChoice,
  type DebtRecord,
} from '../domain/run/messages.js';
import type { EventsPage } from '../domain/run/journal.js';
import type { RunResult } from '../domain/run/result.js';
import { approvalFault } from '../domain/run/message-limits.js';
import { fitToPayload } from '../domain/run/fit-to-payload.js';
import { summarize } from '../domain/run/summarize.js';
import { raiseBudget, reportToParent } from './budget.js';
import { debtRecord } from './debt-record.js';
import {
  checkAdditions,
  checkAnswerable,
  checkCalling,
  checkFault,
  checkPausable,
  checkPaused,
  checkPending,
  checkRunning,
  checkTask,
  parseMessage,
  rejection,
} from './message-checks.js';
import { onDeliverEvent, onSendEvent } from './events.js';
import { report, summaryContext, type Run } from './run.js';
import { tagStatus } from './web-ui.js';

const pause = defineUpdate<void, []>(MESSAGES.pause);
const resume = defineUpdate<void, []>(MESSAGES.resume);
const approve = defineUpdate<void, [Approval]>(MESSAGES.approve);
const retryTask = defineUpdate<void, [RetryChoice]>(MESSAGES.retryTask);
const skipTask = defineUpdate<void, [TaskChoice]>(MESSAGES.skipTask);
const raise = defineUpdate<void, [BudgetRaise]>(MESSAGES.raiseBudget);
const passBudget = defineSignal<[BudgetRaise]>(MESSAGES.passBudget);
const subPlanShort = defineSignal<[SubPlanShort]>(MESSAGES.subPlanShort);
const owed = defineQuery<DebtRecord>(MESSAGES.owed);
const events = defineQuery<EventsPage, [EventsRequest]>(MESSAGES.events);
const snapshot = defineQuery<RunResult, [SnapshotRequest?]>(MESSAGES.snapshot);

/** Sets all handlers. Called before the first `await` of the Workflow. */
export function answerMessages(run: Run): void {
  onPause(run);
  onResume(run);
  onApprove(run);
  onRetryTask(run);
  onSkipTask(run);
  onRaiseBudget(run);
  onPassBudget(run);
  onSubPlanShort(run);
  onSendEvent(run);
  onDeliverEvent(run);
  onOwed(run);
  onSnapshot(run);
  onEvents(run);
}

function onPause(run: Run): void {
  const handler = (): void => {
    report(run, { type: 'paused', because: 'user' });
    tagStatus(run, 'paused');
  };
  const validator = (): void => {
    checkPausable(run);
    if (run.progress.pausedBecause !== undefined) throw rejection(`run ${run.id} is already paused`);
  };
  setHandler(pause, handler, { validator });
}

function onResume(run: Run): void {
  const handler = (): void => {
    report(run, { type: 'resumed' });
    tagStatus(run, 'started');
  };
  setHandler(resume, handler, { validator: () => checkPaused(run) });
}

function onApprove(run: Run): void {
  const handler = (approval: Approval): void =>
    report(run, { type: 'answered', task: approval.task, answer: approval });
  const validator = (message: Approval): void => {
    const approval = parseMessage(Approval, message);
    checkFault(approvalFault(approval));
    checkAnswerable(run, approval);
  };
  setHandler(approve, handler, { validator });
}

/** The client then resets the activity, which makes Temporal start the next attempt. Here it is only checked that it may. */
function onRetryTask(run: Run): void {
  const validator = (message: RetryChoice): void => {
    const { task } = parseMessage(RetryChoice, message);
    checkTask(run, task);
    checkRunning(run);
    checkCalling(run, task);
  };
  setHandler(retryTask, () => undefined, { validator });
}

function onSkipTask(run: Run): void {
  const handler = ({ task }: TaskChoice): void => report(run, { type: 'skipped', task, now: Date.now() });
  const validator = (message: TaskChoice): void => {
    const { task } = parseMessage(TaskChoice, message);
    checkTask(run, task);
    checkRunning(run);
    checkPending(run, task);
  };
  setHandler(skipTask, handler, { validator });
}

function onRaiseBudget(run: Run): void {
  const handler = ({ add }: BudgetRaise): void => {
    raiseBudget(run, add);
    if (run.progress.pausedBecause === undefined) reportToParent(run, false);
  };
  const validator = (message: BudgetRaise): void => {
    const { add } = parseMessage(BudgetRaise, message);
    checkPausable(run);
    checkAdditions(run, add);
  };
  setHandler(raise, handler, { validator });
}

// A signal cannot be rejected, and an error in its handler would fail the Workflow Task: invalid signals are dropped.

function onPassBudget(run: Run): void {
  setHandler(passBudget, (message) => {
    const parsed = BudgetRaise.safeParse(message);
    if (parsed.success) raiseBudget(run, parsed.data.add);
  });
}

function onSubPlanShort(run: Run): void {
  setHandler(subPlanShort, (message) => {
    const parsed = SubPlanShort.safeParse(message);
    if (parsed.success) report(run, { type: 'subPlanShort', ...parsed.data });
  });
}

function onOwed(run: Run): void {
  setHandler(owed, () => debtRecord(run));
}

function onSnapshot(run: Run): void {
  setHandler(snapshot, (request) => {
    const { outputs } = parseMessage(SnapshotRequest, request ?? {});
    const whole = summarize(run.graph, run.progress, summaryContext(run));
    return fitToPayload(outputs === false ? withoutOutputs(whole) : whole);
  });
}

function onEvents(run: Run): void {
  setHandler(events, (request) => run.journal.read(parseMessage(EventsRequest, request).after, Date.now()));
}

function withoutOutputs(result: RunResult): RunResult {
  const tasks = Object.entries(result.tasks).map(([id, task]) => [id, { ...task, output: null }] as const);
  return { ...result, tasks: Object.fromEntries(tasks) };
}
