import { setTimeout as pause } from 'node:timers/promises';
import { NoWorker } from '../client/errors.js';
import type { RunHandle } from '../client/run-handle.js';
import type { ExitCode, Io } from './io.js';
import type { ServerOptions } from './options.js';
import type { Session } from './session.js';
import { tellEnd, type TellOptions } from './tell-end.js';
import { withRun } from './with-session.js';

/** How often it is looked whether anybody works on the run that is waited for. */
const LOOK_EVERY_MS = 10_000;

export async function waitForResult(io: Io, id: string, options: ServerOptions & TellOptions): Promise<ExitCode> {
  return await withRun(io, { id, options }, async (run, session) => {
    const { status } = await run.describe();
    const over = new AbortController();
    try {
      if (status.name === 'RUNNING') {
        await refuseIfStuck(run, session);
        io.note(`run ${id} goes on; waiting for its end`);
      }
      const result = await Promise.race([run.result(), watchWorkers(run, session, over.signal)]);
      return tellEnd(io, result, await run.describe(), options);
    } finally {
      over.abort();
    }
  });
}

/** Settles only by throwing NoWorker: nobody should wait in silence for what nobody does. */
async function watchWorkers(run: RunHandle, session: Session, over: AbortSignal): Promise<never> {
  for (;;) {
    await pause(LOOK_EVERY_MS, undefined, { signal: over }).catch(() => new Promise<never>(() => undefined));
    await refuseIfStuck(run, session);
  }
}

async function refuseIfStuck(run: RunHandle, { baton }: Session): Promise<void> {
  const { status, taskQueue } = await run.describe();
  if (status.name === 'RUNNING' && (await baton.pollers(taskQueue)) === 0) throw new NoWorker(taskQueue);
}
