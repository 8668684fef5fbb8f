// What the client checks before it sends a message to a run, and what it makes of the answer.
import { setTimeout } from 'node:timers/promises';
import { ApplicationFailure, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { approvalFault, eventFault } from '../domain/run/message-limits.js';
import { TooEarly, type EventReceipt } from '../domain/run/messages.js';
import { isHistoryFullOfUpdates } from '../temporal/dropped-update.js';
import { InvalidInputError, RefusedError } from './errors.js';

/** What has become of an event. `sent`: an older worker has the run, which does not report it. */
export interface EventDelivery extends Omit<EventReceipt, 'state'> {
  readonly state: EventReceipt['state'] | 'sent';
}

export interface EventOptions {
  /** An event that is sent again under its id is received once. */
  readonly id?: string;
  /**
   * For many events to one run through one handle: for this long after this handle has seen the run and a worker, it sends without
   * looking again. Default: it looks each time.
   */
  readonly sameForMs?: number;
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

/** How long a message that comes too early is sent again: the next Workflow Task comes within a second, even on a busy worker. */
const TOO_EARLY_MS = 5_000;
const AGAIN_AFTER_MS = 50;

/** Sends a message again while the run rejects it only because a task is about to start. */
export async function untilStarted<T>(send: () => Promise<T>): Promise<T> {
  const until = Date.now() + TOO_EARLY_MS;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!isTooEarly(error) || Date.now() > until) throw error;
      await setTimeout(AGAIN_AFTER_MS);
    }
  }
}

const isTooEarly = (error: unknown): boolean =>
  error instanceof WorkflowUpdateFailedError &&
  error.cause instanceof ApplicationFailure &&
  TooEarly.safeParse(error.cause.details?.[0]).success;

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
