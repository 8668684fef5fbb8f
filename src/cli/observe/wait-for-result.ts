// `result`: waits until a run ends, as long as a worker polls its Task Queue.
import { setTimeout as pause } from 'node:timers/promises';
import { NoWorkerError } from '../../client/errors.js';
import type { RunHandle } from '../../client/run-handle.js';
import type { ExitCode, Io } from '../terminal/io.js';
import type { ServerOptions } from '../arguments/options.js';
import type { Session } from '../session/session.js';
import { printResult, type PrintResultOptions } from '../view/print-result.js';
import { withRun } from '../session/with-session.js';

/** How often to check that a worker polls the run's Task Queue. */
const CHECK_EVERY_MS = 10_000;

export async function waitForResult(
  io: Io,
  id: string,
  options: ServerOptions & PrintResultOptions,
): Promise<ExitCode> {
  return await withRun(io, { id, options }, async (run, session) => {
    const { status } = await run.describe();
    const over = new AbortController();
    try {
      if (status.name === 'RUNNING') {
        await requireWorker(run, session);
        io.note(`run ${id} is in progress; waiting for its end`);
      }
      const result = await Promise.race([run.result(), watchWorkers(run, session, over.signal)]);
      return printResult(io, result, await run.describe(), options);
    } finally {
      over.abort();
    }
  });
}

/** Never resolves; rejects with NoWorkerError as soon as no worker is left, because the run cannot end then. */
async function watchWorkers(run: RunHandle, session: Session, over: AbortSignal): Promise<never> {
  for (;;) {
    await pause(CHECK_EVERY_MS, undefined, { signal: over }).catch(() => new Promise<never>(() => undefined));
    await requireWorker(run, session);
  }
}

async function requireWorker(run: RunHandle, { baton }: Session): Promise<void> {
  const { status, taskQueue } = await run.describe();
  if (status.name === 'RUNNING' && (await baton.pollers(taskQueue)) === 0) throw new NoWorkerError(taskQueue);
}
