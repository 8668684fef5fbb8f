// What is said of a run that has ended: the summary to people, the output to stdout.
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { RunResult } from '../domain/run-result.js';
import type { ExitCode, Io } from './io.js';
import { summaryLines } from './view/summary.js';

type Times = Pick<WorkflowExecutionDescription, 'startTime' | 'closeTime'>;

export interface TellOptions {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

/** How the command ends: 0 if the run has completed. */
export function tellEnd(io: Io, result: RunResult, { startTime, closeTime }: Times, options: TellOptions): ExitCode {
  const { json = false, quiet = false } = options;
  if (!quiet) {
    if (io.isLive()) io.note('');
    const tookMs = (closeTime?.getTime() ?? Date.now()) - startTime.getTime();
    for (const line of summaryLines(result, tookMs, io.colours(io.stderr))) io.note(line);
  }
  if (json) io.printJson(result);
  else if (typeof result.output === 'string') io.print(result.output);
  else if (result.output !== null && result.output !== undefined) io.printJson(result.output);
  return result.status === 'completed' ? 0 : 1;
}
