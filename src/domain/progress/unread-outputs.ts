// What a run may leave behind when it continues as new and not everything fits: outputs that no later step reads.
// L1. Read are the outputs that unfinished tasks, the output of the plan, and compensations that may still be made mention. Expressions
//     name the tasks that they read, so this is known exactly.
// L2. An output that is left out is marked with its size (`dropped`): the result says so.
// L3. The run's own waits keep their answers, and its publications their ids: a fork takes them from the result.
import { jsonBytes } from '../json/byte-size.js';
import { openedBytes } from '../json/value-reference.js';
import { taskOf, type Graph, type GraphTask } from '../plan/graph.js';
import { mentionsIn, readsNeeds, sourcesIn, templatesOf } from '../plan/needs.js';
import type { TaskKind } from '../plan/plan.js';
import { EVENTS_OF_CALL, EVENTS_OF_WORKFLOW_TASK } from './history-limits.js';
import { stateOf } from './progress.js';
import type { Progress, TaskState } from './state.js';
import { unitsOf } from './undo.js';

const KEPT: ReadonlySet<TaskKind> = new Set(['approve', 'wait', 'event', 'publish']);

/** A smaller output is not left out: its mark would take as much room. */
const LEAST_BYTES = 64;

/** Leaves out unread outputs, the largest first, until at least `excess` bytes are saved. Returns a copy. */
export function withoutUnread(graph: Graph, progress: Progress, excess: number): Progress {
  const tasks = { ...progress.tasks };
  let saved = 0;
  for (const id of graph.order) {
    const state = tasks[id]!;
    const less = withoutItemOutputs(taskOf(graph, id), state);
    if (less === state) continue;
    saved += jsonBytes(state.items) - jsonBytes(less.items);
    tasks[id] = less;
  }
  for (const { id, bytes } of unreadOutputs(graph, progress)) {
    if (saved >= excess) break;
    const { output, ...rest } = tasks[id]!;
    tasks[id] = { ...rest, dropped: openedBytes(output) };
    saved += bytes;
  }
  const { undo } = progress;
  return {
    ...progress,
    tasks,
    ...(undo === undefined ? {} : { undo: { ...undo, ready: undo.ready.slice(undo.next), next: 0 } }),
  };
}

/** The outputs of items are part of the output of their forEach: once that has ended, only compensations read them. */
function withoutItemOutputs({ task }: GraphTask, state: TaskState): TaskState {
  const { items, status } = state;
  if (items === undefined || status === 'running' || readsOwnOutput(task)) return state;
  const ended = items.ended.map((item) => {
    if (item?.output === undefined) return item;
    const { output: _, ...rest } = item;
    return rest;
  });
  return { ...state, items: { ...items, ended } };
}

/** Largest first. Empty if the plan may be planned again: its planner sees all outputs. */
function unreadOutputs(graph: Graph, progress: Progress): { readonly id: string; readonly bytes: number }[] {
  if (graph.onFailure === 'replan') return [];
  const read = outputsToRead(graph, progress);
  return graph.order
    .filter((id) => !read.has(id) && !KEPT.has(taskOf(graph, id).kind))
    .map((id) => ({ id, bytes: jsonBytes(stateOf(progress, id).output) }))
    .filter(({ bytes }) => bytes >= LEAST_BYTES)
    .sort((a, b) => b.bytes - a.bytes);
}

/** The tasks whose outputs may still be read. */
function outputsToRead(graph: Graph, progress: Progress): ReadonlySet<string> {
  const values: unknown[] = progress.verdict === 'completed' ? [graph.plan.output] : [];
  const read = new Set<string>();
  for (const task of graph.tasks.values()) {
    const { status } = stateOf(progress, task.id);
    const isOpen = status === 'pending' || status === 'running';
    const mayBeUndone = isOpen || unitsOf(graph, progress, task.id).length > 0;
    if (isOpen) values.push(...templatesOf(task.task).map(({ value }) => value));
    if (!mayBeUndone) continue;
    values.push(task.task.compensate?.input, task.task.forEach?.items);
    if (readsNeeds(task.task)) for (const need of task.task.needs ?? []) read.add(need);
    if (readsOwnOutput(task.task)) read.add(task.id);
  }
  for (const id of mentionsIn(values)) read.add(id);
  return read;
}

/** True if the compensation of the task reads the output that it undoes. */
const readsOwnOutput = ({ compensate }: GraphTask['task']): boolean =>
  sourcesIn(compensate?.input).some((source) => source.includes('$output'));

/** What undoing everything now would add to the history. */
export interface UndoReserve {
  readonly events: number;
  readonly bytes: number;
}

/** A command and the events of a call without its input and output. */
const BYTES_OF_UNDO = 1024;

/** Zero if a failure of the run is not undone. */
export function undoReserve(graph: Graph, progress: Progress): UndoReserve {
  if (graph.onFailure !== 'compensate' && graph.onFailure !== 'replan') return { events: 0, bytes: 0 };
  let [units, bytes] = [0, 0];
  for (const id of graph.order) {
    const count = unitsOf(graph, progress, id).length;
    units += count;
    const { task } = taskOf(graph, id);
    const inputs = [...mentionsIn(task.compensate?.input), ...(readsOwnOutput(task) ? [id] : [])];
    if (count > 0) for (const read of new Set(inputs)) bytes += jsonBytes(stateOf(progress, read).output);
  }
  return { events: units * (EVENTS_OF_CALL + EVENTS_OF_WORKFLOW_TASK), bytes: bytes + units * BYTES_OF_UNDO };
}
