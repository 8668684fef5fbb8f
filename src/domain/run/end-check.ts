// Whether a run can end: a long run has several histories, and from one to the next it carries its plan, its input and the state of every
// task in one payload.
import { createProgress } from '../progress/progress.js';
import { buildGraph } from '../plan/graph.js';
import { contestOf } from '../call/race-and-vote.js';
import { parsePlainPath } from '../expression/plain-path.js';
import { expressionSource } from '../expression/expression.js';
import { byteCount } from '../byte-count.js';
import { sizeBounds } from '../json/size-bounds.js';
import { entry, isRecord } from '../json/own-property.js';
import type { Plan, Task } from '../plan/plan.js';
import { EVENTS_OF_CALL, EVENTS_OF_WORKFLOW_TASK, LAST_BYTE, LAST_EVENT } from '../progress/history-limits.js';
import { valueLimitOf, type RunInput } from './input.js';

export interface EndCheck {
  /** Why the run cannot end, whatever its agents answer. */
  readonly problem?: string;
  /** Why it may not end. */
  readonly warning?: string;
}

/** `{"status":"succeeded","output":null},` */
const BYTES_OF_ITEM = 37;

export const STORAGE_HINT = 'with "storage" in the configuration there is no such bound';

/** Expects a valid plan. Sub-plans are runs of their own. */
export function checkEnd(request: RunInput & { readonly plan: Plan }): EndCheck {
  const { plan, agents = {} } = request;
  const limit = valueLimitOf(request);
  let [calls, items, outputBytes] = [0, 0, 0];
  for (const task of Object.values(plan.tasks)) {
    const count = task.forEach === undefined ? 1 : (itemCount(task, request.input) ?? 1);
    if (task.forEach !== undefined) items += count;
    calls += count * callsOf(task);
    const { maxOutput } = entry(agents, task.agent ?? '') ?? {};
    if (maxOutput !== undefined) outputBytes += count * byteCount(maxOutput);
  }
  const least = calls * EVENTS_OF_CALL;
  const most = least + calls * EVENTS_OF_WORKFLOW_TASK;
  if (most <= LAST_EVENT && outputBytes <= LAST_BYTE) return {};
  const carried = { ...request, carried: { progress: createProgress(buildGraph(plan)) } };
  const bytes = sizeBounds(carried).least + items * BYTES_OF_ITEM;
  const events = (count: number) => `${calls} calls make up to ${count} events, one history has room for ${LAST_EVENT}`;
  const size = `what the run carries into the next is at least ${bytes} bytes of JSON, at most ${limit} fit into one payload`;
  if (bytes > limit && least > LAST_EVENT)
    return { problem: `the run cannot end: ${events(least).replace('up to', 'at least')}, and ${size}` };
  if (bytes > limit && most > LAST_EVENT) return { warning: `the run may not end: ${events(most)}, and ${size}` };
  if (outputBytes > LAST_BYTE && bytes + outputBytes > limit) {
    const why = `its agents may answer ${outputBytes} bytes (maxOutput), one history has room for ${LAST_BYTE}`;
    return {
      warning: `the run may not end: ${why}, and at most ${limit} bytes that later tasks read are carried into the next`,
    };
  }
  return {};
}

function callsOf(task: Task): number {
  if (task.agent !== undefined || task.plan !== undefined || task.decompose !== undefined) return 1;
  return contestOf(task)?.agents.length ?? 0;
}

/** The number of items of a forEach, if it is known before the run: a list, or a path into the input. */
function itemCount({ forEach }: Task, input: unknown): number | undefined {
  const items: unknown = forEach?.items;
  if (Array.isArray(items)) return items.length;
  const path = parsePlainPath((typeof items === 'string' ? expressionSource(items) : undefined) ?? '');
  if (path?.root !== 'input') return undefined;
  let value = input;
  for (const key of path.keys) value = isRecord(value) ? entry(value, key) : undefined;
  return Array.isArray(value) ? value.length : undefined;
}
