// What the client refuses, or cannot do, each with a message that is one line or one line for each problem.
import type { Failure } from '../domain/failure.js';
import type { RunResult } from '../domain/run-result.js';

/** The run's input does not fit the plan's JSON Schema. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

export class RunNotFound extends Error {
  override readonly name = 'RunNotFound';

  constructor(
    readonly runId: string,
    hint?: string,
  ) {
    super(`there is no run ${JSON.stringify(runId)} on this server${hint === undefined ? '' : `; ${hint}`}`);
  }
}

/** What was asked of a run cannot be done now. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** Nobody polls the Task Queue, so nobody answers. */
export class NoWorker extends Error {
  override readonly name = 'NoWorker';

  constructor(readonly taskQueue: string) {
    super(`no worker polls the Task Queue ${JSON.stringify(taskQueue)}; start one with "baton worker"`);
  }
}

/** The Workflow ended without a result: it was terminated, or timed out. */
export class RunLost extends Error {
  override readonly name = 'RunLost';

  constructor(
    readonly runId: string,
    how: string,
  ) {
    super(`run ${runId} ${how}: it has no result`);
  }
}

/** A run that was to be one call has failed. */
export class TaskFailedError extends Error {
  override readonly name = 'TaskFailedError';

  constructor(
    readonly failure: Failure,
    readonly result: RunResult,
  ) {
    super(failure.message);
  }
}
