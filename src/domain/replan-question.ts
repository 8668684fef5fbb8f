// What a planner is told of a plan that has failed: what it was, what of it has worked, by reference, and what has not.
import type { Failure, RunFailure } from './failure.js';
import { taskOf, type Graph } from './graph.js';
import type { Plan } from './plan.js';
import { MAX_PREVIOUS_BYTES } from './planner.js';
import { stateOf, type Progress } from './progress.js';
import { replansLeft } from './replan.js';
import { jsonBytes } from './size.js';
import type { TaskStatus } from './status.js';
import { agentText } from './task-agents.js';

/** As much of an output as tells what it is. */
const MAX_PREVIEW = 200;

export interface ReplanQuestion {
  /** The plan that failed; `null` if it is too large to be sent. */
  readonly plan: Pick<Plan, 'tasks' | 'output' | 'defaults'> | null;
  readonly failure: Pick<RunFailure, 'type' | 'message' | 'task'>;
  /** What may stay as it is, and what expressions may say of it. */
  readonly succeeded: readonly {
    readonly id: string;
    readonly agent?: string;
    readonly output: string;
    readonly bytes: number;
    readonly preview: string;
  }[];
  /** What has not worked, or may not have. */
  readonly ended: readonly { readonly id: string; readonly status: TaskStatus; readonly why?: string }[];
  /** How often the run may be planned anew after this time. */
  readonly left: number;
}

/** Expects a concluded run that has failed. */
export function replanQuestion(graph: Graph, progress: Progress): ReplanQuestion {
  const { tasks, output, defaults } = graph.plan;
  const plan = { tasks, ...(output === undefined ? {} : { output }), ...(defaults === undefined ? {} : { defaults }) };
  const { type, message, task } = progress.failure!;
  const ids = graph.order;
  const hasWorked = (id: string) => stateOf(progress, id).status === 'succeeded';
  return {
    plan: jsonBytes(plan) <= MAX_PREVIOUS_BYTES ? plan : null,
    failure: { type, message, ...(task === undefined ? {} : { task }) },
    succeeded: ids.filter(hasWorked).map((id) => successOf(graph, progress, id)),
    ended: ids.filter((id) => !hasWorked(id)).map((id) => endOf(progress, id)),
    left: replansLeft(graph, progress) - 1,
  };
}

function successOf(graph: Graph, progress: Progress, id: string): ReplanQuestion['succeeded'][number] {
  const { output, answeredBy } = stateOf(progress, id);
  const agent = answeredBy ?? agentText(taskOf(graph, id).task);
  const text = JSON.stringify(output ?? null);
  return {
    id,
    ...(agent === undefined ? {} : { agent }),
    output: `{% $tasks.${id}.output %}`,
    bytes: jsonBytes(output ?? null),
    preview: text.length <= MAX_PREVIEW ? text : `${text.slice(0, MAX_PREVIEW)}…`,
  };
}

function endOf(progress: Progress, id: string): ReplanQuestion['ended'][number] {
  const { status, failure, skip } = stateOf(progress, id);
  const why = failure === undefined ? skip?.because && `because of ${skip.because}` : said(failure);
  return { id, status, ...(why === undefined ? {} : { why }) };
}

const said = ({ type, message }: Failure): string => `${type}: ${message}`;
