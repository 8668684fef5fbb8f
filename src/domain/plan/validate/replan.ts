// Checks the settings for re-planning: the planner exists, and the settings are used.
import { expressionSource } from '../../expression/expression.js';
import { shown, type Path } from '../../problem.js';
import { checkPlanner } from './agents.js';
import type { Context } from './context.js';
import type { ReadPlan, ReadTask } from './read-leniently.js';

/** `raw` is the plan as it was written: it also shows a `replan` that could not be read. */
export function checkReplan({ path, head }: ReadPlan, raw: Readonly<Record<string, unknown>>, context: Context): void {
  const { onFailure, replan } = head;
  const at = [...path, 'replan'];
  if (onFailure === 'replan' && raw['replan'] === undefined) {
    context.report('plan.no-planner', at, 'onFailure: replan requires replan: { planner: … }');
  }
  if (replan === undefined) return;
  if (onFailure !== 'replan') reportUnused(at, onFailure ?? 'compensate', context);
  checkPlanner(replan, at, context);
  if (expressionSource(replan.goal) === undefined) return;
  context.report(
    'plan.expression-scope',
    [...at, 'goal'],
    `expected plain text, got the expression ${shown(replan.goal)}`,
  );
}

export function checkDecompose({ path, task: { decompose } }: ReadTask, context: Context): void {
  if (decompose === undefined) return;
  const { onFailure, replans, approve } = decompose;
  const at = [...path, 'decompose'];
  if (replans !== undefined && onFailure === undefined) reportUnused([...at, 'replans'], undefined, context);
  if (approve === undefined || onFailure === undefined) return;
  const message = `onFailure: ${onFailure} and approve exclude each other: the new plan would run without an approval`;
  context.report('plan.replan-unapproved', [...at, 'onFailure'], message);
}

const reportUnused = (path: Path, onFailure: string | undefined, context: Context): void =>
  context.report(
    'plan.replan-unused',
    path,
    `${String(path.at(-1))} requires onFailure: replan, got ${shown(onFailure)}`,
    'set onFailure: replan',
  );
