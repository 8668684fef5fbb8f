// The last lines of what a failed program printed, or of the error beneath a failure: what the one line of a failure leaves out.
import type { Failure } from '../../domain/failure.js';
import type { RunResult } from '../../domain/run/result.js';
import { visible, visibleLine } from '../../domain/text/visible.js';

/** A traceback of usual depth. */
const MAX_LINES = 20;

/** The cause of the failure that failed the run, for people: its last lines. Empty if the failure itself states all of it. */
export function causeLines({ failure, tasks }: RunResult): string[] {
  if (failure === null) return [];
  const of = callFailure(failure, tasks);
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
  const item = task?.failures?.find(({ failure: { type } }) => type !== 'Cancelled')?.failure;
  return (task?.failure?.cause === undefined ? item : undefined) ?? task?.failure ?? failure;
}
