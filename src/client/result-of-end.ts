// The result of a run whose Workflow has not completed: a run that failed or was cancelled has one, too.
import { ApplicationFailure, CancelledFailure, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { RESULT_MEMO, type RunResult } from '../domain/run/result.js';
import { RunLostError, RunNotFoundError } from './errors.js';

/** `error` is that of waiting for the Workflow. Throws RunNotFoundError, RunLostError; `error` itself if the run has not ended. */
export async function resultOfEnd(
  id: string,
  error: unknown,
  readMemo: () => Promise<Readonly<Record<string, unknown>> | undefined>,
): Promise<RunResult> {
  if (error instanceof WorkflowNotFoundError) throw new RunNotFoundError(id);
  if (!(error instanceof WorkflowFailedError)) throw error;
  const { cause } = error;
  if (cause instanceof ApplicationFailure && cause.type === 'RunFailed') return cause.details![0] as RunResult;
  if (cause instanceof CancelledFailure) {
    const result = (await readMemo())?.[RESULT_MEMO];
    if (result !== undefined) return result as RunResult;
  }
  throw new RunLostError(id, cause === undefined ? 'ended' : `ended: ${cause.message}`);
}
