// The errors of the client. Each message is one line, or one line for each problem.
import { ProblemsError } from '../domain/problems-error.js';
import { MAX_RUN_ID_BYTES } from '../domain/run/run-ids.js';
import { shown } from '../domain/problem.js';
import type { Failure } from '../domain/failure.js';
import type { RunResult } from '../domain/run/result.js';

export { AnswerFailedError, isUnansweredError, NoWorkerError, WorkerBusyError } from '../temporal/no-answer.js';

/** A value that the caller passed does not fit: the run's input against the plan's JSON Schema, a budget, a tenant, an id. */
export class InvalidInputError extends ProblemsError {
  override readonly name = 'InvalidInputError';
}

/** A run's id is a field of Temporal's protocol, which a lone surrogate would break. Throws InvalidInputError. */
export function checkRunId(id: string): void {
  if (!id.isWellFormed())
    throw new InvalidInputError([`expected the id of a run without unpaired surrogates, got ${shown(id)}`]);
  const bytes = Buffer.byteLength(id);
  if (bytes === 0 || bytes > MAX_RUN_ID_BYTES)
    throw new InvalidInputError([`expected the id of a run, of 1 to ${MAX_RUN_ID_BYTES} bytes, got ${bytes} bytes`]);
}

export class RunNotFoundError extends Error {
  override readonly name = 'RunNotFoundError';

  constructor(
    readonly runId: string,
    hint?: string,
  ) {
    super(`there is no run ${JSON.stringify(runId)} on this server${hint === undefined ? '' : `; ${hint}`}`);
  }
}

/** The request cannot be carried out in the present state of the run, breaker or pool. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** The Workflow ended without a result: it was terminated, or timed out. */
export class RunLostError extends Error {
  override readonly name = 'RunLostError';

  constructor(
    readonly runId: string,
    how: string,
  ) {
    super(`run ${runId} ${how}: it has no result`);
  }
}

/** The run has not ended within the `timeout` of `result`. It is still in progress. */
export class ResultTimeoutError extends Error {
  override readonly name = 'ResultTimeoutError';

  constructor(
    readonly runId: string,
    timeout: string,
  ) {
    super(`run ${runId} has not ended within ${timeout}; it is still in progress`);
  }
}

/** The call that `executeTask` made has failed. */
export class TaskFailedError extends Error {
  override readonly name = 'TaskFailedError';

  constructor(
    readonly failure: Failure,
    readonly result: RunResult,
  ) {
    super(failure.message);
  }
}
