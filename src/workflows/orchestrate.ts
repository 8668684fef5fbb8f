// The Workflow of every run. The deciding is in the domain; what is here drives it with Temporal's timers, activities,
// children and messages.
import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  ContinueAsNew,
  TemporalFailure,
} from '@temporalio/workflow';
import { NO_USAGE } from '../domain/call.js';
import { beginUndo } from '../domain/undo.js';
import type { RunInput } from '../domain/run-input.js';
import type { RunResult } from '../domain/run-result.js';
import { runBackward } from './backward.js';
import { watchDuration } from './budget.js';
import { closeRun } from './close.js';
import { runForward } from './forward.js';
import { answerMessages } from './messages.js';
import { cancelRun, noteCrash, openRun, type Run } from './run.js';
import { showDetails } from './web-ui.js';

export async function orchestrate(input: RunInput): Promise<RunResult> {
  const root = CancellationScope.current();
  return await CancellationScope.nonCancellable(async () => {
    try {
      const run = openRun(input);
      answerMessages(run);
      showDetails(run);
      watchDuration(run);
      // Rejects when somebody cancels; the run then stops in its own time.
      root.cancelRequested.catch(() => cancelRun(run)).catch((crash: unknown) => noteCrash(run, crash));
      return await conduct(run);
    } catch (error) {
      throw asFailure(error);
    }
  });
}

async function conduct(run: Run): Promise<RunResult> {
  const { progress, graph, request } = run;
  if (request.undo !== undefined && request.carried === undefined) {
    Object.assign(progress, { verdict: 'cancelled', phase: 'stopping', usage: NO_USAGE });
    beginUndo(graph, progress);
  } else if (progress.phase === 'running' || progress.phase === 'stopping') {
    await runForward(run);
  }
  await runBackward(run);
  return await closeRun(run);
}

/** A bare error would be retried as a Workflow Task, for ever: a defect ends the run, and says so. */
function asFailure(error: unknown): unknown {
  if (error instanceof ContinueAsNew || error instanceof CancelledFailure || error instanceof TemporalFailure)
    return error;
  const message = error instanceof Error ? error.message : String(error);
  return ApplicationFailure.create({
    type: 'InternalError',
    nonRetryable: true,
    message: `a defect in Baton ended the run: ${message}`,
    ...(error instanceof Error ? { cause: error } : {}),
  });
}
