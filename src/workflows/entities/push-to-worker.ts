// Pushes from a breaker or a pool to one worker.
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import { HEAR, type WorkerMessage } from '../../domain/worker-push.js';

type InboxActivities = { [HEAR]: (message: WorkerMessage) => Promise<void> };

/** Sends a message to one worker, by its own Task Queue, and does not wait. If the worker has died, the message is lost. */
export function pushToWorker(worker: string, message: unknown): void {
  const { hear } = proxyActivities<InboxActivities>({
    taskQueue: worker,
    scheduleToCloseTimeout: '5s',
    retry: { maximumAttempts: 1 },
    priority: { priorityKey: 1 },
  });
  hear({ from: workflowInfo().workflowId, message }).catch(() => undefined);
}
