// How a run ends: completed with its result, failed with its result as the failure's detail, or cancelled.
import { allHandlersFinished, ApplicationFailure, CancelledFailure, condition, upsertMemo } from '@temporalio/workflow';
import { ExpressionError } from '../domain/expression.js';
import { failure } from '../domain/failure.js';
import { RESULT_MEMO, type RunResult } from '../domain/run-result.js';
import { inTime } from '../domain/soon.js';
import { fitToPayload, summarize } from '../domain/summarize.js';
import { isCompensable } from '../domain/undo.js';
import { render, type Run } from './run.js';
import { showDetails, tagStatus } from './web-ui.js';

/** A memo is shown in lists, so it stays small. */
const MAX_MEMO_BYTES = 256 * 1024;

export async function closeRun(run: Run): Promise<RunResult> {
  const { graph, progress } = run;
  const output = await makeOutput(run);
  const { failure: why } = progress;
  showDetails(run);
  tagStatus(run);
  await condition(allHandlersFinished);
  const result = fitToPayload(summarize(graph, progress, { runId: run.id, output }));
  if (run.request.undo !== undefined) return result;
  if (progress.verdict === 'cancelled') {
    // Temporal keeps no value for a cancelled Workflow.
    upsertMemo({ [RESULT_MEMO]: fitToPayload(result, MAX_MEMO_BYTES) });
    throw new CancelledFailure(why?.message ?? 'the run was cancelled');
  }
  if (progress.verdict === 'failed') {
    throw ApplicationFailure.create({
      type: 'RunFailed',
      nonRetryable: true,
      message: why?.message ?? 'the run failed',
      details: [result],
    });
  }
  const isPartOfAnother = run.request.parent !== undefined;
  return isPartOfAnother && isCompensable(graph, progress) ? { ...result, undo: progress } : result;
}

async function makeOutput(run: Run): Promise<unknown> {
  const { progress, graph } = run;
  if (progress.verdict !== 'completed') return null;
  try {
    return await inTime(render(run, graph.plan.output, run.scope));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    progress.verdict = 'failed';
    progress.failure = failure('OutputFailed', `output: ${error.message}`);
    return null;
  }
}
