// Checks the names in one expression against the names that exist where it is evaluated.
import { FUNCTIONS, RUN_FIELDS, TASK_FIELDS, type Names } from '../../expression/names.js';
import { LinearRegExp, RegExpRefusedError } from '../../regexp/linear-regexp.js';
import { shown, type Path } from '../../problem.js';
import type { Context } from './context.js';
import type { ReadPlan } from './read-leniently.js';

/** What an expression can refer to. */
export interface Surroundings {
  /** The variables that it sees. */
  readonly visible: ReadonlySet<string>;
  /** The declared `needs` of its task. */
  readonly needs?: readonly string[] | undefined;
  readonly plan: ReadPlan;
  readonly mayReadClock: boolean;
}

/** The places of the variables that exist only in some. */
const SEEN_IN: ReadonlyMap<string, string> = new Map([
  ['item', 'the input, fallback or compensate of a task with forEach'],
  ['index', 'the input, fallback or compensate of a task with forEach'],
  ['needs', 'the parts of a task'],
  ['output', 'the compensate of a task'],
  ['failure', 'the fallback of a task'],
]);
const FIELDS: ReadonlySet<string> = new Set(TASK_FIELDS);
const OF_RUN: ReadonlySet<string> = new Set(RUN_FIELDS);

export function checkNames(names: Names, path: Path, surroundings: Surroundings, context: Context): void {
  checkMentions(names, path, surroundings.plan, context);
  checkVariables(names, path, surroundings, context);
  checkNeeds(names, path, surroundings, context);
  if (context.isNew) for (const regExp of names.regExps) checkRegExp(regExp, path, context);
  for (const name of names.refused) {
    const message = `expected an expression that always gives the same result, got a call of $${name}`;
    context.report('plan.refused-function', path, message, 'let an agent do this');
  }
  if (names.readsClock && !surroundings.mayReadClock) {
    const message = 'expected items that are the same each time they are read, got a call of $now or $millis';
    context.report('plan.refused-function', path, message, '$run.startedAt does not change');
  }
}

function checkNeeds({ needFields }: Names, path: Path, { needs = [] }: Surroundings, context: Context): void {
  for (const field of needFields) {
    if (needs.includes(field)) continue;
    const expected = needs.length === 0 ? 'a task with needs' : needs.join(', ');
    const message = `expected ${expected} after $needs, got ${shown(field)}`;
    context.report('plan.unknown-need', path, message, `add ${shown(field)} to the needs of the task`);
  }
}

/** Regular expressions are matched in linear time, so lookaround and backreferences are not possible. */
function checkRegExp(regExp: RegExp, path: Path, context: Context): void {
  try {
    new LinearRegExp(regExp);
  } catch (error) {
    if (!(error instanceof RegExpRefusedError)) throw error;
    context.report('plan.bad-regexp', path, error.message);
  }
}

function checkMentions(names: Names, path: Path, plan: ReadPlan, context: Context): void {
  for (const { task, field } of names.tasks) {
    if (!plan.tasks.has(task)) {
      const message = `expected the id of a task of this plan after $tasks, got ${shown(task)}`;
      context.report('plan.unknown-task', path, message, context.suggest(task, plan.tasks));
    }
    if (field !== undefined && !FIELDS.has(field)) {
      const message = `expected ${TASK_FIELDS.join(', ')} after $tasks.${task}, got ${shown(field)}`;
      context.report('plan.unknown-field', path, message, context.suggest(field, FIELDS) ?? outputHint(task, field));
    }
  }
  for (const field of names.runFields) {
    if (OF_RUN.has(field)) continue;
    const message = `expected ${RUN_FIELDS.join(', ')} after $run, got ${shown(field)}`;
    context.report('plan.unknown-field', path, message, context.suggest(field, OF_RUN));
  }
  if (names.dynamicTasks) {
    const message = 'expected $tasks with the id of a task after it, got $tasks alone';
    context.report(
      'plan.dynamic-tasks',
      path,
      message,
      'the needs of a task are read from the plan: write $tasks.<id>.output',
    );
  }
}

const outputHint = (task: string, field: string): string => `did you mean $tasks.${task}.output.${field}?`;

function checkVariables(names: Names, path: Path, { visible, plan }: Surroundings, context: Context): void {
  for (const name of names.variables) {
    if (visible.has(name)) continue;
    const place = SEEN_IN.get(name);
    if (place !== undefined) {
      context.report('plan.expression-scope', path, `expected $${name} only in ${place}`);
      continue;
    }
    const known = new Set([...visible, ...FUNCTIONS].map((one) => `$${one}`));
    const hint = plan.tasks.has(name) ? `did you mean $tasks.${name}.output?` : context.suggest(`$${name}`, known);
    const seen = [...visible].map((one) => `$${one}`).join(', ');
    context.report(
      'plan.unknown-variable',
      path,
      `expected ${seen} or a function of JSONata, got ${shown(`$${name}`)}`,
      hint,
    );
  }
  const bare = names.bareRoot;
  if (bare === undefined) return;
  const hint = visible.has(bare)
    ? `did you mean $${bare}?`
    : plan.tasks.has(bare)
      ? `did you mean $tasks.${bare}.output?`
      : `write text in quotes: '${bare}'`;
  const message = `expected an expression over ${[...visible].map((one) => `$${one}`).join(', ')}, got the bare name ${shown(bare)}`;
  context.report('plan.bare-name', path, message, bare.startsWith('$') ? undefined : hint);
}
