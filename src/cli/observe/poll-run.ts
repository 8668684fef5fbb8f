// Polls a run. Its facts are read once, and again when the run is re-planned, because its plan changes then.
import { defined } from '../../domain/json/defined.js';
import type { RunHandle, RunObservation } from '../../client/run-handle.js';
import type { Session } from '../session/session.js';
import { runFacts, taskFacts, type RunFacts } from '../view/run-facts.js';
import type { SeenRun } from '../view/seen-run.js';

export type PollRun = (id: string) => Promise<SeenRun & RunObservation>;

/** `facts`: those of a run that the caller has read already; `run`: its handle, if another run may follow under the same id. */
export function createPollRun({ baton, server }: Session, facts?: RunFacts, run?: RunHandle): PollRun {
  const handleOf = (id: string): RunHandle => (run?.id === id ? run : baton.run(id));
  const known = new Map<string, { readonly facts: RunFacts; readonly replans: number }>();
  if (facts !== undefined) known.set(facts.id, { facts, replans: 0 });

  async function factsFor({ snapshot, description }: RunObservation): Promise<RunFacts> {
    const { runId: id, replans: { length: replans } = [] } = snapshot;
    const before = known.get(id);
    if (before?.replans === replans) return before.facts;
    const plan = await handleOf(id).plan();
    const facts =
      before === undefined ? runFacts(plan, description, server) : { ...before.facts, tasks: taskFacts(plan) };
    known.set(id, { facts, replans });
    return facts;
  }

  return async (id) => {
    const observed = await handleOf(id).observe({ outputs: false });
    const endedAt = observed.description.closeTime?.getTime();
    return { ...observed, facts: await factsFor(observed), ...defined({ endedAt }) };
  };
}
