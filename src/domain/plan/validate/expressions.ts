// Checks the expressions of a plan: they can be parsed, and the names in them exist where they are evaluated.
import { ExpressionError, expressionSource } from '../../expression/expression.js';
import { bigNumberProblem } from '../../json/read-json.js';
import { changedNumbersIn } from '../../expression/changed-numbers.js';
import { namesInAll } from '../../expression/batch.js';
import type { Names } from '../../expression/names.js';
import { templatesOf } from '../needs.js';
import type { Path } from '../../problem.js';
import { stringsIn } from '../../expression/template.js';
import type { Context } from './context.js';
import { checkNames, type Surroundings } from './names.js';
import type { ReadPlan, ReadTask } from './read-leniently.js';

const EVERYWHERE = ['input', 'tasks', 'run'];
const IN_TASK = [...EVERYWHERE, 'needs'];
const IN_ITEM = ['item', 'index'];
/** The variables that only some parts of a task see. */
const ALSO_IN: ReadonlyMap<PropertyKey | undefined, readonly string[]> = new Map([
  ['fallback', ['failure']],
  ['compensate', ['output']],
  ['aggregate', ['output']],
]);
/** The parts that are evaluated for each item of a forEach. */
const FOR_EACH_ITEM: ReadonlySet<PropertyKey | undefined> = new Set(['input', 'fallback', 'compensate', 'publish']);

/** For each expression, the names in it, or the error if it cannot be parsed. */
type NamesBySource = ReadonlyMap<string, Names | ExpressionError>;

/** A string of a template, with its path within the task or plan. */
interface ReadText {
  readonly text: string;
  readonly path: Path;
  /** The source of the expression, if the string is one. */
  readonly source: string | undefined;
}

interface ReadPart {
  /** The path of the part within its task. */
  readonly place: Path;
  readonly texts: readonly ReadText[];
}

export interface ReadExpressions {
  readonly names: NamesBySource;
  readonly partsOfTask: ReadonlyMap<string, readonly ReadPart[]>;
  readonly output: readonly ReadText[];
}

/** Reads all expressions of a plan together, except those of its sub-plans. */
export function readExpressions(plan: ReadPlan): ReadExpressions {
  const partsOfTask = new Map<string, readonly ReadPart[]>();
  for (const { id, task } of plan.tasks.values()) partsOfTask.set(id, partsOf(task));
  const output = textsIn(plan.head.output, ['output']);
  const sources = new Set<string>();
  const take = ({ source }: ReadText) => source !== undefined && sources.add(source);
  for (const parts of partsOfTask.values()) for (const { texts } of parts) texts.forEach(take);
  output.forEach(take);
  return { names: namesInAll(sources), partsOfTask, output };
}

/** Includes `compensate`: a task that it mentions must exist, but is not waited for. */
function partsOf(task: ReadTask['task']): ReadPart[] {
  const parts = templatesOf(task);
  if (task.compensate?.input !== undefined) parts.push({ path: ['compensate', 'input'], value: task.compensate.input });
  return parts.map(({ path, value }) => ({ place: path, texts: textsIn(value, path) }));
}

const textsIn = (value: unknown, at: Path): ReadText[] =>
  stringsIn(value, at).map(({ text, path }) => ({ text, path, source: expressionSource(text) }));

/** Returns the ids of the existing tasks that the task mentions and so waits for, in order. */
export function checkTaskExpressions(
  { id, path, task }: ReadTask,
  plan: ReadPlan,
  { names, partsOfTask }: ReadExpressions,
  context: Context,
): Set<string> {
  const mentioned = new Set<string>();
  for (const { place, texts } of partsOfTask.get(id) ?? []) {
    const [part] = place;
    const also = place.at(-1) === 'aggregate' ? 'aggregate' : part;
    const visible = visibleIn(also, task.forEach !== undefined && FOR_EACH_ITEM.has(part));
    const needs = Array.isArray(task.needs) ? task.needs : undefined;
    const surroundings: Surroundings = { visible, plan, needs, mayReadClock: part !== 'forEach' };
    for (const { tasks } of checkTexts(texts, path, surroundings, names, context)) {
      if (part === 'compensate') continue;
      for (const { task: id } of tasks) if (plan.tasks.has(id)) mentioned.add(id);
    }
  }
  return mentioned;
}

export function checkOutput(plan: ReadPlan, { names, output }: ReadExpressions, context: Context): void {
  const surroundings: Surroundings = { visible: new Set(EVERYWHERE), plan, mayReadClock: true };
  checkTexts(output, plan.path, surroundings, names, context);
}

const VISIBLE: ReadonlySet<string> = new Set(IN_TASK);

function visibleIn(part: PropertyKey | undefined, inItem: boolean): ReadonlySet<string> {
  const also = ALSO_IN.get(part);
  return also === undefined && !inItem ? VISIBLE : new Set([...IN_TASK, ...(also ?? []), ...(inItem ? IN_ITEM : [])]);
}

function checkTexts(
  texts: readonly ReadText[],
  at: Path,
  surroundings: Surroundings,
  names: NamesBySource,
  context: Context,
): Names[] {
  const read: Names[] = [];
  for (const { text, path, source } of texts) {
    if (source === undefined) {
      if (hasPartialExpression(text)) reportPartial([...at, ...path], context);
      continue;
    }
    const found = names.get(source);
    if (found instanceof ExpressionError) reportMalformed(source, found, [...at, ...path], context);
    else if (found !== undefined) {
      checkNames(found, [...at, ...path], surroundings, context);
      if (context.isNew) reportChangedNumbers(source, [...at, ...path], context);
      read.push(found);
    }
  }
  return read;
}

function reportChangedNumbers(source: string, path: Path, context: Context): void {
  for (const number of changedNumbersIn(source)) context.report('plan.big-number', path, bigNumberProblem(number));
}

function reportMalformed(source: string, error: ExpressionError, path: Path, context: Context): void {
  if (source.includes('%}') && source.includes('{%')) reportPartial(path, context);
  else context.report('plan.bad-expression', path, `expected a JSONata expression, got an error: ${error.message}`);
}

function reportPartial(path: Path, context: Context): void {
  context.report(
    'plan.partial-expression',
    path,
    'expected a string that is one whole expression, got an expression within other text',
    "write all of it as one expression, such as {% 'text ' & $input.x %}",
  );
}

const VARIABLE = /\$(?:input|tasks|needs|run|item|index|output|failure)\b/;

/** True for text that contains `{% … $input … %}` and other text. It was meant to be evaluated; any other `{%` is plain text. */
function hasPartialExpression(text: string): boolean {
  return text
    .split('{%')
    .slice(1)
    .some((rest) => {
      const end = rest.indexOf('%}');
      return end >= 0 && VARIABLE.test(rest.slice(0, end));
    });
}
