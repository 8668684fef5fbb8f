// What a parent run keeps of a sub-plan to undo it later: its progress, without the outputs that undoing does not read.
import { type Graph, type GraphTask, taskOf } from '../plan/graph.js';
import { isOwed, workStates } from './debt.js';
import { NO_USAGE } from '../call/usage.js';
import { mentionsIn, readsNeeds } from '../plan/needs.js';
import { stateOf } from './progress.js';
import type { Progress, TaskState } from './state.js';
import { emptyQueue } from './ready-queue.js';
import { unitsOf } from './undo.js';

export function undoRecordOf(graph: Graph, { escrow: _, undo: __, outputs: ___, ...progress }: Progress): Progress {
  const compensable = graph.order
    .filter((id) => unitsOf(graph, progress, id).length > 0 || workStates(stateOf(progress, id)).some(isOwed))
    .map((id) => taskOf(graph, id));
  const readByUndo = new Set(compensable.flatMap((task) => [task.id, ...tasksReadByUndo(task)]));
  const tasks = graph.order.map((id) => {
    const state = stateOf(progress, id);
    return [id, readByUndo.has(id) ? state : withoutOutput(state)] as const;
  });
  return { ...progress, tasks: Object.fromEntries(tasks), ready: emptyQueue(), usage: NO_USAGE };
}

/** The tasks whose outputs are read when this task is undone. */
const tasksReadByUndo = ({ task }: GraphTask): string[] => [
  ...mentionsIn([task.compensate?.input, task.forEach?.items]),
  ...(readsNeeds(task) ? (task.needs ?? []) : []),
];

function withoutOutput({ output: _, items, ...state }: TaskState): TaskState {
  if (items === undefined) return state;
  const ended = items.ended.map((item) => {
    if (item === null) return null;
    const { output: _, ...rest } = item;
    return rest;
  });
  return { ...state, items: { ...items, ended } };
}
