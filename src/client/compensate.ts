// Retries the debt of a run that has ended, in a run of its own: `RUN:compensate-1`, then `-2`, and so on.
// T1. Each retry starts from the debt that the one before it left, so nothing is undone twice. The calls have the idempotency
//     keys of the first attempt.
// T2. The ids are numbered: two retries that are requested at the same time are one run.
// T3. The debt is queried from the ended Workflow: its worker replays the history. This works for runs of any size and of earlier
//     releases, in whichever way they ended.
import { defined } from '../domain/json/defined.js';
import { QueryNotRegisteredError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { jsonBytes } from '../domain/json/byte-size.js';
import { cardsOf } from '../domain/agent/card.js';
import { valueLimitOf, type RunInput } from '../domain/run/input.js';
import { MESSAGES, type DebtRecord } from '../domain/run/messages.js';
import { withCorrelation } from './correlation.js';
import { InvalidInputError, NoWorkerError, RefusedError, RunLostError, RunNotFoundError } from './errors.js';
import { countPollers } from '../temporal/pollers.js';
import { askWorker } from '../temporal/ask-worker.js';
import type { KnownAgents } from './check-plan.js';
import { RunHandle } from './run-handle.js';
import { readRunInput, type StartedRunInput } from './read-run-input.js';
import { startRun } from './start-run.js';

/** Replaying a long history takes up to a minute. */
const OWED_WITHIN_MS = 60_000;

export interface Compensation {
  readonly id: string;
  /** False if it was in progress already. */
  readonly isNew: boolean;
}

/** A run that follows another one of its id has retries of its own. */
const compensationId = (run: string, occurrence: string | undefined, attempt: number): string =>
  `${occurrence === undefined ? run : `${run}#${occurrence}`}:compensate-${attempt}`;

/** Throws RunNotFoundError, NoWorkerError; RefusedError if the run has not ended, or has no debt. */
export async function startCompensation(
  client: Client,
  run: string,
  known: KnownAgents,
  terms: Pick<RunInput, 'valueLimit'> = {},
): Promise<Compensation> {
  const { last, attempt, occurrence } = await findLatestAttempt(client, run);
  const { workflowId, taskQueue } = last;
  if (last.status.name === 'RUNNING') return { id: workflowId, isNew: false };
  const {
    plan,
    plans,
    tenant,
    agents: oldAgents,
    valueLimit = terms.valueLimit,
    correlationId,
    traceparent,
  } = await readRunInput(client, workflowId);
  const limit = valueLimitOf(defined({ valueLimit }));
  const { undo } = await queryDebt(client, last, limit);
  if (undo === undefined) throw new RefusedError(noDebt(run, workflowId));
  const agents = known.agents === undefined ? oldAgents : cardsOf(known.agents);
  const request = withCorrelation(
    {
      plan,
      ...defined({ plans }),
      ...(agents === undefined || Object.keys(agents).length === 0 ? {} : { agents }),
      ...defined({ tenant, valueLimit, occurrence }),
      compensates: run,
      undo: { ...undo, again: { attempt } },
    },
    { correlationId, traceparent },
  );
  refuseSize(run, jsonBytes(request), limit);
  const id = compensationId(run, occurrence, attempt);
  return { id, isNew: (await startRun(client, { id, taskQueue, request })) !== undefined };
}

export interface LatestAttempt {
  /** The Workflow that knows the debt: the run's own, or that of the last retry, which may be in progress. */
  readonly last: WorkflowExecutionDescription;
  /** The number of the next retry. */
  readonly attempt: number;
  readonly occurrence: string | undefined;
}

/** Throws RunNotFoundError; RefusedError if the run has not ended, or is known to have no debt. */
export async function findLatestAttempt(client: Client, run: string): Promise<LatestAttempt> {
  const first = await new RunHandle(client, run).describe();
  const input = await readRunInput(client, run);
  refusePart(run, input);
  if (first.status.name === 'RUNNING')
    throw new RefusedError(`run ${run} has not ended: there is no debt to retry yet`);
  const { occurrence } = input;
  const earlier = await earlierAttempts(client, run, occurrence);
  const last = earlier.at(-1) ?? first;
  const debt = last.status.name === 'RUNNING' ? undefined : await readDebt(client, last.workflowId);
  if (debt?.length === 0) throw new RefusedError(noDebt(run, last.workflowId));
  return { last, attempt: earlier.length + 1, occurrence };
}

/** `undefined` if the Workflow was terminated: only its history has the debt then. */
async function readDebt(client: Client, id: string): Promise<readonly string[] | undefined> {
  try {
    return (await new RunHandle(client, id).result()).debt;
  } catch (error) {
    if (error instanceof RunLostError) return undefined;
    throw error;
  }
}

/** The ids of the runs that have retried the debt of a run, oldest first. */
export const compensationsOf = async (client: Client, run: string): Promise<string[]> =>
  (await earlierAttempts(client, run, await occurrenceOf(client, run))).map(({ workflowId }) => workflowId);

/** `undefined` also if the server no longer has the history of the run. */
const occurrenceOf = async (client: Client, run: string): Promise<string | undefined> =>
  (await readRunInput(client, run).catch(() => undefined))?.occurrence;

async function earlierAttempts(
  client: Client,
  run: string,
  occurrence: string | undefined,
): Promise<WorkflowExecutionDescription[]> {
  const found: WorkflowExecutionDescription[] = [];
  for (;;) {
    const next = await describe(client, compensationId(run, occurrence, found.length + 1));
    if (next === undefined) return found;
    found.push(next);
  }
}

async function describe(client: Client, id: string): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await new RunHandle(client, id).describe();
  } catch (error) {
    if (error instanceof RunNotFoundError) return undefined;
    throw error;
  }
}

function refusePart(run: string, { parent, compensates }: StartedRunInput): void {
  if (compensates !== undefined)
    throw new RefusedError(`${run} is a retry of the debt of run ${compensates}: compensate that one`);
  if (parent !== undefined) throw new RefusedError(`${run} is a sub-plan of run ${parent.run}: compensate that one`);
}

async function queryDebt(
  client: Client,
  { workflowId, taskQueue }: WorkflowExecutionDescription,
  limit: number,
): Promise<DebtRecord> {
  if ((await countPollers(client, taskQueue)) === 0) throw new NoWorkerError(taskQueue);
  const request = () => client.workflow.getHandle(workflowId).query<DebtRecord>(MESSAGES.owed);
  try {
    const owed = await askWorker(client, taskQueue, request, OWED_WITHIN_MS);
    if (owed.bytes !== undefined) refuseSize(workflowId, owed.bytes, limit);
    return owed;
  } catch (error) {
    if (!(error instanceof QueryNotRegisteredError)) throw error;
    throw new RefusedError(
      `the worker of Task Queue ${JSON.stringify(taskQueue)} is of an earlier release: start a new one`,
    );
  }
}

function refuseSize(run: string, bytes: number, limit: number): void {
  if (bytes <= limit) return;
  const message = `run ${run}: the state for undoing is ${bytes} bytes of JSON, at most ${limit} fit into one payload`;
  throw new InvalidInputError([message]);
}

const noDebt = (run: string, last: string): string =>
  last === run
    ? `run ${run} has no debt: there is nothing to undo`
    : `run ${run} has no debt left: ${last} has undone it`;
