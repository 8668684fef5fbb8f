// One look at a run: by its worker if there is one, by its result if it has ended, else by what the server knows.
import { NoWorker, RunLost } from '../client/errors.js';
import type { RunHandle } from '../client/run-handle.js';
import { seenWithoutWorker } from '../client/without-worker.js';
import { failure } from '../domain/failure.js';
import type { Plan } from '../domain/plan.js';
import type { RunResult } from '../domain/run-result.js';
import type { Io } from './io.js';
import { createLook } from './look.js';
import { createLookBelow } from './look-below.js';
import type { ServerOptions } from './options.js';
import type { Session } from './session.js';
import { runFacts, type RunFacts } from './view/run-facts.js';
import type { SeenRun } from './view/seen-run.js';
import { withRun } from './with-session.js';

export interface Look {
  readonly plan: Plan;
  readonly facts: RunFacts;
  readonly result: RunResult;
  readonly subRuns: readonly SeenRun[];
  /** When the run ended, or the present. */
  readonly now: number;
}

export const lookAt = (io: Io, id: string, options: ServerOptions): Promise<Look> =>
  withRun(io, { id, options }, (run, session) => lookAtRun(io, run, session));

export async function lookAtRun(io: Io, run: RunHandle, session: Session): Promise<Look> {
  const { baton, server } = session;
  const description = await run.describe();
  const plan = await baton.planOf(run.id);
  const isOpen = description.status.name === 'RUNNING';
  const isStuck = isOpen && (await baton.pollers(description.taskQueue)) === 0;
  const seen = seenWithoutWorker(plan, description);
  const { snapshot: result, below } = isStuck
    ? { snapshot: seen, below: [] }
    : await run.look().catch((error: unknown) => ({ snapshot: lost(seen, error), below: [] }));
  if (isStuck)
    io.note(`${new NoWorker(description.taskQueue).message}; without one, only calls that are due can be seen`);
  const forks = await baton.forksOf(run.id);
  return {
    plan,
    facts: runFacts(plan, description, server),
    result: forks.length === 0 ? result : { ...result, forks },
    subRuns: below.length === 0 ? [] : await createLookBelow(createLook(session))({ snapshot: result, below }),
    now: description.closeTime?.getTime() ?? Date.now(),
  };
}

/** A Workflow that was terminated has no result; that it was is worth a look. */
function lost({ pausedBecause: _, ...seen }: RunResult, error: unknown): RunResult {
  if (!(error instanceof RunLost)) throw error;
  return { ...seen, status: 'failed', failure: failure('RunFailed', error.message) };
}
