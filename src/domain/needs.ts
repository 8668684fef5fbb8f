// What a task waits for: the needs it declares, then the tasks that its expressions mention. What the undoing of a task
// mentions is no need, for it is read long after the task has started. A malformed expression mentions nothing here:
// saying so is for validation.
import { ExpressionError, expressionSource } from './expression.js';
import { namesInAll } from './expression-batch.js';
import type { Names } from './expression-names.js';
import { fallbacksOf } from './call-forms.js';
import type { Decompose, Task } from './plan.js';
import type { Path } from './problem.js';
import { stringsIn } from './template.js';

type OuterTask = Omit<Task, 'plan'>;

/** The parts of a task that are evaluated before it starts or while it runs, with the path of each. */
export function templatesOf(task: OuterTask): { readonly path: Path; readonly value: unknown }[] {
  const { when, forEach, input, wait, event, approve, decompose } = task;
  const parts: { path: Path; value: unknown }[] = [
    { path: ['when'], value: when },
    { path: ['forEach', 'items'], value: forEach?.items },
    { path: ['input'], value: input },
    ...fallbacksOf(task).map(({ input }, i) => ({ path: [...fallbackPath(task, i), 'input'], value: input })),
    { path: ['decompose', 'goal'], value: decompose?.goal },
    { path: ['decompose', 'aggregate'], value: aggregateOf(decompose) },
    { path: ['wait'], value: wait },
    typeof event === 'object' ? { path: ['event', 'name'], value: event.name } : { path: ['event'], value: event },
    { path: ['approve', 'title'], value: approve?.title },
    { path: ['approve', 'description'], value: approve?.description },
  ];
  return parts.filter(({ value }) => value !== undefined);
}

/** Where a fallback stands in its task. */
export const fallbackPath = ({ fallback }: Pick<Task, 'fallback'>, index: number): Path =>
  Array.isArray(fallback) ? ['fallback', index] : ['fallback'];

/** An agent that aggregates is no template. */
const aggregateOf = (decompose: Decompose | undefined): unknown =>
  typeof decompose?.aggregate === 'string' ? decompose.aggregate : undefined;

/** The source of every expression in a JSON value, in order. */
export const sourcesIn = (value: unknown): string[] =>
  stringsIn(value).flatMap(({ text }) => expressionSource(text) ?? []);

/** The tasks that the expressions in a JSON value mention. */
export const mentionsIn = (value: unknown): string[] =>
  [...namesInAll([...sourcesIn(value)]).values()].flatMap(mentionsOf);

/** Declared needs first, then mentioned ones in order, each once. */
export const needsOf = (task: OuterTask): string[] => needsOfAll([['', task]]).get('') ?? [];

/** As `needsOf`, by id; for many tasks it is much the quicker. */
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
