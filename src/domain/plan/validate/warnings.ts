// What a valid plan says without effect. A plan with warnings runs.
import type { Plan, Task } from '../plan.js';
import { formatPath, shown, type Path } from '../../problem.js';

/** People do not read more. */
const MAX_WARNINGS = 100;

/** One line for each warning, for the plan and the plans within it. */
export const planWarnings = (plan: Plan): string[] => warningsIn(plan, []).slice(0, MAX_WARNINGS);

function warningsIn(plan: Plan, path: Path): string[] {
  return Object.entries(plan.tasks).flatMap(([id, task]) => {
    const at = [...path, 'tasks', id];
    const within = typeof task.plan === 'object' ? warningsIn(task.plan, [...at, 'plan']) : [];
    return [...taskWarnings(task, plan, at), ...within];
  });
}

function taskWarnings({ deadline, forEach, join, wait }: Task, { onFailure = 'compensate' }: Plan, at: Path): string[] {
  const warnings: string[] = [];
  if (forEach?.batch !== undefined) {
    warnings.push(
      `${formatPath([...at, 'forEach', 'batch'])}: has no effect in this version: each item is a call of its own`,
    );
  }
  if (deadline !== undefined && wait !== undefined) {
    warnings.push(`${formatPath([...at, 'deadline'])}: has no effect on a wait, which ends when its time has come`);
  }
  if (join === 'all-done' && onFailure !== 'continue') {
    const place = formatPath([...at, 'join']);
    warnings.push(
      `${place}: "all-done" does not start the task after a failure: with onFailure ${shown(onFailure)}, no task starts then; set onFailure: continue in the plan, or write join: none-failed if the task only follows tasks with conditions`,
    );
  }
  return warnings;
}
