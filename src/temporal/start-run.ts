// Starts the Workflow of a run.
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { ORCHESTRATE } from '../domain/run/input.js';
import { describedRun, startSearchable, type MemoNotes, type RunRequest } from './run-options.js';

export interface RunStart extends MemoNotes {
  readonly id: string;
  readonly taskQueue: string;
  readonly request: RunRequest;
  /** True if a run of this id that has ended may be followed by this one. Default: an id is used once. */
  readonly mayFollow?: boolean;
}

/** The id of its first execution; `undefined` if it was not started, because a run of this id exists already. */
export async function startRun(
  client: Client,
  { id, taskQueue, request, mayFollow = false, ...notes }: RunStart,
): Promise<string | undefined> {
  try {
    const handle = await startSearchable(request, (run) =>
      client.workflow.start(ORCHESTRATE, {
        workflowId: id,
        taskQueue,
        workflowIdReusePolicy: mayFollow ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        ...describedRun(request, notes),
        ...run,
      }),
    );
    return handle.firstExecutionRunId;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}
