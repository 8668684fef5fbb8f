// The table of failure types. Every failure of a call, a task or a run has one of these types. The table alone decides whether another
// attempt may help, whether the failed attempt counts against the retries, whether the agent is to blame (a circuit breaker counts
// it), and whether the agent may have done its work although no answer came.
import { z } from 'zod';

interface FailureRow {
  readonly retryable: boolean;
  /** The attempt did not reach the agent, so it does not count against the attempts that the retry policy allows. */
  readonly uncounted?: true;
  /** The agent is to blame, not its caller. */
  readonly blames?: true;
  /** The agent may have been working and gave no answer, so it is unknown whether the work is done. */
  readonly unanswered?: true;
  readonly means: string;
}

export const FAILURES = {
  // Refused at the entry
  InvalidPlan: { retryable: false, means: 'the plan is not valid' },
  InvalidInput: { retryable: false, means: 'the input does not match the declared schema' },
  // A call to an agent
  AgentFailed: { retryable: true, blames: true, means: 'the agent answered with a failure; a retry may succeed' },
  AgentRefused: { retryable: false, means: 'the agent refused the request; a retry would not help' },
  SecretRefused: {
    retryable: false,
    means: 'a secret of the call is not allowed, not set, or cannot be used: the agent was not called',
  },
  SecretMissing: {
    retryable: true,
    means: 'the file of a secret is not there, empty or unreadable: the agent was not called',
  },
  AgentNotHere: {
    retryable: true,
    uncounted: true,
    means: 'the workers that received the call do not have the agent',
  },
  Unreachable: { retryable: true, blames: true, means: 'the agent could not be reached: it was not called' },
  NoAnswer: {
    retryable: true,
    blames: true,
    unanswered: true,
    means: 'the agent was called, and the connection was cut or a gateway gave up; it may have done its work',
  },
  Overloaded: { retryable: true, blames: true, means: 'the agent was overloaded, and requested a later call' },
  Timeout: {
    retryable: true,
    blames: true,
    unanswered: true,
    means: 'the agent did not answer in time; it may have done its work',
  },
  Idle: {
    retryable: true,
    blames: true,
    unanswered: true,
    means: 'the agent gave no sign of working for too long; it may have done its work',
  },
  Interrupted: {
    retryable: true,
    unanswered: true,
    means: 'the worker shut down or died during the call; the agent may have done its work',
  },
  InvalidOutput: {
    retryable: false,
    blames: true,
    means: 'the answer does not match the declared schema, or is not JSON',
  },
  JobLost: {
    retryable: false,
    blames: true,
    unanswered: true,
    means: 'another system accepted the job, and does not know it any more; it may have done its work',
  },
  OutputTooLarge: { retryable: false, means: 'the answer is larger than a payload may be' },
  ModelRefused: { retryable: false, means: 'the model declined to answer' },
  ContentFiltered: { retryable: false, means: 'a content filter stopped the prompt or the answer' },
  ContextTooLong: { retryable: false, means: 'the prompt is longer than the model can read' },
  // A publication
  PublishFailed: {
    retryable: true,
    means: 'the broker could not be reached or did not take the message: it was not published',
  },
  PublishRefused: {
    retryable: false,
    means: 'the broker refused the message for good, or its settings cannot be used',
  },
  NotConfirmed: {
    retryable: true,
    unanswered: true,
    means: 'the broker did not confirm the message; it may have been published',
  },
  BrokerNotHere: { retryable: true, means: 'the worker that received the task does not have the broker' },
  Cancelled: { retryable: false, means: 'the call was cancelled' },
  StorageUnavailable: {
    retryable: true,
    uncounted: true,
    means: 'the input is stored outside the server, and could not be read: the agent was not called',
  },
  ValueLost: { retryable: false, means: 'a stored value does not exist any more, or was changed' },
  BreakerOpen: { retryable: true, uncounted: true, means: 'the circuit breaker of the agent let no call through' },
  PoolBusy: { retryable: true, uncounted: true, means: 'the pool of the agent had no free capacity for too long' },
  LeaseLost: {
    retryable: true,
    unanswered: true,
    means: 'the lease could not be renewed in time; the agent may have done its work',
  },
  // A task
  InputTooLarge: { retryable: false, means: 'the input is larger than a payload may be' },
  ExpressionFailed: { retryable: false, means: 'an expression could not be evaluated' },
  ItemsInvalid: { retryable: false, means: 'the items of a forEach are not an array' },
  TooManyItems: { retryable: false, means: 'a forEach has more items than its maxItems' },
  TooManyFailures: { retryable: false, means: 'more items of a forEach failed than it tolerates' },
  Rejected: { retryable: false, means: 'a person rejected the approval' },
  TimedOut: { retryable: false, means: 'no decision or event arrived in time, or the deadline of the task has passed' },
  AllFailed: { retryable: false, means: 'none of the agents of a race succeeded' },
  NoQuorum: { retryable: false, means: 'too few of the agents of a vote gave the same answer' },
  NotRemembered: { retryable: false, means: 'the old run has no answer for this call' },
  BudgetExceeded: { retryable: false, means: 'the budget of the task does not cover its next call' },
  PlanRejected: { retryable: false, means: 'the planner made no acceptable plan' },
  SubPlanFailed: { retryable: false, means: 'the sub-plan failed, or was terminated' },
  // A run
  TaskFailed: { retryable: false, means: 'a task failed, and no retry or fallback is left' },
  OutputFailed: { retryable: false, means: "the plan's output could not be made" },
  RunTooLarge: { retryable: false, means: 'the history of the run reached the limit of Temporal' },
  DebtLeft: { retryable: false, means: 'some work of the run could not be undone' },
  RunCancelled: { retryable: false, means: 'the run was cancelled' },
  RunFailed: { retryable: false, means: 'the run failed: its Workflow ends with this type' },
  InternalError: { retryable: false, means: 'a defect in Baton itself' },
} as const satisfies Record<string, FailureRow>;

