// The Workflow that the Schedule of `baton sweep --schedule` starts: a worker sweeps.
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { SweepReply, SweepRequest } from '../domain/run/sweep.js';
import { moveOn } from './move-on.js';

/** What fails three times is tried again when the Schedule starts the next one. */
const ATTEMPTS = 3;

moveOn(sweep);

export async function sweep(request: SweepRequest): Promise<SweepReply> {
  const { sweep: sweepNow } = proxyActivities<Activities>({
    summary: 'ends what no worker uses, removes values that no run needs',
    // It reads the histories of all runs within retention.
    startToCloseTimeout: '6h',
    heartbeatTimeout: '2m',
    retry: { maximumAttempts: ATTEMPTS },
  });
  return await sweepNow(request);
}
