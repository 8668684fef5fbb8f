// `status --watch`: as `run` shows it, but the run is not ours: leaving it does nothing to it.
import { follow } from './follow.js';
import { onInterrupts } from './interrupts.js';
import type { Io } from './io.js';
import type { JsonOption, ServerOptions } from './options.js';
import { tellEnd } from './tell-end.js';
import { runFacts } from './view/run-facts.js';
import { chooseView } from './view/choose-view.js';
import { withRun } from './with-session.js';
import { lookAtRun } from './look-at.js';

export async function watchRun(io: Io, id: string, options: ServerOptions & JsonOption): Promise<void> {
  const leave = new AbortController();
  const interrupts = onInterrupts({ interrupted: () => leave.abort(), ended: () => leave.abort() });
  try {
    await withRun(io, { id, options }, async (run, session) => {
      const description = await run.describe();
      const facts = runFacts(await session.baton.planOf(id), description, session.server);
      const view = chooseView(io, facts);
      const result = await follow({ run, session, facts, view, signal: leave.signal }).finally(view.close);
      const last = result ?? (await lookAtRun(io, run, session)).result;
      if (options.json === true) io.printJson(last);
      else if (result !== undefined) tellEnd(io, result, await run.describe(), { quiet: false });
    });
  } finally {
    interrupts.stop();
  }
}
