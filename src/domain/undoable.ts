// What the run above must keep of a sub-plan to undo it later: its progress, without the outputs that nobody will ask for.
import type { Graph, GraphTask } from './graph.js';
import { taskOf } from './graph.js';
import { NO_USAGE } from './call.js';
import { mentionsIn } from './needs.js';
import { stateOf, type Progress, type TaskState } from './progress.js';
import { emptyQueue } from './ready-queue.js';
import { unitsOf } from './undo.js';

export function toBeUndone(graph: Graph, { escrow: _, ...progress }: Progress): Progress {
  const compensable = graph.order
    .filter((id) => unitsOf(graph, progress, id).length > 0)
    .map((id) => taskOf(graph, id));
  const asked = new Set(compensable.flatMap((task) => [task.id, ...mentionsOf(task)]));
  const tasks = graph.order.map((id) => {
    const state = stateOf(progress, id);
    return [id, asked.has(id) ? state : withoutOutput(state)] as const;
  });
  return { ...progress, tasks: Object.fromEntries(tasks), ready: emptyQueue(), usage: NO_USAGE };
}

/** The tasks whose outputs its undoing reads. */
const mentionsOf = ({ task: { compensate, forEach } }: GraphTask): string[] =>
  mentionsIn([compensate?.input, forEach?.items]);

function withoutOutput({ output: _, items, ...state }: TaskState): TaskState {
  if (items === undefined) return state;
  const ended = items.ended.map((item) => {
    if (item === null) return null;
    const { output: _, ...rest } = item;
    return rest;
  });
  return { ...state, items: { ...items, ended } };
}
