// Turns the error that Temporal throws for one call into its outcome. A call is `unknown` if some attempt got no answer, and `failed`
// if each attempt was answered or provably never reached the agent.
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  TimeoutFailure,
  TimeoutType,
} from '@temporalio/common';
import { parseAttemptNotes, type CallFailureDetail, type AttemptNotes } from '../../domain/call/request.js';
import { NO_USAGE, type Usage } from '../../domain/call/usage.js';
import type { AttemptTiming } from '../../domain/trace/record.js';
import { failure, isFailureType, isUnanswered, type Failure } from '../../domain/failure.js';
import type { Outcome } from '../../domain/call/outcome.js';
import type { Rules } from '../../domain/rules.js';
import { isProvenAnswered } from '../../domain/call/unanswered.js';

/** What the run knows about a call in addition to the error. */
export interface CallContext {
  /** The maximum number of attempts; the outcome has this number if only the server counted. */
  readonly attempts?: number;
  readonly rules?: Rules;
  /** For a call that was cancelled while no worker had it: the attempt that got no answer, in words. */
  readonly unanswered?: (() => string | undefined) | undefined;
}

/** Under the first rules, only the last attempt of a call counted. */
const knowsAttempts = ({ rules = 1 }: CallContext): boolean => rules >= 2;

export function callOutcome(error: ActivityFailure, terms: CallContext): Outcome {
  const { cause } = error;
  if (cause instanceof CancelledFailure) {
    const detail = failureDetail(cause);
    if (!knowsAttempts(terms)) return cancelledOutcome(cause, detail);
    return withUnanswered(
      cancelledOutcome(cause, detail),
      detail === undefined ? terms.unanswered?.() : detail.unanswered,
    );
  }
  if (cause instanceof TimeoutFailure) return timedOut(error, cause, terms);
  if (cause instanceof ApplicationFailure) {
    const detail = failureDetail(cause);
    const outcome = { failure: callFailure(cause, detail), ...attemptsAndUsage(detail) };
    // An attempt that had not reached the agent cannot have done its work.
    const isUnknown = knowsAttempts(terms)
      ? mayHaveWorked(cause.type) && detail?.began !== false
      : mayHaveWorked(cause.type) && cause.type !== 'NoAnswer';
    const known: Outcome = { status: isUnknown ? 'unknown' : 'failed', ...outcome };
    return knowsAttempts(terms) ? withUnanswered(known, detail?.unanswered) : known;
  }
  return {
    status: 'unknown',
    attempts: 1,
    failure: failure('InternalError', cause?.message ?? 'an activity failed without a cause'),
  };
}

/** An attempt without an answer may have done the work, however the last attempt ended. */
function withUnanswered(outcome: Outcome, unanswered: string | undefined): Outcome {
  if (unanswered === undefined || outcome.status === 'succeeded') return outcome;
  return { ...outcome, status: 'unknown', failure: withCause(outcome.failure, unanswered) };
}

/** Adds a cause, unless the failure has the same message: for a call with one attempt both are the same. */
export function withCause(why: Failure, unanswered: string): Failure {
  if (unanswered.endsWith(`: ${why.message}`)) return why;
  return { ...why, cause: why.cause === undefined ? unanswered : `${unanswered}; ${why.cause}` };
}

function timedOut(error: ActivityFailure, cause: TimeoutFailure, terms: CallContext): Outcome {
  const notes = parseAttemptNotes(cause.lastHeartbeatDetails);
  const known = notes.spent === undefined ? {} : { usage: { ...NO_USAGE, ...notes.spent }, lost: true as const };
  if (knowsAttempts(terms) && hasNotReached(error, cause, notes)) {
    const attempts = Math.max(0, (notes.ended ?? 0) - (notes.refused ?? 0));
    const why = attempts === 0 ? ' before a worker took the call' : '';
    const message = `the deadline of the task has passed${why}`;
    return { status: 'failed', attempts, failure: failure('TimedOut', message), ...known };
  }
  const attempts = error.retryState === RetryState.MAXIMUM_ATTEMPTS_REACHED ? (terms.attempts ?? 1) : 1;
  return { status: 'unknown', attempts, failure: failure('Timeout', timeoutMessage(cause)), ...known };
}

/**
 * True if the deadline passed while no worker had the call, and each earlier attempt had ended with an answer. The server reports
 * "schedule to start" only for a first attempt that no worker took.
 */
function hasNotReached(error: ActivityFailure, { timeoutType }: TimeoutFailure, notes: AttemptNotes): boolean {
  if (timeoutType === TimeoutType.SCHEDULE_TO_START) return true;
  if (timeoutType !== TimeoutType.SCHEDULE_TO_CLOSE) return false;
  const isStarted = Number(error.failure?.activityFailureInfo?.startedEventId ?? 1) > 0;
  return !isStarted && isProvenAnswered(notes);
}

/** The attempts of a traced call that failed, as far as they are known. */
export function callTimings(error: unknown): readonly AttemptTiming[] | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (cause instanceof TimeoutFailure) return parseAttemptNotes(cause.lastHeartbeatDetails).timings;
  const isReported = cause instanceof ApplicationFailure || cause instanceof CancelledFailure;
  return isReported ? failureDetail(cause)?.timings : undefined;
}

function callFailure({ type, message }: ApplicationFailure, detail: CallFailureDetail | undefined): Failure {
  return failure(isFailureType(type) ? type : 'AgentFailed', message, {
    ...(detail?.cause === undefined ? {} : { cause: detail.cause }),
    ...(detail?.details === undefined ? {} : { details: detail.details }),
  });
}

export function cancelledOutcome(error: CancelledFailure, detail: CallFailureDetail | undefined): Outcome {
  const status = detail?.began === true ? 'unknown' : 'cancelled';
  return { status, failure: failure('Cancelled', error.message || 'cancelled'), ...attemptsAndUsage(detail) };
}

function attemptsAndUsage(detail: CallFailureDetail | undefined): { attempts: number; usage?: Usage; lost?: true } {
  if (detail === undefined) return { attempts: 0 };
  const { attempts, usage, lost } = detail;
  return { attempts, usage, ...(lost === true ? { lost } : {}) };
}

/** The detail that `callAgent` adds. If the server itself ended the call, the details are the server's. */
function failureDetail({ details }: ApplicationFailure | CancelledFailure): CallFailureDetail | undefined {
  const first: unknown = details?.[0];
  return typeof first === 'object' && first !== null && 'attempts' in first ? (first as CallFailureDetail) : undefined;
}

/** True if the answer is missing, which does not prove that the work was not done. */
const mayHaveWorked = (type: string | null | undefined): boolean => isFailureType(type) && isUnanswered(type);

function timeoutMessage({ timeoutType, message }: TimeoutFailure): string {
  switch (timeoutType) {
    case TimeoutType.HEARTBEAT:
      return 'the worker that made the call sent no heartbeat in time: it may have died';
    case TimeoutType.SCHEDULE_TO_CLOSE:
      return 'the deadline of the task has passed';
    case TimeoutType.START_TO_CLOSE:
      return 'the worker did not end the call in time';
    default:
      return message;
  }
}
