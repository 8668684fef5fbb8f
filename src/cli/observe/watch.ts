// `status --watch`: shows a run as `run` does. Leaving has no effect on the run.
import { follow } from './follow.js';
import { onInterrupts } from '../terminal/interrupts.js';
import type { Io } from '../terminal/io.js';
import type { JsonOption, ServerOptions } from '../arguments/options.js';
import { printResult } from '../view/print-result.js';
import { runFacts } from '../view/run-facts.js';
import { chooseView } from '../view/choose-view.js';
import { withRun } from '../session/with-session.js';
import { readReport } from './report-run.js';

export async function watchRun(io: Io, id: string, options: ServerOptions & JsonOption): Promise<void> {
  const leave = new AbortController();
  const interrupts = onInterrupts({ interrupted: () => leave.abort(), ended: () => leave.abort() });
  try {
    await withRun(io, { id, options }, async (run, session) => {
      const description = await run.describe();
      const facts = runFacts(await run.plan(), description, session.server);
      const view = chooseView(io, facts);
      const result = await follow({ run, session, facts, view, signal: leave.signal }).finally(view.close);
      const last = result ?? (await readReport(io, run.id, session)).result;
      if (options.json === true) io.printJson(last);
      else if (result !== undefined) printResult(io, result, await run.describe(), { quiet: false });
    });
  } finally {
    interrupts.stop();
  }
}
