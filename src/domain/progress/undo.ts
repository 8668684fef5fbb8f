// Compensation in reverse DAG order.
// U1. A task is undone only after all tasks that (transitively) depend on it have been undone or have nothing to undo.
// U2. Independent tasks are undone in parallel, within the run's concurrency.
// U3. A task that cannot be undone becomes debt, and the others are still undone.
// A unit of undoing is a task, or one item of a forEach: an item that succeeded is undone even if its forEach failed.
import { move } from './settle.js';
import { entry } from '../json/own-property.js';
import { taskOf, type Graph } from '../plan/graph.js';
import type { Task } from '../plan/plan.js';
import type { ItemState, Progress, SubPlanUndone, TaskState, UndoState, UndoUnit } from './state.js';
import { stateOf } from './progress.js';

/** Starts to undo, or ends the run if there is nothing to undo. Expects a concluded run. */
export function beginUndo(graph: Graph, progress: Progress): void {
  const isUndoneOnFailure = graph.onFailure === 'compensate' || graph.onFailure === 'replan';
  const wanted = progress.verdict === 'cancelled' || (progress.verdict === 'failed' && isUndoneOnFailure);
  if (wanted && isCompensable(graph, progress)) beginUndoing(graph, progress);
  else progress.phase = 'ended';
}

/** Starts to undo only these tasks. If there is nothing to undo, `isUndone` is true immediately. */
export const beginDrop = (graph: Graph, progress: Progress, ids: readonly string[]): void =>
  // Stryker disable next-line BooleanLiteral: only the keys are read
  beginUndoing(graph, progress, { only: Object.fromEntries(ids.map((id) => [id, true])) });

function beginUndoing(graph: Graph, progress: Progress, which: Pick<UndoState, 'only'> = {}): void {
  progress.phase = 'compensating';
  const blockers = Object.fromEntries(graph.order.map((id) => [id, taskOf(graph, id).dependents.length]));
  progress.undo = { ...which, blockers, left: {}, ready: [], next: 0, inFlight: 0 };
  queueUndoable(
    graph,
    progress,
    graph.order.filter((id) => blockers[id] === 0),
  );
}

/** True if anything could be undone. */
export const isCompensable = (graph: Graph, progress: Progress): boolean =>
  graph.order.some((id) => unitsOf(graph, progress, id).length > 0);

/** Takes the next unit that may be undone and counts it as in flight. */
export function takeUndo(graph: Graph, progress: Progress): UndoUnit | undefined {
  const { undo } = progress;
  if (undo === undefined || undo.inFlight >= graph.concurrency || undo.next >= undo.ready.length) return undefined;
  undo.inFlight++;
  return undo.ready[undo.next++];
}

export function settleUndo(
  graph: Graph,
  progress: Progress,
  unit: UndoUnit,
  undone: boolean,
  { owes = [unit.task], child }: SubPlanUndone = {},
): void {
  const undo = progress.undo!;
  undo.inFlight--;
  const state = stateOf(progress, unit.task);
  const unitState = unit.index === undefined ? state : state.items!.ended[unit.index]!;
  unitState.undone = undone ? 'compensated' : 'compensation-failed';
  if (child !== undefined) unitState.child = child;
  if (!undone) undo.owed = { ...undo.owed, [unit.task]: [...(entry(undo.owed ?? {}, unit.task) ?? []), ...owes] };
  undo.left[unit.task]!--;
  if (undo.left[unit.task]! > 0) return;
  const whole = undoStatusOf(state);
  if (state.status === 'compensating') move(progress, unit.task, whole);
  if (whole === 'compensated') progress.compensated.push(unit.task);
  else progress.debt.push(...new Set(entry(undo.owed ?? {}, unit.task) ?? [unit.task]));
  queueUndoable(graph, progress, [unit.task]);
}

export function isUndone({ phase, undo }: Progress): boolean {
  return phase === 'compensating' && undo !== undefined && undo.inFlight === 0 && undo.next >= undo.ready.length;
}

/** Queues tasks that have something to undo, passes over the others, and then visits the needs of tasks with nothing left to undo. */
function queueUndoable(graph: Graph, progress: Progress, ids: readonly string[]): void {
  const { only, blockers, left, ready } = progress.undo!;
  const nothingToUndo: string[] = [];
  const reached = [...ids];
  while (reached.length + nothingToUndo.length > 0) {
    const id = reached.pop();
    if (id !== undefined) {
      const units = only !== undefined && !Object.hasOwn(only, id) ? [] : unitsOf(graph, progress, id);
      if (units.length === 0) nothingToUndo.push(id);
      else {
        left[id] = units.length;
        ready.push(...units);
        const state = stateOf(progress, id);
        if (state.status !== 'failed') move(progress, id, 'compensating');
      }
      continue;
    }
    for (const need of taskOf(graph, nothingToUndo.pop()!).needs) if (--blockers[need]! === 0) reached.push(need);
  }
}

/** The units of a task that could be undone; the newest item first. */
export function unitsOf(graph: Graph, progress: Progress, id: string): UndoUnit[] {
  const state = stateOf(progress, id);
  const { task } = taskOf(graph, id);
  const isCallable = (one: TaskState | ItemState) =>
    task.compensate !== undefined && (one.status === 'succeeded' || one.status === 'unknown');
  const canBeUndone = (one: TaskState | ItemState) =>
    one.origin === undefined &&
    one.undone === undefined &&
    one.isLeft === undefined &&
    (undoesItself(task, one) ? !('isTried' in one.child!) : isCallable(one));
  if (state.items === undefined) return canBeUndone(state) ? [{ task: id }] : [];
  return state.items.ended
    .flatMap((item, index) => (item !== null && canBeUndone(item) ? [{ task: id, index }] : []))
    .reverse();
}

/** True if a sub-plan is undone by its own compensations, and not by the `compensate` of its task. */
export const undoesItself = ({ compensate }: Pick<Task, 'compensate'>, { child }: TaskState | ItemState): boolean =>
  child !== undefined && (compensate === undefined || 'hasFailed' in child);

function undoStatusOf(state: TaskState): 'compensated' | 'compensation-failed' {
  const parts = state.items === undefined ? [state] : (state.items.ended.filter(Boolean) as ItemState[]);
  return parts.some(({ undone }) => undone === 'compensation-failed') ? 'compensation-failed' : 'compensated';
}
