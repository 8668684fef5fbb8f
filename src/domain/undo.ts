// Compensation in reverse DAG order.
// U1. A task is undone only after all that (transitively) depends on it has been undone or has nothing to undo.
// U2. What is independent is undone in parallel, within the run's concurrency.
// U3. What cannot be undone becomes debt, and holds nothing else up.
// A unit of undoing is a task, or one item of a forEach: an item that succeeded is undone even where its forEach failed.
import { move } from './settle.js';
import { taskOf, type Graph } from './graph.js';
import { stateOf, type ItemState, type Progress, type TaskState } from './progress.js';

export interface UndoUnit {
  readonly task: string;
  readonly index?: number;
}

export interface UndoState {
  /** The tasks that are undone; all, if absent. */
  readonly only?: Readonly<Record<string, true>>;
  /** Dependents of a task that are not yet out of its way. */
  readonly blockers: Record<string, number>;
  /** Units of a task that are not yet settled. */
  readonly left: Record<string, number>;
  readonly ready: UndoUnit[];
  next: number;
  inFlight: number;
}

/** Begins to undo, or ends the run where there is nothing to undo. Expects a concluded run. */
export function beginUndo(graph: Graph, progress: Progress): void {
  const isUndoneOnFailure = graph.onFailure === 'compensate' || graph.onFailure === 'replan';
  const wanted = progress.verdict === 'cancelled' || (progress.verdict === 'failed' && isUndoneOnFailure);
  if (wanted && isCompensable(graph, progress)) beginUndoing(graph, progress);
  else progress.phase = 'ended';
}

/** Begins to undo these tasks, and no others; where there is nothing to undo, `isUndone` is true at once. */
export const beginDrop = (graph: Graph, progress: Progress, ids: readonly string[]): void =>
  beginUndoing(graph, progress, { only: Object.fromEntries(ids.map((id) => [id, true])) });

function beginUndoing(graph: Graph, progress: Progress, which: Pick<UndoState, 'only'> = {}): void {
  progress.phase = 'compensating';
  const blockers = Object.fromEntries(graph.order.map((id) => [id, taskOf(graph, id).dependents.length]));
  progress.undo = { ...which, blockers, left: {}, ready: [], next: 0, inFlight: 0 };
  clear(
    graph,
    progress,
    graph.order.filter((id) => blockers[id] === 0),
  );
}

/** True if there is anything that could be undone. */
export const isCompensable = (graph: Graph, progress: Progress): boolean =>
  graph.order.some((id) => unitsOf(graph, progress, id).length > 0);

/** Takes the next unit that may be undone, and counts it as in flight. */
export function takeUndo(graph: Graph, progress: Progress): UndoUnit | undefined {
  const { undo } = progress;
  if (undo === undefined || undo.inFlight >= graph.concurrency || undo.next >= undo.ready.length) return undefined;
  undo.inFlight++;
  return undo.ready[undo.next++];
}

export function settleUndo(graph: Graph, progress: Progress, unit: UndoUnit, undone: boolean): void {
  const undo = progress.undo!;
  undo.inFlight--;
  const state = stateOf(progress, unit.task);
  const unitState = unit.index === undefined ? state : state.items?.ended[unit.index];
  if (unitState) unitState.undone = undone ? 'compensated' : 'compensation-failed';
  undo.left[unit.task]!--;
  if (undo.left[unit.task]! > 0) return;
  const whole = undoneOf(state);
  if (state.status === 'compensating') move(unit.task, state, whole);
  (whole === 'compensated' ? progress.compensated : progress.debt).push(unit.task);
  clear(graph, progress, [unit.task], true);
}

export function isUndone({ phase, undo }: Progress): boolean {
  return phase === 'compensating' && undo !== undefined && undo.inFlight === 0 && undo.next >= undo.ready.length;
}

/** Lets pass what has nothing to undo, queues what has, and frees what both depended on. */
function clear(graph: Graph, progress: Progress, ids: string[], settled = false): void {
  const { only, blockers, left, ready } = progress.undo!;
  const outOfTheWay = settled ? [...ids] : [];
  const reached = settled ? [] : [...ids];
  while (reached.length + outOfTheWay.length > 0) {
    const id = reached.pop();
    if (id !== undefined) {
      const units = only !== undefined && !Object.hasOwn(only, id) ? [] : unitsOf(graph, progress, id);
      if (units.length === 0) outOfTheWay.push(id);
      else {
        left[id] = units.length;
        ready.push(...units);
        const state = stateOf(progress, id);
        if (state.status !== 'failed') move(id, state, 'compensating');
      }
      continue;
    }
    for (const need of taskOf(graph, outOfTheWay.pop()!).needs) if (--blockers[need]! === 0) reached.push(need);
  }
}

/** Newest item first, as for tasks. */
export function unitsOf(graph: Graph, progress: Progress, id: string): UndoUnit[] {
  const state = stateOf(progress, id);
  const canBeUndone = (one: TaskState | ItemState) =>
    one.origin === undefined &&
    (one.status === 'succeeded' || one.status === 'unknown') &&
    one.undone === undefined &&
    (taskOf(graph, id).task.compensate !== undefined || one.child !== undefined);
  if (state.items === undefined) return canBeUndone(state) ? [{ task: id }] : [];
  return state.items.ended
    .flatMap((item, index) => (item !== null && canBeUndone(item) ? [{ task: id, index }] : []))
    .reverse();
}

function undoneOf(state: TaskState): 'compensated' | 'compensation-failed' {
  const parts = state.items === undefined ? [state] : (state.items.ended.filter(Boolean) as ItemState[]);
  return parts.some(({ undone }) => undone === 'compensation-failed') ? 'compensation-failed' : 'compensated';
}
