// The needs of a task: those that it declares, then the tasks that its expressions mention. A task that only `compensate` mentions
// is not a need, because that is read long after the task has started. A malformed expression mentions nothing here; validation
// reports it.
import { ExpressionError, expressionSource } from '../expression/expression.js';
import { namesInAll } from '../expression/batch.js';
import type { Names } from '../expression/names.js';
import { fallbacksOf } from '../call/options.js';
import type { Decompose, Task } from './plan.js';
import type { Path } from '../problem.js';
import { stringsIn } from '../expression/template.js';

type OuterTask = Omit<Task, 'plan'>;

/** The parts of a task that are evaluated before it starts or while it runs, with the path of each. */
export function templatesOf(task: OuterTask): { readonly path: Path; readonly value: unknown }[] {
  const { when, forEach, input, wait, event, approve, decompose, publish } = task;
  const parts: { path: Path; value: unknown }[] = [];
  // Most tasks have only two of these: no object is made for the others.
  const take = (value: unknown, ...path: Path) => {
    if (value !== undefined) parts.push({ path, value });
  };
  take(when, 'when');
  take(forEach?.items, 'forEach', 'items');
  take(input, 'input');
  fallbacksOf(task).forEach((fallback, i) => take(fallback.input, ...fallbackPath(task, i), 'input'));
  take(decompose?.goal, 'decompose', 'goal');
  take(aggregateOf(decompose), 'decompose', 'aggregate');
  take(wait, 'wait');
  if (typeof event === 'object') take(event.name, 'event', 'name');
  else take(event, 'event');
  take(publish?.key, 'publish', 'key');
  take(publish?.type, 'publish', 'type');
  take(publish?.data, 'publish', 'data');
  take(approve?.title, 'approve', 'title');
  take(approve?.description, 'approve', 'description');
  return parts;
}

/** The path of a fallback within its task. */
export const fallbackPath = ({ fallback }: Pick<Task, 'fallback'>, index: number): Path =>
  Array.isArray(fallback) ? ['fallback', index] : ['fallback'];

/** The expression of `aggregate`; an agent is not a template. */
const aggregateOf = (decompose: Decompose | undefined): unknown =>
  typeof decompose?.aggregate === 'string' ? decompose.aggregate : undefined;

/** True if an expression of the task reads `$needs`. */
export const readsNeeds = (task: OuterTask): boolean =>
  stringsIn([...templatesOf(task).map(({ value }) => value), task.compensate?.input]).some(({ text }) =>
    text.includes('$needs'),
  );

/** The sources of all expressions in a JSON value, in order. */
export const sourcesIn = (value: unknown): string[] =>
  stringsIn(value).flatMap(({ text }) => expressionSource(text) ?? []);

/** The tasks that the expressions in a JSON value mention. */
export const mentionsIn = (value: unknown): string[] =>
  [...namesInAll([...sourcesIn(value)]).values()].flatMap(mentionsOf);

/** Declared needs first, then mentioned ones in order, each once. */
export const needsOf = (task: OuterTask): string[] => needsOfAll([['', task]]).get('') ?? [];

/** Like `needsOf`, by id. For many tasks this is much faster. */
export function needsOfAll(tasks: Iterable<readonly [id: string, task: OuterTask]>): Map<string, string[]> {
  const all = [...tasks].map(([id, task]) => {
    const sources = templatesOf(task).flatMap(({ value }) => sourcesIn(value));
    return { id, declared: task.needs ?? [], sources };
  });
  const names = namesInAll(all.flatMap(({ sources }) => sources));
  return new Map(
    all.map(({ id, declared, sources }) => {
      const mentioned = sources.flatMap((source) => mentionsOf(names.get(source)));
      return [id, [...new Set([...declared, ...mentioned])]];
    }),
  );
}

const mentionsOf = (names: Names | ExpressionError | undefined): string[] =>
  names === undefined || names instanceof ExpressionError ? [] : names.tasks.map(({ task }) => task);
