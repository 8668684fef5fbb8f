// One look at a run. What does not change of it is asked for once: its plan does, when it is planned anew.
import type { RunLook } from '../client/run-handle.js';
import type { Session } from './session.js';
import { runFacts, taskFacts, type RunFacts } from './view/run-facts.js';
import type { SeenRun } from './view/seen-run.js';

export type Look = (id: string) => Promise<SeenRun & RunLook>;

/** `facts`: what is known of a run already. */
export function createLook({ baton, server }: Session, facts?: RunFacts): Look {
  const known = new Map<string, { readonly facts: RunFacts; readonly replans: number }>();
  if (facts !== undefined) known.set(facts.id, { facts, replans: 0 });

  async function factsOf(id: string, replans: number): Promise<RunFacts> {
    const before = known.get(id);
    if (before?.replans === replans) return before.facts;
    const plan = await baton.planOf(id);
    const facts =
      before === undefined
        ? runFacts(plan, await baton.run(id).describe(), server)
        : { ...before.facts, tasks: taskFacts(plan) };
    known.set(id, { facts, replans });
    return facts;
  }

  return async (id) => {
    const seen = await baton.run(id).look({ outputs: false });
    return { ...seen, facts: await factsOf(id, seen.snapshot.replans?.length ?? 0) };
  };
}
