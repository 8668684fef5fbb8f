// A fork: a run that reuses the results of an old run wherever nothing has changed.
import type { Client } from '@temporalio/client';
import { defined } from '../domain/json/defined.js';
import { checkFrom } from '../domain/plan/downstream.js';
import { shown } from '../domain/problem.js';
import { ORCHESTRATE } from '../domain/run/input.js';
import { FORK_MEMO } from '../domain/run/memo.js';
import { SEARCH_ATTRIBUTES } from '../domain/run/search-attributes.js';
import { firstRunIdOf } from '../temporal/chain.js';
import type { KnownAgents } from './check-plan.js';
import { InvalidInputError, RefusedError } from './errors.js';
import { prepareRun, type PreparedRun, type RunTerms } from './prepare-run.js';
import { readRunInput, type StartedRunInput } from './read-run-input.js';

export interface ForkOf {
  /** The id of the old run. It may be running, or have ended in any way. */
  readonly run: string;
  /** The first execution of the old run. Default: that of the newest run of the id. */
  readonly runId?: string;
  /** Tasks that run again with everything that depends on them, whether anything has changed or not. */
  readonly from?: readonly string[];
}

/** The maximum number of runs that are listed if the server cannot search for forks. */
const MAX_LISTED = 1_000;

/** The input that the old run was started with. Throws RefusedError if it cannot be forked. */
export async function readForkableInput(client: Client, id: string): Promise<StartedRunInput> {
  const old = await readRunInput(client, id);
  if (old.parent !== undefined) throw new RefusedError(`${id} is a sub-plan of run ${old.parent.run}: rerun that one`);
  if (old.compensates !== undefined)
    throw new RefusedError(`${id} retries the debt of run ${old.compensates}: rerun that one`);
  return old;
}

/**
 * As `prepareRun`, with the named plans of the old run, even if they are no longer registered, and with its agents if the caller
 * knows none. Throws InvalidPlanError, InvalidInputError.
 */
export function prepareFork(
  raw: unknown,
  input: unknown,
  known: KnownAgents,
  { old, from = [], ...terms }: RunTerms & { readonly old: StartedRunInput; readonly from?: readonly string[] },
): PreparedRun {
  const plans = new Map([...Object.entries(old.plans ?? {}), ...(known.plans ?? [])]);
  const prepared = prepareRun(raw, input, { ...known, plans }, terms);
  const problems = checkFrom(prepared.plan, from);
  if (problems.length > 0) throw new InvalidInputError(problems);
  return known.agents === undefined && old.agents !== undefined ? { ...prepared, agents: old.agents } : prepared;
}

/** Another run may follow under the id of the old run while the fork reads it. Throws WorkflowNotFoundError. */
export async function ofOneRun(client: Client, forkOf: ForkOf): Promise<ForkOf> {
  return { runId: firstRunIdOf(await client.workflow.getHandle(forkOf.run).describe()), ...forkOf };
}

/** Throws InvalidInputError if the new run has the id of the old one. */
export function checkForkId(id: string, { run }: ForkOf): void {
  if (id === run) throw new InvalidInputError([`id: expected another than that of the old run, got ${shown(id)}`]);
}

/** A prepared run as a fork; `id` is the id of the new run. Throws InvalidInputError. */
export function asFork(prepared: PreparedRun, id: string, of: ForkOf): PreparedRun {
  checkForkId(id, of);
  const { run, runId, from } = of;
  return {
    ...prepared,
    reuse: { run, ...defined({ runId }), path: [], fork: id, ...(from === undefined ? {} : { from: [...from] }) },
  };
}

/** The ids of the forks of a run, newest first. */
export async function forksOf(client: Client, id: string): Promise<string[]> {
  const ofBaton = `WorkflowType = '${ORCHESTRATE}'`;
  const { name } = SEARCH_ATTRIBUTES.forkOf;
  const quoted = id.replaceAll('\\', '\\\\').replaceAll("'", "''");
  try {
    return await findForks(client, `${ofBaton} AND ${name} = '${quoted}'`, id);
  } catch {
    return await findForks(client, ofBaton, id);
  }
}

/** Sub-plans of forks are left out. */
async function findForks(client: Client, query: string, id: string): Promise<string[]> {
  const forks: string[] = [];
  let left = MAX_LISTED;
  for await (const { workflowId, parentExecution, memo } of client.workflow.list({ query })) {
    if (parentExecution === undefined && memo?.[FORK_MEMO] === id) forks.push(workflowId);
    if (--left === 0) break;
  }
  return forks;
}
