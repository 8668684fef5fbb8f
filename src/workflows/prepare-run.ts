// The Workflow that a client in another language starts before a run, so that a worker prepares the run.
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { PrepareReply, PrepareRequest } from '../domain/run/prepare.js';
import { moveOn } from './move-on.js';

/** The activity fails only if its worker dies or has no such activity. */
const ATTEMPTS = 10;

moveOn(prepareRun);

export async function prepareRun(request: PrepareRequest): Promise<PrepareReply> {
  const { prepareRun: prepare } = proxyActivities<Activities>({
    summary: 'checks plan and input',
    startToCloseTimeout: '1m',
    retry: { maximumAttempts: ATTEMPTS },
  });
  return await prepare(request);
}
