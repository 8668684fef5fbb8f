// Debt: what could not be undone, and how it is retried.
// D1. Debt is named by path: `task` for the run itself; `child/task`, `each[3]/task`, `a/b/task` for what its sub-plans could not
//     undo; `child` if the Workflow that was undoing a sub-plan did not report how it ended.
// D2. Only debt is retried: with `onFailure: stop` a run also leaves work in place on purpose.
import { itemName } from '../call/name.js';
import { entry } from '../json/own-property.js';
import { taskOf, type Graph } from '../plan/graph.js';
import { stateOf } from './progress.js';
import type { Progress, TaskState, ItemState, ChildState, DebtRetry } from './state.js';
import { undoesItself, unitsOf } from './undo.js';

type WorkState = TaskState | ItemState;

/** The paths of the debt of a sub-plan, as its parent names them. */
export const pathsBelow = (work: string, paths: readonly string[]): string[] => paths.map((path) => `${work}/${path}`);

/** The known debt of a sub-plan. */
export const subPlanDebt = (child: ChildState | undefined): readonly string[] =>
  child !== undefined && 'progress' in child ? (child.progress?.debt ?? []) : [];

/** True if the work could not be undone, or its sub-plan could not undo all of its own work. */
export const isOwed = ({ undone, child }: WorkState): boolean =>
  undone === 'compensation-failed' || subPlanDebt(child).length > 0;

/** The state of a task, or of each of its items that has ended. */
export const workStates = (state: TaskState): WorkState[] =>
  state.items === undefined ? [state] : state.items.ended.filter((item) => item !== null);

/** Turns the progress of an ended run into that of a run that retries its debt. */
export function retryDebt(graph: Graph, progress: Progress, again: DebtRetry): void {
  const retried = new Set<string>();
  for (const id of graph.order) {
    const state = stateOf(progress, id);
    for (const one of workStates(state)) delete one.isLeft;
    const fresh = new Set(unitsOf(graph, progress, id).map(({ index }) => index));
    const owed = indexedWork(state).filter(({ one }) => isOwed(one));
    for (const { one, index } of owed) {
      reopen(one, again);
      retried.add(id).add(itemName(id, index));
    }
    if (owed.length > 0) restore(state);
    if (again.whole === true) continue;
    for (const { one, index } of indexedWork(state)) if (fresh.has(index) && !isReopened(owed, one)) one.isLeft = true;
  }
  const beyondReach = progress.debt.filter((path) => !retried.has(path.split('/', 1)[0]!));
  progress.debt.splice(0, progress.debt.length, ...beyondReach);
  progress.compensated.length = 0;
}

/** Restores the status that a task had before it was undone, as far as undoing depends on it. */
function restore(state: TaskState): void {
  if (state.status !== 'failed') state.status = state.failure === undefined ? 'succeeded' : 'unknown';
}

interface IndexedWork {
  readonly one: WorkState;
  readonly index?: number;
}

const indexedWork = (state: TaskState): IndexedWork[] =>
  state.items === undefined
    ? [{ one: state }]
    : state.items.ended.flatMap((one, index) => (one === null ? [] : [{ one, index }]));

const isReopened = (owed: readonly IndexedWork[], work: WorkState): boolean => owed.some(({ one }) => one === work);

/** Marks work to be undone again. A sub-plan is undone as a whole if undoing it was lost, or undoing a sub-plan that it is part of. */
function reopen(one: WorkState, { attempt, whole: isPartOfLost }: DebtRetry): void {
  delete one.undone;
  if (one.child === undefined || !('id' in one.child)) return;
  const { isTried, isLost, ...child } = one.child;
  const isWhole = isLost === true || subPlanDebt(child).length === 0 || (isPartOfLost === true && isTried !== true);
  one.child = { ...child, again: { attempt, ...(isWhole ? { whole: true } : {}) } };
}

/** Adds what had not been undone yet to the debt of a run that was ended while it was undoing. Changes `progress`. */
export function recordRemainingDebt(graph: Graph, progress: Progress): void {
  if (progress.phase !== 'compensating') return;
  const only = progress.undo?.only;
  for (const id of graph.order) {
    if (only !== undefined && !Object.hasOwn(only, id)) continue;
    const state = stateOf(progress, id);
    const { task } = taskOf(graph, id);
    if (state.status === 'compensating') restore(state);
    const paths = undoPaths(graph, progress, id);
    for (const { index } of unitsOf(graph, progress, id)) {
      const one = workAt(state, index);
      one.undone = 'compensation-failed';
      if (one.child !== undefined && undoesItself(task, one)) one.child = { ...one.child, isLost: true };
    }
    if (paths.length > 0) progress.debt.push(...new Set([...(entry(progress.undo?.owed ?? {}, id) ?? []), ...paths]));
  }
}

/** The paths of everything that could be undone. */
export const undoablePaths = (graph: Graph, progress: Progress): string[] =>
  graph.order.flatMap((id) => [...new Set(undoPaths(graph, progress, id))]);

/** The path of each unit of undoing of a task. */
function undoPaths(graph: Graph, progress: Progress, id: string): string[] {
  const state = stateOf(progress, id);
  const { task } = taskOf(graph, id);
  return unitsOf(graph, progress, id).map(({ index }) =>
    undoesItself(task, workAt(state, index)) ? itemName(id, index) : id,
  );
}

const workAt = (state: TaskState, index: number | undefined): WorkState =>
  index === undefined ? state : state.items!.ended[index]!;
