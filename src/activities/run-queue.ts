// The activities of the Workflow that keeps the starts that wait for a run.
// R1. A start is carried out once: its ticket is in the memo of its run, so an attempt that is repeated finds that run. Only this
//     Workflow starts a second run under an id, so no later run can hide it.
// R2. Waiting for the end of a run occupies a slot for calls, so a worker waits for a limited number of runs; the rest is looked for
//     again and again by the Workflow.
import { ApplicationFailure, Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { TICKET_MEMO } from '../domain/run/memo.js';
import type { AwaitRunEnd, EndReply, StartInTurn, TurnReply } from '../domain/run/queue/messages.js';
import { firstRunIdOf } from '../temporal/chain.js';
import { grpcCodeOf, GrpcStatus } from '../temporal/grpc.js';
import type { RunRequest } from '../temporal/run-options.js';
import { startRun } from '../temporal/start-run.js';

const HEARTBEAT_MS = 5_000;
/** The pause between two looks: an end that is seen this late delays the next run by no more. */
const LOOK_EVERY_MS = 500;

export async function startInTurn({ id, ticket, taskQueue, request }: StartInTurn): Promise<TurnReply> {
  const { client } = Context.current();
  const before = await describe(client, id);
  if (before?.memo?.[TICKET_MEMO] === ticket) return { started: firstRunIdOf(before) };
  if (before?.status.name === 'RUNNING') return { running: before.runId };
  try {
    const started = await startRun(client, { id, taskQueue, ticket, request: request as RunRequest, mayFollow: true });
    if (started !== undefined) return { started };
  } catch (error) {
    if (grpcCodeOf(error) !== GrpcStatus.INVALID_ARGUMENT) throw error;
    throw ApplicationFailure.nonRetryable(`the server has refused the start: ${messageOf(error)}`, 'Refused', error);
  }
  const now = await describe(client, id);
  if (now === undefined) throw new Error(`run ${id} was started by another caller and cannot be read`);
  return now.memo?.[TICKET_MEMO] === ticket ? { started: firstRunIdOf(now) } : { running: now.runId };
}

/** `most`: for how many runs this worker waits at the same time. */
export function createAwaitRunEnd(most: number): (request: AwaitRunEnd) => Promise<EndReply> {
  let waits = 0;
  return async ({ id, runId }) => {
    const { client } = Context.current();
    if (await hasEnded(client, id, runId)) return { hasEnded: true };
    if (waits >= most) return { hasEnded: false };
    waits++;
    const beat = setInterval(() => Context.current().heartbeat(), HEARTBEAT_MS);
    try {
      do await Context.current().sleep(LOOK_EVERY_MS);
      while (!(await hasEnded(client, id, runId)));
      return { hasEnded: true };
    } finally {
      clearInterval(beat);
      waits--;
    }
  };
}

/** True also if the run has continued as new: the next look finds the continuation. */
const hasEnded = async (client: Client, id: string, runId: string): Promise<boolean> =>
  (await describe(client, id, runId))?.status.name !== 'RUNNING';

async function describe(client: Client, id: string, runId?: string): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(id, runId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

const messageOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
};
