// The facts about a run that its snapshots do not have.
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { labelOf } from '../../domain/picture/from-run.js';
import { kindsOf, type Plan } from '../../domain/plan/plan.js';
import { hasSeveralCalls } from '../../domain/plan/task-agents.js';
import type { TaskLabel } from '../../domain/run/waiting.js';
import { visibleLine } from '../../domain/text/visible.js';
import type { FoundServer } from '../../server/index.js';

export interface TaskFacts extends TaskLabel {
  /** The task may make several calls for one answer: they are not attempts of one call. */
  readonly hasSeveralCalls?: boolean;
}

export interface RunFacts {
  readonly id: string;
  readonly plan: string;
  readonly tasks: ReadonlyMap<string, TaskFacts>;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The address of the run's page in the Web UI, if there is a Web UI. */
  readonly page?: string;
}

export function runFacts(
  plan: Plan,
  { workflowId, startTime }: Pick<WorkflowExecutionDescription, 'workflowId' | 'startTime'>,
  { webUi, namespace }: Pick<FoundServer, 'webUi' | 'namespace'>,
): RunFacts {
  return {
    id: workflowId,
    plan: visibleLine(plan.name),
    tasks: taskFacts(plan),
    startedAt: startTime.getTime(),
    ...(webUi === undefined
      ? {}
      : { page: `${webUi}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}` }),
  };
}

export const taskFacts = ({ tasks }: Plan): RunFacts['tasks'] =>
  new Map(
    Object.entries(tasks).map(([id, task]) => [
      id,
      {
        kind: kindsOf(task)[0]!,
        label: visibleLine(labelOf(task)),
        ...(hasSeveralCalls(task) ? { hasSeveralCalls: true } : {}),
      },
    ]),
  );
