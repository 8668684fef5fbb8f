// Ends the Workflow of a run: with its result, with a failure that has the result as its detail, or cancelled.
import { allHandlersFinished, ApplicationFailure, CancelledFailure, condition, upsertMemo } from '@temporalio/workflow';
import { RESULT_MEMO, type RunResult } from '../domain/run/result.js';
import { fitToPayload } from '../domain/run/fit-to-payload.js';
import { lastResult } from './result.js';
import { notifyEnd } from './notify.js';
import type { Run } from './run.js';
import { clearState, tagStatus } from './web-ui.js';

/** Lists of Workflows contain the memo, so it stays small. */
const MAX_MEMO_BYTES = 256 * 1024;

export async function closeRun(run: Run): Promise<RunResult> {
  const { progress } = run;
  if (progress.verdict === 'completed') clearState(run);
  else tagStatus(run, progress.verdict);
  await notifyEnd(run, progress.verdict);
  if (!allHandlersFinished()) await condition(allHandlersFinished);
  if (run.result !== undefined) return run.result;
  const result = lastResult(run);
  const { undo, parent, compensates } = run.request;
  if ((undo !== undefined && compensates === undefined) || progress.verdict === 'completed') return result;
  const { message } = progress.failure ?? { message: `the run ${progress.verdict}` };
  // A cancelled sub-plan with debt fails: a cancelled Workflow could not report the debt to its parent.
  const mustReportDebt = run.rules !== 1 && parent !== undefined && result.debt.length > 0;
  if (progress.verdict === 'cancelled' && !mustReportDebt) {
    // Temporal keeps no value for a cancelled Workflow.
    upsertMemo({ [RESULT_MEMO]: fitToPayload(result, MAX_MEMO_BYTES) });
    throw new CancelledFailure(message);
  }
  throw ApplicationFailure.create({ type: 'RunFailed', nonRetryable: true, message, details: [result] });
}
