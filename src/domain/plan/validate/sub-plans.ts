// Checks sub-plans. An inline plan is a part of its plan; a named plan is checked where it is first called. A plan must not contain
// itself, and the number of levels is limited.
import { expressionSource } from '../../expression/expression.js';
import { MAX_DEPTH } from '../plan.js';
import { shown, type Path } from '../../problem.js';
import { isRecord } from '../../json/own-property.js';
import type { Context } from './context.js';
import { FORMS } from './vocabulary.js';
import { jsonProblem } from './json-value.js';

/** The position of a plan: the names of the plans that lead to it, and its level. */
export interface Nesting {
  readonly names: readonly string[];
  readonly depth: number;
}

export type CheckPlan = (
  raw: Readonly<Record<string, unknown>>,
  path: Path,
  nesting: Nesting,
  context: Context,
) => void;

/** The problems that depend on where a plan is called from. */
const OF_NESTING = new Set(['plan.too-deep', 'plan.plan-cycle']);

export function checkSubPlan(
  value: unknown,
  path: Path,
  nesting: Nesting,
  context: Context,
  checkPlan: CheckPlan,
): void {
  if (nesting.depth >= MAX_DEPTH) {
    context.report('plan.too-deep', path, `expected at most ${MAX_DEPTH} levels of plans within plans, got more`);
  } else if (typeof value === 'string' && value !== '') {
    checkNamed(value, path, nesting, context, checkPlan);
  } else if (isRecord(value)) {
    checkPlan(value, path, { ...nesting, depth: nesting.depth + 1 }, context);
  } else {
    context.report('plan.bad-value', path, `${FORMS.get('plan')!}, got ${shown(value)}`);
  }
}

function checkNamed(name: string, path: Path, nesting: Nesting, context: Context, checkPlan: CheckPlan): void {
  if (expressionSource(name) !== undefined) {
    context.report(
      'plan.expression-scope',
      path,
      `expected a plan or the name of one, got the expression ${shown(name)}`,
    );
    return;
  }
  if (context.plans === undefined) return;
  const raw = context.plans.get(name);
  if (raw === undefined) {
    const message = `expected the name of a plan that is registered, got ${shown(name)}`;
    context.report('plan.unknown-plan', path, message, context.suggest(name, context.plans));
    return;
  }
  if (nesting.names.includes(name)) {
    const cycle = [...nesting.names.slice(nesting.names.indexOf(name)), name].join(' → ');
    context.report('plan.plan-cycle', path, `plans contain each other in a cycle: ${cycle}`);
    return;
  }
  readNamed(name, raw, path, { names: [...nesting.names, name], depth: nesting.depth + 1 }, context, checkPlan);
}

function readNamed(
  name: string,
  raw: unknown,
  path: Path,
  nesting: Nesting,
  context: Context,
  checkPlan: CheckPlan,
): void {
  const before = context.visited.get(name);
  if (before !== undefined && before >= nesting.depth) return;
  context.visited.set(name, nesting.depth);
  const unfit = before === undefined ? jsonProblem(raw) : undefined;
  if (unfit !== undefined || !isRecord(raw)) {
    const reason = unfit?.message ?? `expected an object, got ${shown(raw)}`;
    if (before === undefined) context.report('plan.not-an-object', path, `plan ${shown(name)} is not valid: ${reason}`);
    return;
  }
  const known = context.problems.length;
  checkPlan(raw, path, nesting, context);
  // If the plan was checked before, only the problems of this nesting are new.
  if (before !== undefined) {
    const fresh = context.problems.splice(known);
    context.problems.push(...fresh.filter(({ code }) => OF_NESTING.has(code)));
  }
}
