// What tasks wait for: that it exists, that nobody waits for itself, and that each join can hold.
import type { Join } from '../plan.js';
import { got } from '../problem.js';
import type { Context } from './context.js';
import { findCycles } from './cycles.js';
import type { ReadPlan, ReadTask } from './read.js';

/** The ids each task mentions in its expressions. */
export type Mentions = ReadonlyMap<string, ReadonlySet<string>>;

/** What each task waits for: the needs it declares, then those it mentions. */
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
    const message = `expected tasks that do not wait for themselves, got the cycle ${drawCycle(cycle)}`;
    context.report('plan.cycle', path, message, 'each of these needs the next');
  }
  return needs;
}

const MAX_DRAWN = 20;

function drawCycle(cycle: readonly string[]): string {
  if (cycle.length <= MAX_DRAWN + 1) return cycle.join(' → ');
  const left = cycle.length - 1 - MAX_DRAWN;
  return [...cycle.slice(0, MAX_DRAWN), `… ${left} more …`, cycle.at(-1)].join(' → ');
}

function checkNeeds({ path, raw }: ReadTask, plan: ReadPlan, context: Context): void {
  const seen = new Set<string>();
  const needs: readonly unknown[] = Array.isArray(raw?.['needs']) ? raw['needs'] : [];
  for (const [i, need] of needs.entries()) {
    if (typeof need !== 'string') continue;
    const at = () => [...path, 'needs', i];
    if (!plan.tasks.has(need)) {
      const message = `expected the id of a task of this plan, got ${got(need)}`;
      context.report('plan.unknown-need', at(), message, context.suggest(need, plan.tasks));
    } else if (seen.has(need)) {
      context.report('plan.duplicate-need', at(), `expected each need once, got ${got(need)} again`);
    }
    seen.add(need);
  }
}

function checkJoin({ path, task }: ReadTask, join: Join, needs: number, plan: ReadPlan, context: Context): void {
  const never = (message: string, hint?: string) =>
    context.report('plan.join-never-holds', [...path, 'join'], message, hint);
  if (typeof join === 'object') {
    if (join.atLeast > needs)
      never(`expected atLeast to be no more than the task's needs, ${needs}, got ${join.atLeast}`);
    return;
  }
  if (join !== 'any-succeeded' && join !== 'any-failed') return;
  if (needs === 0) {
    never(
      `expected a task with needs, got ${got(join)} on one without`,
      task.needs === undefined ? 'add needs' : undefined,
    );
  } else if (join === 'any-failed' && plan.head.onFailure !== 'continue') {
    const onFailure = plan.head.onFailure ?? 'compensate';
    never(
      `expected onFailure of the plan to be "continue", got ${got(onFailure)}, by which nothing starts after a failure`,
      'set onFailure: continue, or undo by compensate',
    );
  }
}
