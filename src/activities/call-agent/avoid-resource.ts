// A hedge should be answered by another resource of the pool than the call that it hedges: what slows the one resource down would
// slow the hedge down too.
import type { Context } from '@temporalio/activity';
import type { Agent, AgentLog } from '../../domain/agent/agent.js';
import { parseAttemptNotes, type CallRequest } from '../../domain/call/request.js';
import { poolUseOf } from '../../domain/pool/agent-pool.js';
import { decodeFirst } from '../../temporal/history.js';
import { messageOf } from '../errors/truncate-error.js';

/**
 * The request of a hedge, with the resource that the hedged call holds as the one to avoid. If that resource cannot be found out,
 * the request is unchanged: the hedge is made all the same.
 */
export async function avoidResource(
  activity: Context,
  request: CallRequest,
  agent: Agent,
  log: AgentLog,
): Promise<CallRequest> {
  const { hedgeOf } = request;
  // Only a call of an agent with a pool may hold a resource.
  if (hedgeOf === undefined || poolUseOf(agent) === undefined) return request;
  try {
    const avoid = await resourceHeldBy(activity, hedgeOf);
    return avoid === undefined ? request : { ...request, avoid };
  } catch (error) {
    log.warn(`could not find out which resource call ${hedgeOf} holds: ${messageOf(error)}`);
    return request;
  }
}

async function resourceHeldBy({ client, info }: Context, activityId: string): Promise<string | undefined> {
  const { workflowId, runId } = info.workflowExecution!;
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  const hedged = raw.pendingActivities?.find((pending) => pending.activityId === activityId);
  return parseAttemptNotes(await decodeFirst(client, hedged?.heartbeatDetails?.payloads)).resource;
}
