// Runs that make no progress: nothing has happened for long, their Workflow Task fails, or they are past a time limit.
import type { WorkflowExecutionDescription, WorkflowExecutionInfo } from '@temporalio/client';
import { RunNotFoundError } from '../../client/errors.js';
import type { RunInspection } from '../../client/inspect-run.js';
import { durationMs, formatDuration } from '../../domain/duration.js';
import type { Task } from '../../domain/plan/plan.js';
import { ORCHESTRATE } from '../../domain/run/input.js';
import { SEARCH_ATTRIBUTES } from '../../domain/run/search-attributes.js';
import { lastEventTime } from '../../temporal/last-event.js';
import type { Check, Finding, Patient } from './finding.js';

/** Runs in progress that are looked at. */
const MAX_RUNS = 1_000;

/** Temporal repeats a Workflow Task that fails, after ever longer pauses. One or two failures are those of a worker that ended. */
const FAILED_TASKS = 4;

export const checkRuns: Check = {
  name: 'runs',
  async look(patient) {
    const findings: Finding[] = [];
    let left = MAX_RUNS;
    const query = `WorkflowType = '${ORCHESTRATE}' AND ExecutionStatus = 'Running'`;
    for await (const info of patient.client.workflow.list({ query })) {
      findings.push(...(await lookAtRun(patient, info)));
      if (--left === 0) break;
    }
    return findings;
  },
};

async function lookAtRun(patient: Patient, info: WorkflowExecutionInfo): Promise<Finding[]> {
  const { workflowId: id } = info;
  try {
    const run = patient.baton.run(id);
    const description = await run.describe();
    const failures = description.raw.pendingWorkflowTask?.attempt ?? 0;
    if (failures >= FAILED_TASKS) {
      const problem = `the Workflow Task of run ${id} has failed ${failures} times: the run does not move`;
      return [
        { problem, todo: 'read the error in the Web UI; after an upgrade "baton gate" names what does not replay' },
      ];
    }
    if (Date.now() - info.startTime.getTime() < patient.staleMs || waits(description)) return [];
    const lastMs = await lastProgress(patient, description);
    const isStale = Date.now() - lastMs >= patient.staleMs;
    return isStale ? inspected(id, lastMs, await patient.baton.inspect(id)) : [];
  } catch (error) {
    // It has ended in the meantime.
    if (error instanceof RunNotFoundError) return [];
    throw error;
  }
}

/** For a person, an event or a larger budget. */
function waits({ typedSearchAttributes }: WorkflowExecutionDescription): boolean {
  const attributes = new Map(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value] as const));
  return (
    attributes.get(SEARCH_ATTRIBUTES.state.name) === 'waiting' ||
    attributes.get(SEARCH_ATTRIBUTES.status.name) === 'paused'
  );
}

/** The newest event or attempt. Heartbeats only show that the worker is alive. */
async function lastProgress(
  { client }: Patient,
  { workflowId, startTime, raw }: WorkflowExecutionDescription,
): Promise<number> {
  const attempts = (raw.pendingActivities ?? []).map(
    ({ lastStartedTime }) => Number(lastStartedTime?.seconds ?? 0) * 1000,
  );
  return Math.max(startTime.getTime(), (await lastEventTime(client, workflowId)) ?? 0, ...attempts);
}

/** Kinds of tasks that may be without an event for long, because they wait, or because another run has the events. */
const QUIET_KINDS = ['wait', 'approve', 'event', 'plan', 'decompose'] as const satisfies readonly (keyof Task)[];

function inspected(id: string, lastMs: number, { plan, snapshot, hasWorker }: RunInspection): Finding[] {
  const tasks = Object.entries(snapshot.tasks).filter(
    ([, { status }]) => status === 'running' || status === 'retrying',
  );
  const late = tasks.flatMap(([task, { startedAt }]): Finding[] => {
    const deadline = plan.tasks[task]?.deadline;
    if (deadline === undefined || startedAt === null) return [];
    if (Date.now() < Date.parse(startedAt) + durationMs(deadline)) return [];
    const problem = `task ${task} of run ${id} is past its deadline of ${deadline}`;
    return [{ problem, todo: `look at it: "baton status ${id}"` }];
  });
  // That no worker polls its Task Queue is reported for the queue.
  if (late.length > 0 || !hasWorker) return late;
  const working = tasks.filter(([task]) => QUIET_KINDS.every((kind) => plan.tasks[task]?.[kind] === undefined));
  if (tasks.length > 0 && working.length === 0) return [];
  const quiet = formatDuration(Date.now() - lastMs);
  const named = working.slice(0, 3).map(([task, { agent }]) => (agent === null ? task : `${task} (${agent})`));
  const what = named.length === 0 ? '' : `: ${named.join(', ')} ${named.length === 1 ? 'is' : 'are'} in progress`;
  const problem = `run ${id} has made no progress for ${quiet}${what}`;
  return [
    { problem, todo: `"baton retry ${id} TASK" makes another attempt; "idle" on the agent ends attempts that hang` },
  ];
}
