// Makes sure that a worker executes the run: one that polls the Task Queue already, else one in this process.
import type { Io } from '../terminal/io.js';
import { commandLog } from '../terminal/log.js';
import { logDirectory } from '../logs/directory.js';
import type { Session } from '../session/session.js';
import type { StartRequest } from './prepare.js';

export interface RunWorker {
  readonly taskQueue: string;
  /** Whether it is in this process. */
  readonly isLocal: boolean;
  /** The error that ended the worker in this process. */
  readonly failure: Error | undefined;
  stop(this: void): Promise<void>;
}

/** A worker inside another `baton run` does not count: it ends with its own run, and this run would be without a worker. */
export async function ensureWorker(
  io: Io,
  { baton, server }: Session,
  { namedQueue, ownQueue, config, options }: StartRequest,
  onFailure: () => void,
): Promise<RunWorker> {
  const taskQueue = namedQueue ?? ownQueue;
  if (namedQueue !== undefined && (await baton.pollers(namedQueue, { lasting: true })) > 0) {
    return { taskQueue, isLocal: false, failure: undefined, stop: () => Promise.resolve() };
  }
  const [{ localWorker, noticeSettings }, { projectNear }, { valueSettings }] = await Promise.all([
    import('../worker/local-worker.js'),
    import('../../project.js'),
    import('../session/session.js'),
  ]);
  const verbose = options.verbose === true;
  const worker = await localWorker({
    server,
    agents: config?.agents ?? [],
    pools: config?.pools ?? [],
    brokers: config?.brokers ?? [],
    notices: noticeSettings(config),
    secrets: config?.secrets,
    // Runs that were interrupted in this directory may be on either queue.
    taskQueues: [...new Set([taskQueue, ownQueue])],
    project: config?.project ?? projectNear({}, io.cwd),
    values: valueSettings(config),
    log: commandLog(io, { level: verbose ? 'debug' : 'warn', format: 'text' }),
    keep: logDirectory(io, config, server),
    verbose,
    plans: [],
    endsWithRun: true,
  });
  let failure: Error | undefined;
  const over = worker.run().catch((error: unknown) => {
    failure = error instanceof Error ? error : new Error(String(error));
    onFailure();
  });
  return {
    taskQueue,
    isLocal: true,
    get failure() {
      return failure;
    },
    async stop() {
      worker.shutdown();
      await over;
    },
  };
}
