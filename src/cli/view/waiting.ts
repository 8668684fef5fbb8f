// What a run waits for that only somebody outside can give, with the command to type.
import { BUDGET_EXCEEDED } from '../../domain/escrow.js';
import { oneLine } from '../../domain/one-line.js';
import type { RunResult } from '../../domain/run-result.js';
import type { RunFacts } from './run-facts.js';
import { shellWord } from './shell-word.js';
import type { SeenRun } from './seen-run.js';

export interface Waiting {
  readonly task: string;
  readonly why: string;
  readonly command: string;
}

export function waitingTasks({ tasks }: Pick<RunResult, 'tasks'>, facts: RunFacts): Waiting[] {
  return Object.entries(tasks).flatMap(([task, { status, asks }]) => {
    const about = facts.tasks.get(task);
    return status === 'running' && about !== undefined ? waitingFor(facts, task, asks) : [];
  });
}

/** What a run that its budget has paused wants of somebody; nothing for others. */
function shortOf({ pausedBecause }: Pick<RunResult, 'pausedBecause'>, { id }: Pick<RunFacts, 'id'>): string[] {
  if (pausedBecause !== BUDGET_EXCEEDED) return [];
  return [`the budget has no room for what is next: baton budget ${shellWord(id)} --add JSON, or baton cancel`];
}

/** Of the run, or of the sub-plans whose own budgets it is that have no room. */
export function shortIn(snapshot: RunResult, facts: RunFacts, subRuns: readonly SeenRun[]): string[] {
  const own = shortOf(snapshot, facts);
  return own.length > 0 ? own : subRuns.flatMap((sub) => shortOf(sub.snapshot, sub.facts));
}

/** Nothing for a task that no person can help along. */
export function waitingFor({ id, tasks }: RunFacts, task: string, asks = false): Waiting[] {
  const about = tasks.get(task);
  const run = shellWord(id);
  if (about?.kind === 'approve') {
    return [{ task, why: `waits for an answer: ${about.label}`, command: `baton approve ${run} ${task}` }];
  }
  if (asks) {
    const command = `baton graph ${run} --task ${task}; baton approve ${run} ${task}`;
    return [{ task, why: `waits for an answer to the plan for: ${about?.label ?? task}`, command }];
  }
  if (about?.kind !== 'event') return [];
  // A name that is an expression is not known here.
  const name = about.label.startsWith('{%') ? 'NAME' : shellWord(oneLine(about.label));
  return [{ task, why: `waits for the event ${about.label}`, command: `baton event ${run} ${name}` }];
}
