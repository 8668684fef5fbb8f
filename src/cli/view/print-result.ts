// Prints the result of a run: a summary on stderr, the output on stdout.
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { RunResult } from '../../domain/run/result.js';
import type { ExitCode, Io } from '../terminal/io.js';
import { shellWord } from '../terminal/shell-word.js';
import { noteTroubleshooting } from '../terminal/troubleshooting.js';
import { summaryLines } from './summary.js';

type Times = Pick<WorkflowExecutionDescription, 'startTime' | 'closeTime'>;

export interface PrintResultOptions {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

/** Returns the exit code: 0 if the run has completed. */
export function printResult(
  io: Io,
  result: RunResult,
  { startTime, closeTime }: Times,
  options: PrintResultOptions,
): ExitCode {
  const { json = false, quiet = false } = options;
  if (!quiet) {
    if (io.isLive()) io.note('');
    const tookMs = (closeTime?.getTime() ?? Date.now()) - startTime.getTime();
    for (const line of summaryLines(result, tookMs, io.colours(io.stderr))) io.note(line);
    noteTroubleshooting(io, failureTypes(result));
    if (result.debt.length > 0) io.note(`retry it: baton compensate ${shellWord(result.compensates ?? result.runId)}`);
  }
  if (json) io.printJson(result);
  else if (typeof result.output === 'string') io.printExact(result.output);
  else if (result.output !== null && result.output !== undefined) io.printJson(result.output);
  return result.status === 'completed' ? 0 : 1;
}

/** The type of the failure of the task that failed the run; of a `forEach`, that of its first item; else that of the run. */
function failureTypes({ failure, tasks }: RunResult): string[] {
  if (failure === null) return [];
  const task = failure.task === undefined ? undefined : tasks[failure.task];
  const ofItem = task?.failures?.[0]?.failure;
  return [(ofItem ?? task?.failure ?? failure).type];
}
