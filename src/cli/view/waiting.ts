// The tasks that wait for a person or an event, with the command that answers each.
import { BUDGET_EXCEEDED } from '../../domain/budget/ledger.js';
import { visibleLine } from '../../domain/text/visible.js';
import { truncateEnd } from '../../domain/text/truncate.js';
import type { RunResult, TaskResult } from '../../domain/run/result.js';
import type { RunFacts } from './run-facts.js';
import { shellWord } from '../terminal/shell-word.js';
import type { SeenRun } from './seen-run.js';

/** Characters that a line shows of a description. The whole text is in `baton status --json`. */
const SHOWN_OF_DESCRIPTION = 500;

export interface Waiting {
  readonly task: string;
  readonly why: string;
  readonly command: string;
}

export function waitingTasks({ tasks }: Pick<RunResult, 'tasks'>, facts: RunFacts): Waiting[] {
  return Object.entries(tasks).flatMap(([id, task]) => {
    const about = facts.tasks.get(id);
    return task.status === 'running' && about !== undefined ? waitingFor(facts, id, task) : [];
  });
}

/** The advice for a run that its budget has paused; nothing for other runs. */
function budgetAdvice({ pausedBecause }: Pick<RunResult, 'pausedBecause'>, { id }: Pick<RunFacts, 'id'>): string[] {
  if (pausedBecause !== BUDGET_EXCEEDED) return [];
  return [`the budget is too small for the next task: baton budget ${shellWord(id)} --add JSON, or baton cancel`];
}

/** The advice for the run, or for the sub-plans whose own budgets are too small. */
export function budgetAdviceFor(snapshot: RunResult, facts: RunFacts, subRuns: readonly SeenRun[]): string[] {
  const own = budgetAdvice(snapshot, facts);
  return own.length > 0 ? own : subRuns.flatMap((sub) => budgetAdvice(sub.snapshot, sub.facts));
}

/** The question on one line; for runs of the first rules, which do not evaluate it, the text of the plan. */
function questionText(label: string, { title, description }: TaskResult['question'] = {}): string {
  const asked = title === undefined ? label : visibleLine(title);
  return description === undefined
    ? asked
    : `${asked} (${truncateEnd(visibleLine(description), SHOWN_OF_DESCRIPTION)})`;
}

/** Nothing for a task that does not wait for a person or an event. */
export function waitingFor(
  { id, tasks }: RunFacts,
  task: string,
  { asks = false, question }: Pick<TaskResult, 'asks' | 'question'>,
): Waiting[] {
  const about = tasks.get(task);
  const run = shellWord(id);
  if (about?.kind === 'approve') {
    return [
      {
        task,
        why: `waits for an answer: ${questionText(about.label, question)}`,
        command: `baton approve ${run} ${task}`,
      },
    ];
  }
  if (asks) {
    const command = `baton graph ${run} --task ${task}; baton approve ${run} ${task}`;
    const label = questionText(about?.label ?? task, question);
    return [{ task, why: `waits for an answer to the plan for: ${label}`, command }];
  }
  if (about?.kind !== 'event') return [];
  // The value of a name that is an expression is not known here.
  const name = about.label.startsWith('{%') ? 'NAME' : shellWord(visibleLine(about.label));
  return [{ task, why: `waits for the event ${about.label}`, command: `baton event ${run} ${name}` }];
}
