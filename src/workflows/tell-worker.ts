import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import { HEAR, type Heard } from '../domain/hearing.js';

type Hearing = { [HEAR]: (heard: Heard) => Promise<void> };

/** Says something to one worker, by its own Task Queue. One that has died does not hear it; whoever speaks does not wait. */
export function tellWorker(worker: string, message: unknown): void {
  const { hear } = proxyActivities<Hearing>({
    taskQueue: worker,
    scheduleToCloseTimeout: '5s',
    retry: { maximumAttempts: 1 },
    priority: { priorityKey: 1 },
  });
  hear({ from: workflowInfo().workflowId, message }).catch(() => undefined);
}
