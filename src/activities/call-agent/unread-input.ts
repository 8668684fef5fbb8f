// An input is read and decrypted before any code of the activity runs. An attempt whose input cannot be read fails there and records
// nothing; only the server knows why.
import type { Context } from '@temporalio/activity';
import { parseAttemptNotes } from '../../domain/call/request.js';

/** The failure of the storage, and the error of a worker without the key. */
const UNREAD: ReadonlySet<unknown> = new Set(['StorageUnavailable', 'DecryptionError']);

/** True if the attempt before this one failed because its input could not be read. Asks the server only if that attempt recorded no end. */
export async function wasUnread(activity: Context): Promise<boolean> {
  const { info } = activity;
  const { attempt, activityId, workflowExecution } = info;
  const { ended } = parseAttemptNotes(info.heartbeatDetails);
  if (attempt === 1 || workflowExecution === undefined || (ended !== undefined && ended >= attempt - 1)) return false;
  try {
    const { workflowId, runId } = workflowExecution;
    const { raw } = await activity.client.workflow.getHandle(workflowId, runId).describe();
    const pending = raw.pendingActivities?.find((one) => one.activityId === activityId);
    return UNREAD.has(pending?.lastFailure?.applicationFailureInfo?.type);
  } catch {
    // Then it counts as lost: it may have called the agent.
    return false;
  }
}
