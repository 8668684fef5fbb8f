// No worker has answered a query or an update, or one could not.

/** No worker polls the Task Queue. */
export class NoWorkerError extends Error {
  override readonly name = 'NoWorkerError';

  constructor(readonly taskQueue: string) {
    super(`no worker polls the Task Queue ${JSON.stringify(taskQueue)}; start one with "baton worker"`);
  }
}

/** Workers poll the Task Queue, but none has answered in time. */
export class WorkerBusyError extends Error {
  override readonly name = 'WorkerBusyError';

  constructor(
    readonly taskQueue: string,
    withinMs: number,
  ) {
    super(
      `the workers of the Task Queue ${JSON.stringify(taskQueue)} have not answered within ${withinMs / 1000} s: they are busy or suspended; ` +
        'the request may still be carried out: check with "baton status", and repeat it if it was not',
    );
  }
}

/** A worker has tried to answer, and could not: the answer is too large for a payload, or the storage that it needs is away. */
export class AnswerFailedError extends Error {
  override readonly name = 'AnswerFailedError';

  constructor(
    readonly taskQueue: string,
    cause: Error,
  ) {
    super(`a worker of the Task Queue ${JSON.stringify(taskQueue)} could not answer: ${cause.message}`, { cause });
  }
}

export type UnansweredError = NoWorkerError | WorkerBusyError | AnswerFailedError;

export const isUnansweredError = (error: unknown): error is UnansweredError =>
  error instanceof NoWorkerError || error instanceof WorkerBusyError || error instanceof AnswerFailedError;
