// A hedge is to be answered by another resource of the pool than the call that it stands by: what keeps the one slow would keep
// the other slow, too.
import type { Context } from '@temporalio/activity';
import type { AgentLog } from '../domain/agent.js';
import { notedIn, type CallRequest } from '../domain/call.js';
import { firstOf } from '../history/events.js';
import { messageOf } from './bounded-error.js';

/** Of a hedge, the request with the resource to avoid, where the first call holds one. What cannot be found out costs only that. */
export async function elsewhere(activity: Context, request: CallRequest, log: AgentLog): Promise<CallRequest> {
  const { hedgeOf } = request;
  // Only a call that something stands before may hold a resource.
  if (hedgeOf === undefined || request.countsAttempts !== true) return request;
  try {
    const avoid = await resourceOf(activity, hedgeOf);
    return avoid === undefined ? request : { ...request, avoid };
  } catch (error) {
    log.warn(`it could not be told which resource call ${hedgeOf} holds: ${messageOf(error)}`);
    return request;
  }
}

async function resourceOf({ client, info }: Context, activityId: string): Promise<string | undefined> {
  const { workflowId, runId } = info.workflowExecution!;
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  const first = raw.pendingActivities?.find((pending) => pending.activityId === activityId);
  return notedIn(await firstOf(client, first?.heartbeatDetails?.payloads)).resource;
}
