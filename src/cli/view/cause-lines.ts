// The last lines of what a failed program printed, or of the error beneath a failure: what the one line of a failure leaves out.
import type { Failure } from '../../domain/failure.js';
import type { RunResult, TaskResult } from '../../domain/run/result.js';
import { visible, visibleLine } from '../../domain/text/visible.js';

/** A traceback of usual depth. */
const MAX_LINES = 20;

/** The cause of the failure that failed the run, for people: its last lines. Empty if the failure itself states all of it. */
export function causeLines({ failure, tasks }: RunResult): string[] {
  if (failure === null) return [];
  return linesOf(callFailure(failure, tasks));
}

/** A run in which everything failed has one reason, most often. */
const MAX_TASKS = 5;

/** The causes of all failed tasks, each below the id of its task, for the status of a run. Empty if no failure has more to show. */
export function taskCauseLines({ tasks }: Pick<RunResult, 'tasks'>): string[] {
  const found = Object.entries(tasks).flatMap(([id, task]) => {
    const failure = firstCause(task);
    const lines = failure === undefined ? [] : linesOf(failure);
    return lines.length === 0
      ? []
      : [[`${visibleLine(id)}: last lines of its error`, ...lines.map((line) => `  ${line}`)]];
  });
  const left = found.length - MAX_TASKS;
  const more = left > 0 ? [`… ${left} more ${left === 1 ? 'task' : 'tasks'}; --json has all`] : [];
  return [...found.slice(0, MAX_TASKS).flat(), ...more].map((line) => line.trimEnd());
}

function linesOf(of: Failure): string[] {
  const cause = of.cause?.trimEnd() ?? '';
  if (cause.trim() === '' || visibleLine(of.message).includes(visibleLine(cause))) return [];
  const lines = cause.split(/\r?\n/);
  const left = lines.length - MAX_LINES;
  return [...(left > 0 ? [`… ${left} more ${left === 1 ? 'line' : 'lines'}`] : []), ...lines.slice(-MAX_LINES)].map(
    (line) => visible(line.trimEnd()),
  );
}

/** The failure of the call: that of the task, or of the first failed item of a forEach. */
function callFailure(failure: NonNullable<RunResult['failure']>, tasks: RunResult['tasks']): Failure {
  const task = failure.task === undefined ? undefined : tasks[failure.task];
  return (task === undefined ? undefined : firstCause(task)) ?? failure;
}

/** The failure of a task, or of its first failed item if that has more to show. */
function firstCause({ failure, failures }: TaskResult): Failure | undefined {
  const item = failures?.find(({ failure: { type } }) => type !== 'Cancelled')?.failure;
  return (failure?.cause === undefined ? item : undefined) ?? failure ?? undefined;
}
