// The inbox of a worker: a Task Queue that this worker alone polls. Breakers and pools send their pushes to it.
import { randomUUID } from 'node:crypto';
import { HEAR, type WorkerMessage } from '../domain/worker-push.js';

export interface WorkerInbox {
  /** The name of the Task Queue. It identifies the worker in all messages. */
  readonly queue: string;
  /** The activities of the Worker that polls the queue. */
  readonly activities: { readonly [HEAR]: (message: WorkerMessage) => Promise<void> };
  /** Sets the listener for the messages of one Workflow. Messages without a listener are dropped: answers contain the same. */
  listen(from: string, listener: (message: unknown) => void): void;
}

export function createWorkerInbox(): WorkerInbox {
  const listeners = new Map<string, (message: unknown) => void>();
  return {
    queue: `baton-worker/${randomUUID()}`,
    activities: {
      async [HEAR]({ from, message }) {
        listeners.get(from)?.(message);
      },
    },
    listen: (from, listener) => void listeners.set(from, listener),
  };
}