export type FailureType = keyof typeof FAILURES;

const TYPES = Object.keys(FAILURES) as [FailureType, ...FailureType[]];

/** A failure as data. `cause` is the message of the underlying error; `details` is structured data from the agent. */
export const Failure = z.strictObject({
  type: z.enum(TYPES),
  message: z.string(),
  cause: z.string().optional(),
  details: z.unknown().optional(),
});
export type Failure = z.infer<typeof Failure>;

/** The failure of a run also names the task that caused it. */
export const RunFailure = Failure.extend({ task: z.string().optional() });
export type RunFailure = z.infer<typeof RunFailure>;

export const failure = (type: FailureType, message: string, rest: Partial<Failure> = {}): Failure => ({
  type,
  message,
  ...rest,
});

export const isRetryable = (type: FailureType): boolean => FAILURES[type].retryable;

const rowOf = (type: FailureType): FailureRow => FAILURES[type];

export const isUncounted = (type: FailureType): boolean => rowOf(type).uncounted === true;

/** True if it is unknown whether an attempt that reached the agent did its work. */
export const isUnanswered = (type: FailureType): boolean => rowOf(type).unanswered === true;

export const blamesAgent = (type: FailureType): boolean => rowOf(type).blames === true;

export const isFailureType = (type: unknown): type is FailureType =>
  typeof type === 'string' && Object.hasOwn(FAILURES, type);

/** `task scan failed: AgentFailed: `, in the message of the failure of a run. */
const CAUSE_TYPE = /((?:failed|ended \w{1,20}): )([A-Z][A-Za-z]{1,40}): /g;

/**
 * The message of a failure of a run in words: the type of the cause, for which the documentation has a section, comes once, at the end.
 * `task scan failed: AgentRefused: no such file` becomes `task scan failed: no such file (AgentRefused)`.
 */
export function failureText({ message }: Pick<Failure, 'message'>): string {
  let last: string | undefined;
  const words = message.replace(CAUSE_TYPE, (whole, before: string, cause: string) => {
    if (!isFailureType(cause)) return whole;
    last = cause;
    return before;
  });
  return last === undefined ? words : `${words} (${last})`;
}
