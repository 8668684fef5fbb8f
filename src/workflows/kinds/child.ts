// Starts the Workflow of a sub-plan and waits until it ends.
// K1. The child runs in a scope that is never cancelled. Temporal cancels a child by the id of its first execution: a child that has
//     continued as new would not receive the cancel, and the parent would wait for ever.
// K2. When the scope of the task is cancelled, the child is cancelled by its Workflow id, which names the current execution. A
//     cancel that comes before the child has started waits until it has started.
// K3. The result is that of the child itself, after it has undone its work, even if the cancel came too late.
import {
  CancellationScope,
  CancelledFailure,
  executeChild,
  getExternalWorkflowHandle,
  log,
  sleep,
  startChild,
  type ChildWorkflowOptions,
  type WithWorkflowArgs,
} from '@temporalio/workflow';
import { ORCHESTRATE, taskTimeout, type RunInput } from '../../domain/run/input.js';
import type { RunResult } from '../../domain/run/result.js';
import { carriedBytes } from '../../domain/json/value-reference.js';
import { reserveCommandBytes } from '../workflow-task/command-size.js';
import type { Run } from '../run.js';
import { firstState } from '../web-ui.js';

/** Runs a child of this name, `scan` or `each[3]:compensate`. Rejects as Temporal's `executeChild` does. */
export async function runChild(run: Run, name: string, request: RunInput): Promise<RunResult> {
  await reserveCommandBytes(run, carriedBytes(request));
  const options = {
    args: [request] as [RunInput],
    workflowId: `${run.id}/${name}`,
    staticSummary: `${name} of ${run.id}`,
    cancellationType: 'WAIT_CANCELLATION_COMPLETED' as const,
    parentClosePolicy: 'REQUEST_CANCEL' as const,
    ...taskTimeout(request),
    ...firstState(run),
  };
  return await (run.rules === 1 ? executeChild<Orchestrate>(ORCHESTRATE, options) : runToEnd(options));
}

type Orchestrate = (input: RunInput) => Promise<RunResult>;
type ChildOptions = WithWorkflowArgs<Orchestrate, ChildWorkflowOptions> & { readonly workflowId: string };

async function runToEnd(options: ChildOptions): Promise<RunResult> {
  const scope = CancellationScope.current();
  if (scope.consideredCancelled) throw new CancelledFailure('cancelled before the sub-plan was started');
  return await CancellationScope.nonCancellable(async () => {
    const child = await startChild<Orchestrate>(ORCHESTRATE, options);
    let hasEnded = false;
    const end = child.result().finally(() => (hasEnded = true));
    void scope.cancelRequested.catch(() => cancel(options.workflowId, () => hasEnded));
    return await end;
  });
}

/** The pause before a cancel that the server could not deliver is sent again. */
const AGAIN_AFTER = '1s';
/** After this many attempts the cancel is given up, and only the end of the child is awaited. */
const MAX_TRIES = 60;

async function cancel(workflowId: string, hasEnded: () => boolean): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES && !hasEnded(); tries++) {
    try {
      await getExternalWorkflowHandle(workflowId).cancel();
      return;
    } catch (error) {
      // Usually the child has just ended, and the event that reports it is on its way.
      log.info('a sub-plan could not be cancelled', { workflowId, error });
      await sleep(AGAIN_AFTER, { summary: `cancel ${workflowId} again` });
    }
  }
}
