// What a run gives in the end. It is made before anything is undone, for a run whose output cannot be made, or does not
// fit into a payload, has failed like any other.
import { MAX_VALUE_BYTES } from '../domain/call.js';
import { ExpressionError } from '../domain/expression.js';
import { failure, type Failure } from '../domain/failure.js';
import type { Undo } from '../domain/run-input.js';
import type { RunResult } from '../domain/run-result.js';
import { jsonBytes } from '../domain/size.js';
import { inTime } from '../domain/soon.js';
import { fitToPayload, summarize } from '../domain/summarize.js';
import { isCompensable } from '../domain/undo.js';
import { toBeUndone } from '../domain/undoable.js';
import { render, summaryOf, type Run } from './run.js';

/** Leaves the result of a run that has completed in `run.result`; what has not, has none yet. Expects a concluded run. */
export async function makeResult(run: Run): Promise<void> {
  const { graph, progress } = run;
  if (progress.verdict !== 'completed') return;
  try {
    const output = await inTime(render(run, graph.plan.output, run.scope));
    const summary = summarize(graph, progress, { ...summaryOf(run), output });
    const whole: RunResult = { ...summary, status: 'completed', ...undoOf(run) };
    const result = fitToPayload(whole);
    if (result === whole || jsonBytes(result) <= MAX_VALUE_BYTES) run.result = result;
    else fail(run, tooLarge(result));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    fail(run, failure('OutputFailed', `output: ${error.message}`));
  }
}

function fail({ progress }: Run, why: Failure): void {
  progress.verdict = 'failed';
  progress.failure = why;
}

function tooLarge({ output, undo }: RunResult): Failure {
  const [bytes, undoBytes] = [jsonBytes(output), jsonBytes(undo)];
  const limit = `at most ${MAX_VALUE_BYTES} fit into one payload with the summary of the tasks`;
  if (undoBytes <= bytes) return failure('OutputFailed', `output: it is ${bytes} bytes of JSON, ${limit}`);
  return failure('OutputFailed', `what undoing the sub-plan would need is ${undoBytes} bytes of JSON, ${limit}`);
}

/** The run above may have to undo this one when it is long over. */
function undoOf(run: Run): Pick<RunResult, 'undo' | 'replanned'> {
  const { graph, progress, id, input, startedAt } = run;
  if (run.request.parent === undefined) return {};
  const replanned = progress.replans === undefined ? {} : { replanned: graph.plan };
  if (!isCompensable(graph, progress)) return replanned;
  return { ...replanned, undo: { id, input, startedAt, progress: toBeUndone(graph, progress) } satisfies Undo };
}
