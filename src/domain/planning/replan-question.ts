// What a planner gets after a plan has failed: the plan, the tasks that succeeded, with references to their outputs, and the others.
import { defined } from '../json/defined.js';
import type { Failure } from '../failure.js';
import { taskOf, type Graph } from '../plan/graph.js';
import { MAX_PREVIOUS_BYTES } from './limits.js';
import { stateOf } from '../progress/progress.js';
import { type Progress } from '../progress/state.js';
import { replansLeft } from '../progress/replan.js';
import { jsonBytes } from '../json/byte-size.js';
import { agentText } from '../plan/task-agents.js';
import { headOf } from '../text/well-formed.js';
import type { ReplanQuestion } from './request.js';

/** The length of the preview of an output. */
const MAX_PREVIEW = 200;

/** Expects a concluded run that has failed. `previews`: of outputs that are stored. */
export function replanQuestion(
  graph: Graph,
  progress: Progress,
  previews: ReadonlyMap<string, Preview> = new Map(),
): ReplanQuestion {
  const { tasks, output, defaults } = graph.plan;
  const plan = { tasks, ...defined({ output, defaults }) };
  const { type, message, task } = progress.failure!;
  const ids = graph.order;
  const hasWorked = (id: string) => stateOf(progress, id).status === 'succeeded';
  return {
    plan: jsonBytes(plan) <= MAX_PREVIOUS_BYTES ? plan : null,
    failure: { type, message, ...defined({ task }) },
    succeeded: ids.filter(hasWorked).map((id) => describeSuccess(graph, progress, id, previews.get(id))),
    ended: ids.filter((id) => !hasWorked(id)).map((id) => describeEnd(progress, id)),
    left: replansLeft(graph, progress) - 1,
  };
}

function describeSuccess(
  graph: Graph,
  progress: Progress,
  id: string,
  preview: Preview | undefined,
): ReplanQuestion['succeeded'][number] {
  const { output, answeredBy } = stateOf(progress, id);
  const agent = answeredBy ?? agentText(taskOf(graph, id).task);
  return { id, ...defined({ agent }), output: `{% $tasks.${id}.output %}`, ...(preview ?? previewOf(output)) };
}

export type Preview = Pick<ReplanQuestion['succeeded'][number], 'bytes' | 'preview'>;

/** The size of an output, and what its JSON begins with. */
export function previewOf(output: unknown): Preview {
  const text = JSON.stringify(output ?? null);
  return {
    bytes: jsonBytes(output ?? null),
    preview: text.length <= MAX_PREVIEW ? text : `${headOf(text, MAX_PREVIEW)}…`,
  };
}

function describeEnd(progress: Progress, id: string): ReplanQuestion['ended'][number] {
  const { status, failure, skip } = stateOf(progress, id);
  const why = failure === undefined ? skip?.because && `because of ${skip.because}` : failureText(failure);
  return { id, status, ...defined({ why }) };
}

const failureText = ({ type, message }: Failure): string => `${type}: ${message}`;
