// For commands that look at runs or act on them. What is heavy is loaded when the work begins, so that `--help` is quick.
import type { RunHandle } from '../client/run-handle.js';
import type { LoadedConfig } from '../config/load.js';
import type { Io } from './io.js';
import { parseName, type ServerOptions } from './options.js';
import type { Session } from './session.js';

/** How many runs are looked through for one whose id is nearly what was typed. */
const RECENT = 100;

export async function withSession<T>(
  io: Io,
  options: ServerOptions,
  work: (session: Session, config: LoadedConfig | undefined) => Promise<T>,
): Promise<T> {
  const [{ loadConfig }, { inSession }] = await Promise.all([import('../config/load.js'), import('./session.js')]);
  const config = await loadConfig(io.cwd, options.config);
  return await inSession(io, { options, config, start: 'again' }, (session) => work(session, config));
}

/** As `withSession`, for one run. If there is none of this id, the error says which one may have been meant. */
export async function withRun<T>(
  io: Io,
  { id, options }: { id: string; options: ServerOptions },
  work: (run: RunHandle, session: Session) => Promise<T>,
): Promise<T> {
  const runId = parseName('RUN', id);
  return await withSession(io, options, async (session) => {
    const run = session.baton.run(runId);
    try {
      await run.describe();
    } catch (error) {
      throw await withHint(error, runId, session);
    }
    return await work(run, session);
  });
}

async function withHint(error: unknown, id: string, { baton }: Session): Promise<unknown> {
  const [{ RunNotFound }, { didYouMean }] = await Promise.all([
    import('../client/errors.js'),
    import('../domain/problem.js'),
  ]);
  if (!(error instanceof RunNotFound)) return error;
  const runs = await baton.runs({ limit: RECENT }).catch(() => []);
  const ids = runs.map(({ runId }) => runId);
  const begun = ids.filter((known) => known.startsWith(id));
  const hint = begun.length === 1 ? `did you mean ${JSON.stringify(begun[0])}?` : didYouMean(id, ids);
  return new RunNotFound(id, hint);
}
