// A fork: a run that takes over from another what has not changed. What it is a fork of, and which forks a run has.
import type { Client } from '@temporalio/client';
import { checkFrom } from '../domain/cone.js';
import type { Plan } from '../domain/plan.js';
import { got } from '../domain/problem.js';
import { ORCHESTRATE, type RunInput } from '../domain/run-input.js';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.js';
import { InvalidInputError, Refused } from './errors.js';
import type { Known } from './prepare.js';
import { runInputOf, type StartedWith } from './run-input-of.js';

/** What a run is to take over, and from which. */
export interface ForkOf {
  /** The id of the old run, whichever way it ended, if it has. */
  readonly run: string;
  /** Tasks that run anew with all that depends on them, whether anything of theirs has changed or not. */
  readonly from?: readonly string[];
}

/** Also where the server does not know the search attribute. */
export const FORK_MEMO = 'batonForkOf';

/** How far back runs are looked through where they cannot be searched. */
const MAX_LOOKED_THROUGH = 1_000;

/** What the old run was started with. Throws Refused where it cannot be forked. */
export async function startOfOldRun(client: Client, id: string): Promise<StartedWith> {
  const old = await runInputOf(client, id);
  if (old.parent !== undefined) throw new Refused(`${id} is a sub-plan of run ${old.parent.run}: rerun that one`);
  return old;
}

/** Plans that the old one refers to by name are known, also where they are not registered any more. */
export const withPlansOf = <K extends Known>(known: K, { plans = {} }: StartedWith): K => ({
  ...known,
  plans: new Map([...Object.entries(plans), ...(known.plans ?? [])]),
});

/** `id` is the new run's, if it is known yet. Throws InvalidInputError. */
export function refuseFork(plan: Plan, { run, from = [] }: ForkOf, id?: string): void {
  const taken = id === run ? [`id: expected another than that of the old run, got ${got(id)}`] : [];
  const problems = [...checkFrom(plan, from), ...taken];
  if (problems.length > 0) throw new InvalidInputError(problems);
}

export interface Fork {
  readonly id: string;
  readonly of: ForkOf;
  readonly old: StartedWith;
  readonly known: Known;
}

/** What a run is started with, as that of a fork. Throws InvalidInputError. */
export function asFork<R extends RunInput & { plan: Plan }>(request: R, { id, of, old, known }: Fork): R {
  const { run, from } = of;
  refuseFork(request.plan, of, id);
  const agents = known.agents === undefined && old.agents !== undefined ? { agents: old.agents } : {};
  return {
    ...request,
    ...agents,
    reuse: { run, path: [], fork: id, ...(from === undefined ? {} : { from: [...from] }) },
  };
}

/** The ids of the forks of a run, newest first. */
export async function forksOf(client: Client, id: string): Promise<string[]> {
  const ofBaton = `WorkflowType = '${ORCHESTRATE}'`;
  const { name } = SEARCH_ATTRIBUTES.forkOf;
  const quoted = id.replaceAll('\\', '\\\\').replaceAll("'", "''");
  try {
    return await listed(client, `${ofBaton} AND ${name} = '${quoted}'`, id);
  } catch {
    return await listed(client, ofBaton, id);
  }
}

/** Sub-plans of forks belong to theirs. */
async function listed(client: Client, query: string, id: string): Promise<string[]> {
  const forks: string[] = [];
  let left = MAX_LOOKED_THROUGH;
  for await (const { workflowId, parentExecution, memo } of client.workflow.list({ query })) {
    if (parentExecution === undefined && memo?.[FORK_MEMO] === id) forks.push(workflowId);
    if (--left === 0) break;
  }
  return forks;
}
