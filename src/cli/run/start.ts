// Starts a prepared run, in the foreground or detached, and sets the exit code.
import { UsageError } from '../terminal/errors.js';
import type { Io } from '../terminal/io.js';
import type { StartRequest } from './prepare.js';

export async function executeStart(io: Io, request: StartRequest): Promise<void> {
  if (request.options.detach === true) {
    if (request.options.open === true)
      throw new UsageError([
        '--open and --detach exclude each other; "baton graph RUN --watch --open" shows a run that is detached',
      ]);
    const { runDetached } = await import('./detached.js');
    io.exitCode = await runDetached(io, request);
  } else {
    const { runInForeground } = await import('./foreground.js');
    io.exitCode = await runInForeground(io, request);
  }
}
