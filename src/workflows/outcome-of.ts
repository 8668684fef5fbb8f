// From what Temporal throws to how a task ended. What is none of these is a defect, and is thrown on.
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  RetryState,
  TerminatedFailure,
  TimeoutFailure,
  TimeoutType,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import { NO_USAGE, notedIn, type CallFailureDetail, type Usage } from '../domain/call.js';
import { ExpressionError } from '../domain/expression.js';
import { failure, isFailureType, type Failure } from '../domain/failure.js';
import type { Outcome } from '../domain/outcome.js';
import type { RunResult } from '../domain/run-result.js';

/** `attempts` is how many tries the policy of the call allows: what it comes to where only the server counted. */
export function outcomeOf(error: unknown, attempts = 1): Outcome {
  if (error instanceof ExpressionError) {
    return { status: 'failed', attempts: 0, failure: failure('ExpressionFailed', error.message) };
  }
  if (error instanceof CancelledFailure) return cancelled(error, undefined);
  if (error instanceof ActivityFailure) return callOutcome(error, attempts);
  if (error instanceof ChildWorkflowFailure) return childOutcome(error);
  if (error instanceof WorkflowExecutionAlreadyStartedError) {
    const message = `a Workflow with the id ${error.workflowId} is running already, and it is not of this run`;
    return { status: 'failed', attempts: 0, failure: failure('SubPlanFailed', message) };
  }
  throw error;
}

function callOutcome({ cause, retryState }: ActivityFailure, allowed: number): Outcome {
  if (cause instanceof CancelledFailure) return cancelled(cause, detailOf(cause));
  if (cause instanceof TimeoutFailure) {
    const attempts = retryState === RetryState.MAXIMUM_ATTEMPTS_REACHED ? allowed : 1;
    const { spent: heard } = notedIn(cause.lastHeartbeatDetails);
    const known = heard === undefined ? {} : { usage: { ...NO_USAGE, ...heard }, lost: true as const };
    return { status: 'unknown', attempts, failure: failure('Timeout', timeoutMessage(cause)), ...known };
  }
  if (cause instanceof ApplicationFailure) {
    const detail = detailOf(cause);
    const status = mayHaveWorked(cause.type) ? 'unknown' : 'failed';
    return { status, failure: callFailure(cause, detail), ...spent(detail) };
  }
  return {
    status: 'unknown',
    attempts: 1,
    failure: failure('InternalError', cause?.message ?? 'an activity failed without a cause'),
  };
}

function callFailure({ type, message }: ApplicationFailure, detail: CallFailureDetail | undefined): Failure {
  return failure(isFailureType(type) ? type : 'AgentFailed', message, {
    ...(detail?.cause === undefined ? {} : { cause: detail.cause }),
    ...(detail?.details === undefined ? {} : { details: detail.details }),
  });
}

function cancelled(error: CancelledFailure, detail: CallFailureDetail | undefined): Outcome {
  const status = detail?.began === true ? 'unknown' : 'cancelled';
  return { status, failure: failure('Cancelled', error.message || 'cancelled'), ...spent(detail) };
}

function spent(detail: CallFailureDetail | undefined): { attempts: number; usage?: Usage } {
  return detail === undefined ? { attempts: 0 } : { attempts: detail.attempts, usage: detail.usage };
}

/** The server puts words of its own there where it ended a call by itself. */
function detailOf({ details }: ApplicationFailure | CancelledFailure): CallFailureDetail | undefined {
  const first: unknown = details?.[0];
  return typeof first === 'object' && first !== null && 'attempts' in first ? (first as CallFailureDetail) : undefined;
}

/** The answer is missing, which does not prove that the work is not done. */
const mayHaveWorked = (type: string | null | undefined): boolean =>
  type === 'Timeout' || type === 'Interrupted' || type === 'LeaseLost';

function timeoutMessage({ timeoutType, message }: TimeoutFailure): string {
  switch (timeoutType) {
    case TimeoutType.HEARTBEAT:
      return 'the worker that made the call has not been heard of: it may have died';
    case TimeoutType.SCHEDULE_TO_CLOSE:
      return 'the deadline of the task has passed';
    case TimeoutType.START_TO_CLOSE:
      return 'the worker did not end the call in time';
    default:
      return message;
  }
}

/** What a sub-plan has used, and what it counts for: of a call that was lost it knows only what was held for it. */
export const spentBy = ({ usage, budget }: RunResult): { usage: Usage; charged?: Usage } =>
  budget === undefined ? { usage } : { usage, charged: budget.spent };

function childOutcome({ cause }: ChildWorkflowFailure): Outcome {
  if (cause instanceof CancelledFailure) return cancelled(cause, undefined);
  if (cause instanceof ApplicationFailure) {
    const result = cause.type === 'RunFailed' ? (cause.details?.[0] as RunResult | undefined) : undefined;
    const debt = result === undefined || result.debt.length === 0 ? '' : `; not undone: ${result.debt.join(', ')}`;
    const why = failure(
      'SubPlanFailed',
      `${cause.message}${debt}`,
      result?.failure == null ? {} : { details: result.failure },
    );
    return { status: 'failed', attempts: 1, failure: why, ...(result === undefined ? {} : spentBy(result)) };
  }
  const message =
    cause instanceof TerminatedFailure
      ? 'the Workflow of the sub-plan was terminated'
      : (cause?.message ?? 'the sub-plan did not end');
  return { status: 'unknown', attempts: 1, failure: failure('SubPlanFailed', message) };
}
