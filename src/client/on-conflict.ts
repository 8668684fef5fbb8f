// What a start does if a run of its id exists already.
import { createHash, randomUUID } from 'node:crypto';
import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { defined } from '../domain/json/defined.js';
import { ON_CONFLICT, type OnConflict } from '../domain/on-conflict.js';
import { didYouMean, shown, withHint } from '../domain/problem.js';
import { ORCHESTRATE } from '../domain/run/input.js';
import { TICKET_MEMO } from '../domain/run/memo.js';
import { headOf } from '../domain/text/well-formed.js';
import { firstRunIdOf } from '../temporal/chain.js';
import type { RunRequest } from '../temporal/run-options.js';
import { InvalidInputError, RefusedError } from './errors.js';
import { enqueueStart, searchStarted } from './run-queue.js';
import { requireSameRun } from './same-run.js';
import { startRun } from './start-run.js';

/** Throws InvalidInputError. */
export function parseOnConflict(value: unknown): OnConflict {
  const policy = ON_CONFLICT.find((one) => one === value);
  if (policy !== undefined) return policy;
  const hint = typeof value === 'string' ? didYouMean(value, ON_CONFLICT) : undefined;
  throw new InvalidInputError([withHint(`onConflict: expected ${ON_CONFLICT.join(', ')}, got ${shown(value)}`, hint)]);
}

export interface ConflictTerms {
  /** Default: `attach`. */
  readonly onConflict?: OnConflict | undefined;
  /** For `attach`: finds the run whatever its plan and input are. */
  readonly byIdAlone?: boolean | undefined;
  /** A start that is sent again under the same ticket is carried out once. Default: a random one. */
  readonly ticket?: string | undefined;
  /** Why the run is started, for people: in its memo. */
  readonly reason?: string | undefined;
}

interface Start {
  readonly id: string;
  readonly taskQueue: string;
  readonly request: RunRequest;
}

export interface Started {
  /** False if the run existed already. */
  readonly isNew: boolean;
  /** The first execution of the run; absent for one that existed already: its id means the newest. */
  readonly firstRunId?: string;
  /** Present if the start waits until the run of this id has ended. */
  readonly ticket?: string;
  /** Present with a ticket: the number of starts that come before. */
  readonly queued?: { readonly ahead: number };
}

/** Throws RefusedError, InvalidInputError, NoWorkerError: nothing has started then. */
export async function startOnConflict(client: Client, start: Start, terms: ConflictTerms): Promise<Started> {
  const { ticket: given, byIdAlone = false } = terms;
  const onConflict = parseOnConflict(terms.onConflict ?? 'attach');
  const mayWait = onConflict === 'queue' || onConflict === 'replace';
  const ticket = given ?? (mayWait ? randomUUID() : undefined);
  const firstRunId = await startRun(client, { ...start, ...defined({ ticket, reason: terms.reason }) });
  if (firstRunId !== undefined) return { isNew: true, firstRunId };
  if (given !== undefined) {
    const own = await findByTicket(client, start.id, given);
    if (own !== undefined) return { isNew: false, firstRunId: own };
  }
  if (onConflict === 'attach') {
    if (!byIdAlone) await requireSameRun(client, start.id, start.request);
    return { isNew: false };
  }
  const existing = await describe(client, start.id);
  if (onConflict === 'reject') throw new RefusedError(rejection(start.id, existing));
  if (existing !== undefined && existing.type !== ORCHESTRATE)
    throw new RefusedError(`${start.id} is not a run of Baton`);
  const request = { ...start.request, occurrence: occurrenceOf(ticket!) };
  return await enqueueStart(client, { ...start, request, ticket: ticket!, policy: onConflict });
}

/** Eight digits that are the same for each attempt to start the run. */
const occurrenceOf = (ticket: string): string => createHash('sha256').update(ticket).digest('hex').slice(0, 8);

/** Longer ids are shown up to this length. */
const MAX_SHOWN_ID = 100;

function rejection(id: string, existing: WorkflowExecutionDescription | undefined): string {
  const status = existing?.status.name.toLowerCase() ?? 'exists';
  const state = status === 'running' ? 'is in progress' : `has ended (${status})`;
  return withHint(
    `run ${headOf(id, MAX_SHOWN_ID)} exists already, and ${state}`,
    'use another id, or another policy than reject',
  );
}

/** The first execution of the run that was started under the ticket. Earlier runs of the id are found by the server's index. */
async function findByTicket(client: Client, id: string, ticket: string): Promise<string | undefined> {
  const newest = await describe(client, id);
  if (newest?.memo?.[TICKET_MEMO] === ticket) return firstRunIdOf(newest);
  const found = await searchStarted(client, id, ticket);
  return found.is === 'started' ? found.runId : undefined;
}

async function describe(client: Client, id: string): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(id).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
