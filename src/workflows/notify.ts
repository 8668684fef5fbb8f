// Reports of a run to receivers outside: each is a Workflow of its own, which lives on when the run has ended. Its id names what has
// happened, so the server refuses a second one; the run does not wait until it has been received.
import { startChild, workflowInfo } from '@temporalio/workflow';
import type { Failure } from '../domain/failure.js';
import { defined } from '../domain/json/defined.js';
import { labelOf } from '../domain/plan/task-agents.js';
import { stateOf } from '../domain/progress/progress.js';
import { replannedName } from '../domain/call/name.js';
import { MOST_DEBT, NOTICE, type Notice } from '../domain/run/notice.js';
import type { Approve } from '../domain/plan/plan.js';
import { waitOfTask } from '../domain/run/waiting.js';
import { msLeft } from './kinds/time-limit.js';
import type { Work } from './kinds/work.js';
import { summaryContext, type Run } from './run.js';

/**
 * Resolves when the server has started the notice: it starts no child of a Workflow that has ended, whatever the policy of that child says.
 * Sub-plans are parts of their runs.
 */
export async function notifyEnd(
  run: Run,
  status: 'completed' | 'failed' | 'cancelled',
  defect?: Failure,
): Promise<void> {
  if (!run.notifies || run.request.parent !== undefined) return;
  const { failure = defect, debt } = run.progress;
  const { type, message, task } = { task: undefined, ...failure };
  await send({
    type: 'run.ended',
    ...about(run, 'ended'),
    execution: workflowInfo().firstExecutionRunId,
    status,
    startedAt: new Date(run.startedAt).toISOString(),
    ...(type === undefined || message === undefined || status === 'completed'
      ? {}
      : { failure: { type, message, ...defined({ task }) } }),
    ...(debt.length === 0 ? {} : { debt: debt.slice(0, MOST_DEBT) }),
  });
}

/** After a continue-as-new, a task waits again: the notice has the id of the first one. */
export function notifyWait(
  run: Run,
  work: Work,
  { timeout, onTimeout = 'reject' }: Pick<Approve, 'timeout' | 'onTimeout'>,
): void {
  if (!run.notifies) return;
  const { id: task, kind, task: terms } = work.task;
  const state = stateOf(run.progress, task);
  const waits = waitOfTask(run.id, task, { kind, label: labelOf(terms) }, state);
  if (waits === undefined || state.answer !== undefined) return;
  const ms = msLeft(run, work, timeout);
  const root = workflowInfo().root?.workflowId;
  void send({
    type: 'approval.waiting',
    ...about(run, `waits_${replannedName(task, state.replan)}`),
    ...(root === undefined || root === run.id ? {} : { root }),
    task,
    kind: kind === 'approve' ? 'approval' : 'plan',
    title: waits.title,
    ...defined({ description: waits.description }),
    ...(ms === undefined ? {} : { until: new Date(Date.now() + ms).toISOString(), onTimeout }),
    command: waits.command,
  });
}

const about = (run: Run, what: string) => ({
  id: `${workflowInfo().firstExecutionRunId}_${what}`,
  run: summaryContext(run).runId,
  plan: run.graph.plan.name,
  at: new Date(Date.now()).toISOString(),
  ...defined({ tenant: run.request.tenant?.name, correlationId: run.request.correlationId }),
});

/** Never rejects: a notice that exists has been sent before. */
async function send(notice: Notice): Promise<void> {
  const options = {
    args: [notice] as [Notice],
    workflowId: `baton-notice/${notice.id}`,
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    parentClosePolicy: 'ABANDON',
    staticSummary: `${notice.type} of ${notice.run}`,
  } as const;
  await startChild<(notice: Notice) => Promise<void>>(NOTICE, options).catch(() => undefined);
}
