// How a run ends: completed with its result, failed with its result as the failure's detail, or cancelled.
import { allHandlersFinished, ApplicationFailure, CancelledFailure, condition, upsertMemo } from '@temporalio/workflow';
import { RESULT_MEMO, type RunResult } from '../domain/run-result.js';
import { fitToPayload, summarize } from '../domain/summarize.js';
import { summaryOf, type Run } from './run.js';
import { tagStatus } from './web-ui.js';

/** A memo is shown in lists, so it stays small. */
const MAX_MEMO_BYTES = 256 * 1024;

export async function closeRun(run: Run): Promise<RunResult> {
  const { graph, progress } = run;
  if (progress.verdict !== 'completed') tagStatus(run, progress.verdict);
  if (!allHandlersFinished()) await condition(allHandlersFinished);
  if (run.result !== undefined) return run.result;
  const result = fitToPayload(summarize(graph, progress, summaryOf(run)));
  if (run.request.undo !== undefined) return result;
  const { message } = progress.failure ?? { message: `the run ${progress.verdict}` };
  if (progress.verdict === 'cancelled') {
    // Temporal keeps no value for a cancelled Workflow.
    upsertMemo({ [RESULT_MEMO]: fitToPayload(result, MAX_MEMO_BYTES) });
    throw new CancelledFailure(message);
  }
  throw ApplicationFailure.create({ type: 'RunFailed', nonRetryable: true, message, details: [result] });
}
