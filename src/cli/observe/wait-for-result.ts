// `result`: waits until a run ends, also through a time without workers or server.
import { InterruptedError } from '../terminal/errors.js';
import { onInterrupts } from '../terminal/interrupts.js';
import type { ExitCode, Io } from '../terminal/io.js';
import type { ServerOptions } from '../arguments/options.js';
import { printResult, type PrintResultOptions } from '../view/print-result.js';
import { withRun } from '../session/with-session.js';

export async function waitForResult(
  io: Io,
  id: string,
  options: ServerOptions & PrintResultOptions,
): Promise<ExitCode> {
  const leave = new AbortController();
  const stop = (): void => leave.abort(new InterruptedError(`stopped waiting; run ${id} has not ended, and continues`));
  const interrupts = onInterrupts({ interrupted: stop, ended: stop });
  try {
    return await withRun(io, { id, options }, async (run) => {
      const { status } = await run.describe();
      if (status.name === 'RUNNING' && options.quiet !== true) io.note(`run ${id} is in progress; waiting for its end`);
      const onWaiting = (message: string | undefined): void => io.note(message ?? `run ${id} continues`);
      const result = await run.result({ signal: leave.signal, onWaiting });
      return printResult(io, result, await run.describe(), options);
    });
  } finally {
    interrupts.stop();
  }
}
