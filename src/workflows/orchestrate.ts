// The Workflow of every run. The domain makes the decisions; this folder carries them out with timers, activities, child Workflows
// and messages of Temporal.
import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  ContinueAsNew,
  TemporalFailure,
} from '@temporalio/workflow';
import { failure } from '../domain/failure.js';
import { defined } from '../domain/json/defined.js';
import { advance } from '../domain/progress/advance.js';
import type { RunInput } from '../domain/run/input.js';
import type { RunResult } from '../domain/run/result.js';
import { runCompensation } from './compensate.js';
import { watchDuration } from './budget.js';
import { closeRun } from './close.js';
import { countBegin, countEnd } from './count-run.js';
import { runMainLoop } from './main-loop.js';
import { answerMessages } from './messages.js';
import { openRun } from './open-run.js';
import { cancelRun, recordCrash, type Run } from './run.js';
import { notifyEnd } from './notify.js';
import { exportWholeTrace } from './trace.js';
import { showDetails } from './web-ui.js';
import { wellFormedError } from '../domain/text/well-formed.js';

export async function orchestrate(input: RunInput): Promise<RunResult> {
  const root = CancellationScope.current();
  return await CancellationScope.nonCancellable(async () => {
    let run: Run | undefined;
    try {
      run = openRun(input, () => root.consideredCancelled);
      return await begin(run, root);
    } catch (error) {
      if (run !== undefined && !(error instanceof ContinueAsNew)) countEnd(run, statusOf(error, run));
      const end = asFailure(error);
      if (run !== undefined && end !== error) await reportDefect(run, end);
      throw wellFormedError(end);
    }
  });
}

async function begin(run: Run, root: CancellationScope): Promise<RunResult> {
  answerMessages(run);
  showDetails(run);
  watchDuration(run);
  countBegin(run);
  // Rejects when the Workflow is cancelled. The run then stops in its own way, outside of this scope.
  root.cancelRequested.catch(() => cancelRun(run)).catch((crash: unknown) => recordCrash(run, crash));
  const result = await conduct(run);
  countEnd(run, result.status);
  return result;
}

/** The status of a run whose Workflow ends with an error. */
const statusOf = (error: unknown, { progress }: Run): RunResult['status'] =>
  error instanceof CancelledFailure || progress.verdict === 'cancelled' ? 'cancelled' : 'failed';

async function conduct(run: Run): Promise<RunResult> {
  const { progress, graph, request } = run;
  const retriesDebt = request.compensates !== undefined;
  if (request.undo !== undefined && request.carried === undefined) {
    const { again } = request.undo;
    advance(graph, progress, { type: 'undoRunStarted', retriesDebt, ...defined({ again }) });
  } else if (progress.phase === 'running' || progress.phase === 'stopping') {
    await runMainLoop(run);
  }
  await runCompensation(run);
  advance(graph, progress, { type: 'ended', retriesDebt });
  if (run.trace !== undefined) await exportWholeTrace(run);
  return await closeRun(run);
}

/** The run ends with a defect: its trace is sent, and its receivers get a notice. */
async function reportDefect(run: Run, error: unknown): Promise<void> {
  const why = failure('InternalError', (error as Error).message);
  await exportWholeTrace(run, why);
  await notifyEnd(run, 'failed', why);
}

/** Turns a defect into a failure of the run. With any other error Temporal would retry the Workflow Task for ever. */
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
