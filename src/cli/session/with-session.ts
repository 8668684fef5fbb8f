// Sessions for commands that read runs or act on them. Large modules are loaded when the work begins, so that `--help` is fast.
import type { RunHandle } from '../../client/run-handle.js';
import type { Io } from '../terminal/io.js';
import { parseName, type ServerOptions } from '../arguments/options.js';
import type { LoadedConfig, ProjectSettings } from './load-config.js';
import type { Session } from './session.js';

/** The number of recent runs that are searched for an id similar to the one that was typed. */
const RECENT = 100;

/** For commands that need no agents: they work although an agent of the configuration is wrong, and start in half the time. */
export async function withSession<T>(
  io: Io,
  options: ServerOptions,
  work: (session: Session, settings: ProjectSettings | undefined) => Promise<T>,
): Promise<T> {
  const [{ loadProjectSettings }, { inSession }] = await load();
  const config = await loadProjectSettings(io, options.config);
  return await inSession(io, { options, config, start: 'again' }, (session) => work(session, config));
}

/** For commands that need the agents of the configuration. */
export async function withAgents<T>(
  io: Io,
  options: ServerOptions,
  work: (session: Session, config: LoadedConfig | undefined) => Promise<T>,
): Promise<T> {
  const [{ loadProjectConfig }, { inSession }] = await load();
  const config = await loadProjectConfig(io, options.config);
  return await inSession(io, { options, config, start: 'again' }, (session) => work(session, config));
}

const load = () => Promise.all([import('./load-config.js'), import('./session.js')]);

/** As `withSession`, for one run. A RunNotFoundError gets a hint if another run has a similar id. */
export async function withRun<T>(
  io: Io,
  { id, options }: { id: string; options: ServerOptions },
  work: (run: RunHandle, session: Session, settings: ProjectSettings | undefined) => Promise<T>,
): Promise<T> {
  return await withSession(io, options, runWork(id, work));
}

/** As `withAgents`, for one run. */
export async function withRunAndAgents<T>(
  io: Io,
  { id, options }: { id: string; options: ServerOptions },
  work: (run: RunHandle, session: Session, config: LoadedConfig | undefined) => Promise<T>,
): Promise<T> {
  return await withAgents(io, options, runWork(id, work));
}

/** Throws UsageError if the id is none. */
function runWork<T, C>(id: string, work: (run: RunHandle, session: Session, config: C) => Promise<T>) {
  const runId = parseName('RUN', id);
  return async (session: Session, config: C): Promise<T> => {
    try {
      return await work(session.baton.run(runId), session, config);
    } catch (error) {
      throw await withHint(error, runId, session);
    }
  };
}

async function withHint(error: unknown, id: string, { baton }: Session): Promise<unknown> {
  const [{ RunNotFoundError }, { didYouMean }] = await Promise.all([
    import('../../client/errors.js'),
    import('../../domain/problem.js'),
  ]);
  if (!(error instanceof RunNotFoundError) || error.runId !== id) return error;
  const runs = await baton.runs({ limit: RECENT }).catch(() => []);
  const ids = runs.map(({ runId }) => runId);
  const longer = ids.filter((known) => known.startsWith(id));
  const hint = longer.length === 1 ? `did you mean ${JSON.stringify(longer[0])}?` : didYouMean(id, ids);
  return new RunNotFoundError(id, hint);
}
