// `graph RUN --watch`: serves the page of a run until Ctrl-C. Leaving has no effect on the run.
import type { ListenAddress } from '../../system/listen.js';
import { untilAborted } from '../../system/until-aborted.js';
import type { ServerOptions } from '../arguments/options.js';
import { withRunAndAgents } from '../session/with-session.js';
import { onInterrupts } from '../terminal/interrupts.js';
import type { Io } from '../terminal/io.js';
import { openBrowser } from './open-browser.js';
import { startPages } from './pages.js';

export interface WatchOptions extends ServerOptions {
  readonly listen: ListenAddress;
  readonly open: boolean;
  readonly json: boolean;
}

export async function watchPage(io: Io, id: string, options: WatchOptions): Promise<void> {
  const leave = new AbortController();
  const interrupts = onInterrupts({ interrupted: () => leave.abort(), ended: () => leave.abort() });
  try {
    await withRunAndAgents(io, { id, options }, async (run, session, config) => {
      await run.describe();
      const pages = await startPages(session, { config, listen: options.listen, only: run.id });
      try {
        const url = pages.pageOf(run.id);
        if (options.json) io.printJson({ runId: run.id, url });
        else io.printExact(url);
        io.note('the page updates itself until the run ends; Ctrl-C stops serving it, and has no effect on the run');
        if (options.open) openBrowser(url, io.env);
        await untilAborted(leave.signal);
      } finally {
        await pages.close();
      }
    });
  } finally {
    interrupts.stop();
  }
}
