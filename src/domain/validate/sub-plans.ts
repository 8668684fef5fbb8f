// Plans within plans: inline ones are part of their plan, those by name are read where they are first called. However
// they are nested, they end: no plan contains itself, and there are few levels.
import { expressionSource } from '../expression.js';
import { MAX_DEPTH } from '../plan.js';
import { got, type Path } from '../problem.js';
import { isRecord, type Context } from './context.js';
import { FORMS } from './forms.js';
import { jsonProblem } from './json-value.js';

/** How one came to a plan: the names on the way, and how many levels down it is. */
export interface Way {
  readonly names: readonly string[];
  readonly depth: number;
}

export type CheckPlan = (raw: Readonly<Record<string, unknown>>, path: Path, way: Way, context: Context) => void;

/** Problems that depend on where a plan is called from. */
const OF_THE_WAY = new Set(['plan.too-deep', 'plan.plan-cycle']);

export function checkSubPlan(value: unknown, path: Path, way: Way, context: Context, checkPlan: CheckPlan): void {
  if (way.depth >= MAX_DEPTH) {
    context.report('plan.too-deep', path, `expected at most ${MAX_DEPTH} levels of plans within plans, got more`);
  } else if (typeof value === 'string' && value !== '') {
    checkNamed(value, path, way, context, checkPlan);
  } else if (isRecord(value)) {
    checkPlan(value, path, { ...way, depth: way.depth + 1 }, context);
  } else {
    context.report('plan.bad-value', path, `${FORMS.get('plan')!}, got ${got(value)}`);
  }
}

function checkNamed(name: string, path: Path, way: Way, context: Context, checkPlan: CheckPlan): void {
  if (expressionSource(name) !== undefined) {
    context.report(
      'plan.expression-scope',
      path,
      `expected a plan or the name of one, got the expression ${got(name)}`,
    );
    return;
  }
  if (context.plans === undefined) return;
  const raw = context.plans.get(name);
  if (raw === undefined) {
    const message = `expected the name of a plan that is registered, got ${got(name)}`;
    context.report('plan.unknown-plan', path, message, context.suggest(name, context.plans));
    return;
  }
  if (way.names.includes(name)) {
    const circle = [...way.names.slice(way.names.indexOf(name)), name].join(' → ');
    context.report('plan.plan-cycle', path, `expected plans that do not contain themselves, got ${circle}`);
    return;
  }
  readNamed(name, raw, path, { names: [...way.names, name], depth: way.depth + 1 }, context, checkPlan);
}

function readNamed(name: string, raw: unknown, path: Path, way: Way, context: Context, checkPlan: CheckPlan): void {
  const before = context.visited.get(name);
  if (before !== undefined && before >= way.depth) return;
  context.visited.set(name, way.depth);
  const unfit = before === undefined ? jsonProblem(raw) : undefined;
  if (unfit !== undefined || !isRecord(raw)) {
    const reason = unfit?.message ?? `expected an object, got ${got(raw)}`;
    if (before === undefined) context.report('plan.not-an-object', path, `plan ${got(name)} is no plan: ${reason}`);
    return;
  }
  const known = context.problems.length;
  checkPlan(raw, path, way, context);
  // The second time, further down, only what the way there makes wrong is new.
  if (before !== undefined) {
    const fresh = context.problems.splice(known);
    context.problems.push(...fresh.filter(({ code }) => OF_THE_WAY.has(code)));
  }
}
