// All Workers of one process, run as one.
// T1. If one Worker ends, for whatever reason, the others drain, too.
// T2. The Workers of breakers and pools end last: calls that drain still renew their leases and report their outcomes.
// T3. The connection is closed when no Worker is left.
import type { Worker } from '@temporalio/worker';
import { outlast } from './outlast.js';

export interface Team {
  /** Workers for runs and calls. */
  readonly workers: readonly Worker[];
  /** Workers for the breakers and pools of these calls. */
  readonly guardWorkers: readonly Worker[];
  /** Reports what has not been reported. Called when the last call has ended. */
  closeGuards(this: void): Promise<void>;
  /** Called when all Workers have ended. */
  release(this: void): Promise<void>;
}

export interface RunningTeam {
  run(until?: Promise<unknown>): Promise<void>;
  shutdown(): void;
  /** Whether all Workers take work. */
  isWorking(this: void): boolean;
}

export function createTeam({ workers, guardWorkers, closeGuards, release }: Team): RunningTeam {
  let hasBegun = false;
  let isLeaving = false;
  const drain = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const shutdown = () => {
    isLeaving = true;
    drain();
  };
  const lasting = guardWorkers.map((worker) => outlast(worker, shutdown));
  const work = async () => {
    const serving = Promise.allSettled(lasting.map(({ worker }) => worker.run().finally(shutdown)));
    const working = workers.map((worker) => worker.run().finally(shutdown));
    if (isLeaving) drain();
    const ends = await Promise.allSettled(working);
    const closed = await Promise.allSettled([closeGuards()]);
    for (const { stop } of lasting) stop();
    return [...ends, ...closed, ...(await serving)];
  };
  return {
    shutdown,
    isWorking: () => hasBegun && !isLeaving && workers.every((worker) => worker.getState() === 'RUNNING'),
    async run(until) {
      if (hasBegun)
        throw new Error('this worker has been run before: expected one call of run() for each createWorker()');
      hasBegun = true;
      until?.then(shutdown, shutdown);
      const ends = await work().finally(release);
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
  };
}

/** If one Worker cannot be created, the others are discarded: a Worker holds its connection until it has been run. */
export async function createAll(creations: readonly Promise<Worker>[]): Promise<Worker[]> {
  const created = await Promise.allSettled(creations);
  const workers = created.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = created.find((one) => one.status === 'rejected');
  if (failed === undefined) return workers;
  await discard(workers);
  throw failed.reason;
}

export async function discard(workers: readonly Worker[]): Promise<void> {
  await Promise.allSettled(
    workers.map((worker) => {
      const over = worker.run();
      worker.shutdown();
      return over;
    }),
  );
}
