// The rows of a picture as text, in the order in which they are drawn. A row is one task. If there are more tasks than rows, tasks
// with the same needs, the same dependents and the same status share a row: a fan-out of 500 then takes one row for each status,
// and its join stays visible.
import type { Picture, PictureTask } from './picture.js';
import { depthFirstOrder, type PictureGraph } from './graph.js';
import { truncateMiddle } from '../text/truncate.js';

export interface Row {
  readonly tasks: readonly PictureTask[];
  readonly needs: readonly Row[];
  readonly dependents: readonly Row[];
}

const MAX_ID = 32;
/** Two tasks are as easy to read in two rows as in one. */
const SMALLEST_FOLD = 3;

export function foldRows(picture: Picture, graph: PictureGraph, limit: number): Row[] {
  const groups = picture.tasks.length > limit ? groupSimilar(picture, graph) : picture.tasks.map((_, index) => [index]);
  const groupOf = new Map(groups.flatMap((members, group) => members.map((member) => [member, group] as const)));
  const grouped = (edges: readonly (readonly number[])[]) =>
    groups.map((members) => [...new Set((edges[members[0] ?? -1] ?? []).flatMap((other) => groupOf.get(other) ?? []))]);
  const needs = grouped(graph.needs);
  const dependents = grouped(graph.dependents);
  const rows = groups.map((members) => ({
    tasks: members.flatMap((member) => picture.tasks[member] ?? []),
    needs: [] as Row[],
    dependents: [] as Row[],
  }));
  rows.forEach((row, group) => {
    row.needs.push(...(needs[group] ?? []).flatMap((other) => rows[other] ?? []));
    row.dependents.push(...(dependents[group] ?? []).flatMap((other) => rows[other] ?? []));
  });
  const ordered = depthFirstOrder({ needs, dependents }).flatMap((group) => rows[group] ?? []);
  return [...ordered.filter((row) => !isAlone(row)), ...ordered.filter(isAlone)];
}

/** True for a row that needs nothing and is needed by nothing: such rows come last. */
export function isAlone(row: Row): boolean {
  return row.needs.length === 0 && row.dependents.length === 0;
}

function groupSimilar(picture: Picture, graph: PictureGraph): number[][] {
  const groups = new Map<string, number[]>();
  picture.tasks.forEach((task, index) => {
    const key = [graph.needs[index]?.join(), graph.dependents[index]?.join(), task.status].join('|');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  });
  return [...groups.values()].flatMap((group) =>
    group.length < SMALLEST_FOLD ? group.map((index) => [index]) : [group],
  );
}

export function rowId(row: Row): string {
  const [first, last] = [row.tasks[0], row.tasks.at(-1)];
  if (first === undefined || last === undefined) return '';
  return row.tasks.length === 1
    ? truncateMiddle(first.id, MAX_ID)
    : `${truncateMiddle(first.id, MAX_ID / 2)} … ${truncateMiddle(last.id, MAX_ID / 2)}`;
}

/** The description of a row, part by part: the number of tasks, what they are, and the details. */
export function rowAbout(row: Row): string[] {
  const task = row.tasks[0];
  if (task === undefined) return [];
  if (row.tasks.length > 1) return [`${row.tasks.length} tasks`, describeTask(task)];
  return [describeTask(task), ...(task.detail === undefined ? [] : [task.detail])];
}

/** Describes a task: `code-analyzer · for each`, `approve: Publish the report? · if`. */
export function describeTask(task: PictureTask): string {
  return [
    task.kind === 'agent' ? task.label : `${task.kind}: ${task.label}`,
    ...(task.forEach === true ? ['for each'] : []),
    ...(task.conditional === true ? ['if'] : []),
    ...(task.compensates === true ? ['undoable'] : []),
  ].join(' · ');
}
