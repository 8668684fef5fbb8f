// Everything about a run at one moment, from one description of its Workflow. Answered by a worker if the run is open and a worker
// polls its Task Queue; by the result if the run has ended; else by the server alone.
import type { Client } from '@temporalio/client';
import { failure } from '../domain/failure.js';
import type { Plan } from '../domain/plan/plan.js';
import type { RunResult } from '../domain/run/result.js';
import { countPollers } from '../temporal/pollers.js';
import { RunLostError } from './errors.js';
import type { RunHandle, RunObservation } from './run-handle.js';
import { snapshotWithoutWorker } from './snapshot-without-worker.js';

export interface RunInspection extends RunObservation {
  readonly plan: Plan;
  /** False if the run is open and no worker polls its Task Queue: the snapshot has only the calls that are due. */
  readonly hasWorker: boolean;
}

/** Throws RunNotFoundError, RefusedError, WorkerBusyError. */
export async function inspectRun(client: Client, run: RunHandle): Promise<RunInspection> {
  const description = await run.describe();
  const plan = await run.plan();
  const isOpen = description.status.name === 'RUNNING';
  const reduced = snapshotWithoutWorker(plan, description);
  if (isOpen && (await countPollers(client, description.taskQueue)) === 0)
    return { description, plan, snapshot: reduced, below: [], hasWorker: false };
  const observed = await run.observe({}, description).catch((error: unknown) => ({
    description,
    snapshot: lostSnapshot(reduced, error),
    below: [],
  }));
  return { ...observed, plan, hasWorker: true };
}

/** A Workflow that was terminated has no result; its snapshot reports that it was terminated. */
function lostSnapshot({ pausedBecause: _, ...reduced }: RunResult, error: unknown): RunResult {
  if (!(error instanceof RunLostError)) throw error;
  return { ...reduced, status: 'failed', failure: failure('RunFailed', error.message) };
}
