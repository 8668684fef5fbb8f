// Who works on the run: workers that poll the queue already, or one in this process.
import type { Io } from '../io.js';
import { createLog } from '../log.js';
import type { Session } from '../session.js';
import type { PreparedRun } from './prepare.js';

export interface Working {
  readonly taskQueue: string;
  readonly isHere: boolean;
  /** Why the worker in this process has died. */
  readonly died: Error | undefined;
  stop(this: void): Promise<void>;
}

/** Another `run` that polls the queue does not count: it ends with its own run, and this one would be left alone. */
export async function startWorking(
  io: Io,
  { baton, server }: Session,
  { askedQueue, ownQueue, config, options }: PreparedRun,
  onDeath: () => void,
): Promise<Working> {
  const taskQueue = askedQueue ?? ownQueue;
  if (askedQueue !== undefined && (await baton.pollers(askedQueue, { lasting: true })) > 0) {
    return { taskQueue, isHere: false, died: undefined, stop: () => Promise.resolve() };
  }
  const { localWorker } = await import('../local-worker.js');
  const verbose = options.verbose === true;
  const worker = await localWorker({
    server,
    agents: config?.agents ?? [],
    pools: config?.pools ?? [],
    // What was interrupted here may be on either.
    taskQueues: [...new Set([taskQueue, ownQueue])],
    log: createLog(io, { level: verbose ? 'debug' : 'warn', format: 'lines' }),
    verbose,
    passing: true,
  });
  let died: Error | undefined;
  const over = worker.run().catch((error: unknown) => {
    died = error instanceof Error ? error : new Error(String(error));
    onDeath();
  });
  return {
    taskQueue,
    isHere: true,
    get died() {
      return died;
    },
    async stop() {
      worker.shutdown();
      await over;
    },
  };
}
