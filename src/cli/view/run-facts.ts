// What the views know of a run beside its snapshots.
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { buildGraph } from '../../domain/graph.js';
import { oneLine } from '../../domain/one-line.js';
import { pictureOf } from '../../domain/picture-of.js';
import type { PictureTask } from '../../domain/picture.js';
import type { Plan, TaskKind } from '../../domain/plan.js';
import type { FoundServer } from '../../server/index.js';

export interface TaskFacts {
  readonly kind: TaskKind;
  /** The agent's type, the title of an approval, the name of an event, …: one line. */
  readonly label: string;
}

export interface RunFacts {
  readonly id: string;
  readonly plan: string;
  readonly tasks: ReadonlyMap<string, TaskFacts>;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The run's page in the Web UI, where there is one. */
  readonly page?: string;
}

export function runFacts(
  plan: Plan,
  { workflowId, startTime }: Pick<WorkflowExecutionDescription, 'workflowId' | 'startTime'>,
  { webUi, namespace }: Pick<FoundServer, 'webUi' | 'namespace'>,
): RunFacts {
  return {
    id: workflowId,
    plan: oneLine(plan.name),
    tasks: taskFacts(plan),
    startedAt: startTime.getTime(),
    ...(webUi === undefined
      ? {}
      : { page: `${webUi}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}` }),
  };
}

export const taskFacts = (plan: Plan): RunFacts['tasks'] =>
  new Map(pictureOf(buildGraph(plan)).tasks.map((task) => [task.id, factsOf(task)]));

const factsOf = ({ kind, label }: PictureTask): TaskFacts => ({ kind, label: oneLine(label) });
