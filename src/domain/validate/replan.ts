// Whether what fails can be planned anew: by a planner that is there, and only where that is asked for.
import { expressionSource } from '../expression.js';
import { got, type Path } from '../problem.js';
import { checkPlanner } from './agents.js';
import type { Context } from './context.js';
import type { ReadPlan, ReadTask } from './read.js';

/** `raw` is the plan as it was written: a `replan` that could not be read is there all the same. */
export function checkReplan({ path, head }: ReadPlan, raw: Readonly<Record<string, unknown>>, context: Context): void {
  const { onFailure, replan } = head;
  const at = [...path, 'replan'];
  if (onFailure === 'replan' && raw['replan'] === undefined) {
    context.report('plan.no-planner', at, 'expected { planner: … } where onFailure is "replan", got nothing');
  }
  if (replan === undefined) return;
  if (onFailure !== 'replan') reportUnused(at, onFailure ?? 'compensate', context);
  checkPlanner(replan, at, context);
  if (expressionSource(replan.goal) === undefined) return;
  context.report(
    'plan.expression-scope',
    [...at, 'goal'],
    `expected plain text, got the expression ${got(replan.goal)}`,
  );
}

export function checkDecompose({ path, task: { decompose } }: ReadTask, context: Context): void {
  if (decompose === undefined) return;
  const { onFailure, replans, approve } = decompose;
  const at = [...path, 'decompose'];
  if (replans !== undefined && onFailure === undefined) reportUnused([...at, 'replans'], undefined, context);
  if (approve === undefined || onFailure === undefined) return;
  const message = 'expected no onFailure beside approve: nobody would be asked about the plan that takes its place';
  context.report('plan.replan-unapproved', [...at, 'onFailure'], `${message}, got ${got(onFailure)}`);
}

const reportUnused = (path: Path, onFailure: string | undefined, context: Context): void =>
  context.report(
    'plan.replan-unused',
    path,
    `expected onFailure: replan beside it, got ${got(onFailure)}`,
    'set onFailure: replan',
  );
