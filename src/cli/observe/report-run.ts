// What `status` and `graph` show of a run: its state, its sub-plans, its forks, and the runs that retried its debt.
import { NoWorkerError } from '../../client/errors.js';
import type { Plan } from '../../domain/plan/plan.js';
import type { RunResult } from '../../domain/run/result.js';
import type { Io } from '../terminal/io.js';
import type { ServerOptions } from '../arguments/options.js';
import type { Session } from '../session/session.js';
import { withRun } from '../session/with-session.js';
import { runFacts, type RunFacts } from '../view/run-facts.js';
import type { SeenRun } from '../view/seen-run.js';
import { withStateBelow } from '../view/waiting.js';
import { createPollRun } from './poll-run.js';
import { createPollSubRuns } from './poll-sub-runs.js';

export interface RunReport {
  readonly plan: Plan;
  readonly facts: RunFacts;
  readonly result: RunResult;
  readonly subRuns: readonly SeenRun[];
  /** The time at which the run ended, or the present. */
  readonly now: number;
}

export const reportRun = (io: Io, id: string, options: ServerOptions): Promise<RunReport> =>
  withRun(io, { id, options }, (run, session) => readReport(io, run.id, session));

export async function readReport(io: Io, id: string, session: Session): Promise<RunReport> {
  const { baton, server } = session;
  const { description, plan, snapshot, below, hasWorker } = await baton.inspect(id);
  if (!hasWorker)
    io.note(`${new NoWorkerError(description.taskQueue).message}; without a worker, only calls that are due are shown`);
  const forks = await baton.forksOf(id);
  const isOpen = description.status.name === 'RUNNING';
  const compensations = isOpen ? [] : await baton.compensationsOf(id);
  const queuedStarts = isOpen && hasWorker ? await baton.waitingStarts(id) : [];
  const facts = runFacts(plan, description, server);
  const subRuns = below.length === 0 ? [] : await createPollSubRuns(createPollRun(session))({ snapshot, below });
  return {
    plan,
    facts,
    result: {
      ...withStateBelow(snapshot, facts, subRuns),
      ...(forks.length === 0 ? {} : { forks }),
      ...(compensations.length === 0 ? {} : { compensations }),
      ...(queuedStarts.length === 0 ? {} : { queuedStarts: [...queuedStarts] }),
    },
    subRuns,
    now: description.closeTime?.getTime() ?? Date.now(),
  };
}
