// What the expressions of a plan say, and whether all of it is there where they are evaluated.
import { ExpressionError, expressionSource } from '../expression.js';
import { namesInAll } from '../expression-batch.js';
import type { Names } from '../expression-names.js';
import { sourcesIn, templatesOf } from '../needs.js';
import type { Path } from '../problem.js';
import { stringsIn } from '../template.js';
import type { Context } from './context.js';
import { checkNames, type Surroundings } from './names.js';
import type { ReadPlan, ReadTask } from './read.js';

const EVERYWHERE = ['input', 'tasks', 'run'];
const IN_ITEM = ['item', 'index'];
/** What else may be seen in a part of a task. */
const ALSO_IN: ReadonlyMap<PropertyKey | undefined, readonly string[]> = new Map([
  ['fallback', ['failure']],
  ['compensate', ['output']],
  ['aggregate', ['output']],
]);
/** The parts that are evaluated for each item of a forEach. */
const FOR_EACH_ITEM: ReadonlySet<PropertyKey | undefined> = new Set(['input', 'fallback', 'compensate']);

/** What each expression of a plan names, or why it is none. */
export type NamesBySource = ReadonlyMap<string, Names | ExpressionError>;

/** Reads all expressions of a plan, but those of its sub-plans, at once. */
export const readExpressions = (plan: ReadPlan): NamesBySource =>
  namesInAll(
    [...plan.tasks.values()]
      .flatMap(({ task }) => partsOf(task))
      .concat({ path: ['output'], value: plan.head.output })
      .flatMap(({ value }) => sourcesIn(value)),
  );

/** Also what undoes the task: it must exist, but is not waited for. */
const partsOf = (task: ReadTask['task']) => [
  ...templatesOf(task),
  { path: ['compensate', 'input'], value: task.compensate?.input },
];

/** Gives the ids that the task must wait for because it mentions them: of tasks that exist, in order. */
export function checkTaskExpressions(
  { path, task }: ReadTask,
  plan: ReadPlan,
  names: NamesBySource,
  context: Context,
): Set<string> {
  const mentioned = new Set<string>();
  for (const { path: place, value } of partsOf(task)) {
    const [part] = place;
    const visible = new Set([
      ...EVERYWHERE,
      ...(ALSO_IN.get(place.at(-1) === 'aggregate' ? 'aggregate' : part) ?? []),
      ...(task.forEach !== undefined && FOR_EACH_ITEM.has(part) ? IN_ITEM : []),
    ]);
    const surroundings: Surroundings = { visible, plan, mayReadClock: part !== 'forEach' };
    for (const { tasks } of checkTemplate(value, [...path, ...place], surroundings, names, context)) {
      if (part === 'compensate') continue;
      for (const { task: id } of tasks) if (plan.tasks.has(id)) mentioned.add(id);
    }
  }
  return mentioned;
}

export function checkOutput(plan: ReadPlan, names: NamesBySource, context: Context): void {
  const surroundings: Surroundings = { visible: new Set(EVERYWHERE), plan, mayReadClock: true };
  checkTemplate(plan.head.output, [...plan.path, 'output'], surroundings, names, context);
}

function checkTemplate(
  value: unknown,
  at: Path,
  surroundings: Surroundings,
  names: NamesBySource,
  context: Context,
): Names[] {
  const read: Names[] = [];
  for (const { text, path } of stringsIn(value, at)) {
    const source = expressionSource(text);
    if (source === undefined) {
      if (hasPartialExpression(text)) reportPartial(path, context);
      continue;
    }
    const found = names.get(source);
    if (found instanceof ExpressionError) reportMalformed(source, found, path, context);
    else if (found !== undefined) {
      checkNames(found, path, surroundings, context);
      read.push(found);
    }
  }
  return read;
}

function reportMalformed(source: string, error: ExpressionError, path: Path, context: Context): void {
  if (source.includes('%}') && source.includes('{%')) reportPartial(path, context);
  else context.report('plan.bad-expression', path, `expected a JSONata expression, got an error: ${error.message}`);
}

function reportPartial(path: Path, context: Context): void {
  context.report(
    'plan.partial-expression',
    path,
    'expected text that is wholly one expression, got one within other text',
    "join them in one expression, such as {% 'text ' & $input.x %}",
  );
}

const VARIABLE = /\$(?:input|tasks|run|item|index|output|failure)\b/;

/** Text that holds `{% … $input … %}` beside other text: surely meant to be evaluated, while any other `{%` is text. */
function hasPartialExpression(text: string): boolean {
  return text
    .split('{%')
    .slice(1)
    .some((rest) => {
      const end = rest.indexOf('%}');
      return end >= 0 && VARIABLE.test(rest.slice(0, end));
    });
}
