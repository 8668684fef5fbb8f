// Checks the needs of tasks: they exist, they form no cycle, and each join can be fulfilled.
import type { Join } from '../plan.js';
import { shown } from '../../problem.js';
import type { Context } from './context.js';
import { findCycles } from './cycles.js';
import type { ReadPlan, ReadTask } from './read-leniently.js';

/** For each task, the ids that it mentions in its expressions. */
export type Mentions = ReadonlyMap<string, ReadonlySet<string>>;

/** For each task, the tasks that it waits for: the needs that it declares, then the tasks that it mentions. */
export type Needs = ReadonlyMap<string, readonly string[]>;

export function checkEdges(plan: ReadPlan, mentions: Mentions, context: Context): Needs {
  const needs = new Map<string, string[]>();
  for (const read of plan.tasks.values()) {
    checkNeeds(read, plan, context);
    const all = new Set([...(read.task.needs ?? []), ...(mentions.get(read.id) ?? [])]);
    needs.set(read.id, [...all]);
    if (read.task.join !== undefined) checkJoin(read, read.task.join, all.size, plan, context);
  }
  for (const cycle of findCycles(needs)) {
    const path = [...plan.path, 'tasks', cycle[0]!];
    const message = `tasks wait for each other in a cycle: ${formatCycle(cycle)}`;
    context.report('plan.cycle', path, message, 'each of them needs the next');
  }
  return needs;
}

const MAX_SHOWN = 20;

function formatCycle(cycle: readonly string[]): string {
  if (cycle.length <= MAX_SHOWN + 1) return cycle.join(' → ');
  const left = cycle.length - 1 - MAX_SHOWN;
  return [...cycle.slice(0, MAX_SHOWN), `… ${left} more …`, cycle.at(-1)].join(' → ');
}

function checkNeeds({ path, raw }: ReadTask, plan: ReadPlan, context: Context): void {
  const seen = new Set<string>();
  const needs: readonly unknown[] = Array.isArray(raw?.['needs']) ? raw['needs'] : [];
  for (const [i, need] of needs.entries()) {
    if (typeof need !== 'string') continue;
    const at = () => [...path, 'needs', i];
    if (!plan.tasks.has(need)) {
      const message = `expected the id of a task of this plan, got ${shown(need)}`;
      context.report('plan.unknown-need', at(), message, context.suggest(need, plan.tasks));
    } else if (seen.has(need)) {
      context.report('plan.duplicate-need', at(), `expected each need once, got ${shown(need)} again`);
    }
    seen.add(need);
  }
}

function checkJoin({ path, task }: ReadTask, join: Join, needs: number, plan: ReadPlan, context: Context): void {
  const never = (message: string, hint?: string) =>
    context.report('plan.join-never-holds', [...path, 'join'], message, hint);
  if (typeof join === 'object') {
    if (join.atLeast > needs)
      never(`atLeast must not exceed the number of needs: it is ${join.atLeast}, and the task has ${countText(needs)}`);
    return;
  }
  if (join !== 'any-succeeded' && join !== 'any-failed') return;
  if (needs === 0) {
    never(`join ${shown(join)} requires needs: the task has none`, task.needs === undefined ? 'add needs' : undefined);
  } else if (join === 'any-failed' && plan.head.onFailure !== 'continue') {
    const onFailure = plan.head.onFailure ?? 'compensate';
    never(
      `join "any-failed" requires onFailure: continue in the plan: with ${shown(onFailure)}, no task starts after a failure`,
      'set onFailure: continue, or use compensate to undo work',
    );
  }
}

const countText = (needs: number): string => (needs === 1 ? '1 need' : `${needs} needs`);
