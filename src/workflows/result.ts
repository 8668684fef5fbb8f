// The result of a run. It is made before anything is undone, because a run fails if its output cannot be evaluated or does not fit
// into a payload.
import { ActivityFailure } from '@temporalio/common';
import { fitsOpened, openedBytes } from '../domain/json/value-reference.js';
import { advance } from '../domain/progress/advance.js';
import { undoablePaths } from '../domain/progress/debt.js';
import { ExpressionError } from '../domain/expression/expression.js';
import { failure, type Failure } from '../domain/failure.js';
import type { Undo } from '../domain/progress/state.js';
import type { RunResult } from '../domain/run/result.js';
import { fitToPayload } from '../domain/run/fit-to-payload.js';
import { valueLimitOf } from '../domain/run/input.js';
import { summarize } from '../domain/run/summarize.js';
import { isCompensable } from '../domain/progress/undo.js';
import { undoRecordOf } from '../domain/progress/undo-record.js';
import { renderUnopened, summaryContext, type Run } from './run.js';

/** Sets `run.result` if the run has completed. Expects a concluded run. */
export async function makeResult(run: Run): Promise<void> {
  const { graph, progress } = run;
  if (progress.verdict !== 'completed') return;
  try {
    const output = await renderUnopened(run, graph.plan.output, run.scope);
    const summary = summarize(graph, progress, { ...summaryContext(run), output });
    const whole: RunResult = { ...summary, status: 'completed', ...undoFields(run) };
    const most = valueLimitOf(run.request);
    const result = fitToPayload(whole, most);
    if (result === whole || fitsOpened(result, most)) run.result = result;
    else failOutput(run, tooLarge(result, most));
  } catch (error) {
    // A stored value that the output looks into may be lost.
    const why = error instanceof ActivityFailure ? (error.cause ?? error) : error;
    if (why === error && !(error instanceof ExpressionError)) throw error;
    failOutput(run, failure('OutputFailed', `output: ${why instanceof Error ? why.message : String(why)}`));
  }
}

const failOutput = ({ graph, progress }: Run, failure: Failure): void =>
  advance(graph, progress, { type: 'outputFailed', failure });

function tooLarge({ output, undo }: RunResult, most: number): Failure {
  const [bytes, undoBytes] = [openedBytes(output), openedBytes(undo)];
  const limit = `at most ${most} fit into one payload with the summary of the tasks`;
  if (undoBytes <= bytes) return failure('OutputFailed', `output: it is ${bytes} bytes of JSON, ${limit}`);
  return failure('OutputFailed', `undoing the sub-plan would need ${undoBytes} bytes of JSON, ${limit}`);
}

/** The part of a result with which a parent run can undo this one later. */
export function undoFields(run: Run): Pick<RunResult, 'undo' | 'replanned'> {
  const { graph, progress, request, rules, id, input, startedAt } = run;
  if (request.parent === undefined) return {};
  const replanned = progress.replans === undefined || request.undo !== undefined ? {} : { replanned: graph.plan };
  const isTried = !isCompensable(graph, progress);
  const isNothingLeft = isTried && (rules === 1 || (progress.debt.length === 0 && request.undo === undefined));
  if (isNothingLeft) return replanned;
  const undo: Undo = { id, input, startedAt, progress: undoRecordOf(graph, progress), ...(isTried ? { isTried } : {}) };
  return { ...replanned, undo };
}

/** The result of a run that has not completed, as it fits into a payload. */
export function lastResult(run: Run): RunResult {
  const { graph, progress } = run;
  const summary = summarize(graph, progress, summaryContext(run));
  const left = run.rules === 1 ? {} : undoFields(run);
  const most = valueLimitOf(run.request);
  const result = fitToPayload({ ...summary, ...left }, most);
  if (left.undo === undefined || fitsOpened(result, most)) return result;
  // The parent cannot undo what does not fit into the payload, so it becomes debt.
  return fitToPayload({ ...summary, debt: [...summary.debt, ...undoablePaths(graph, progress)] }, most);
}
