// What the client checks before it sends a message to a run, and what it makes of the answer.
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { approvalFault, eventFault } from '../domain/run/message-limits.js';
import type { EventReceipt } from '../domain/run/messages.js';
import { isHistoryFullOfUpdates } from '../temporal/dropped-update.js';
import { InvalidInputError, RefusedError } from './errors.js';

/** What has become of an event. `sent`: an older worker has the run, which does not report it. */
export interface EventDelivery extends Omit<EventReceipt, 'state'> {
  readonly state: EventReceipt['state'] | 'sent';
}

/** Throws InvalidInputError. */
export function checkEvent(event: Parameters<typeof eventFault>[0]): void {
  refuse(eventFault(event));
}

/** Throws InvalidInputError. */
export function checkApproval(answer: Parameters<typeof approvalFault>[0]): void {
  refuse(approvalFault(answer));
}

function refuse(fault: string | undefined): void {
  if (fault !== undefined) throw new InvalidInputError([fault]);
}

/** The error that the caller of an update gets. */
export function updateError(runId: string, error: unknown): unknown {
  if (error instanceof WorkflowUpdateFailedError)
    return new RefusedError(error.cause?.message ?? error.message, { cause: error });
  if (error instanceof WorkflowNotFoundError) return new RefusedError(`run ${runId} has ended`);
  if (!isHistoryFullOfUpdates(error)) return error;
  return new RefusedError(
    `run ${runId} has received as many messages as the server allows for one history; it continues in a new one as soon as no call ` +
      'is in flight: send the message again then',
  );
}
