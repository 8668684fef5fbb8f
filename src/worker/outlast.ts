// Workers that run until all others have drained: those of breakers and pools, which calls in flight depend on.
import type { Worker } from '@temporalio/worker';

export interface OutlastingWorker {
  readonly worker: Worker;
  /** Shuts the Worker down, if it runs. */
  stop(this: void): void;
}

/**
 * The SDK calls `shutdown` of every Worker in the process when a shutdown signal arrives, and of a Worker that has failed. For this
 * Worker, `shutdown` only makes the others drain; `stop` ends it.
 */
export function outlast(worker: Worker, onShutdown: () => void): OutlastingWorker {
  const end = worker.shutdown.bind(worker);
  worker.shutdown = onShutdown;
  return {
    worker,
    stop() {
      if (worker.getState() === 'RUNNING') end();
    },
  };
}
