// Every failure that crosses a boundary has a type from this table, and what follows from that is said here and nowhere else:
// whether another attempt may help, whether the failed one counts among them, and whether it speaks against the agent (a breaker counts it).
import { z } from 'zod';

interface FailureRow {
  readonly retryable: boolean;
  /** It has not reached the agent: the attempts that a call is allowed are not used up by it. */
  readonly uncounted?: true;
  /** The agent is to blame, and not who called it. */
  readonly blames?: true;
  readonly means: string;
}

export const FAILURES = {
  // Refused at the entry
  InvalidPlan: { retryable: false, means: 'the plan is not a plan' },
  InvalidInput: { retryable: false, means: 'the input does not fit the declared schema' },
  // A call to an agent
  AgentFailed: { retryable: true, blames: true, means: 'the agent answered with a failure that may pass' },
  AgentRefused: { retryable: false, means: 'the agent answered that it will never do this' },
  AgentNotHere: { retryable: true, means: 'the worker that took the call does not have the agent' },
  Unreachable: { retryable: true, blames: true, means: 'the agent could not be reached' },
  Overloaded: { retryable: true, blames: true, means: 'the agent asked to be called later' },
  Timeout: { retryable: true, blames: true, means: 'the agent did not answer in time; it may have done its work' },
  Interrupted: { retryable: true, means: 'the worker shut down during the call; the agent may have done its work' },
  InvalidOutput: {
    retryable: false,
    blames: true,
    means: 'the answer does not fit the declared schema, or is no JSON',
  },
  OutputTooLarge: { retryable: false, means: 'the answer is larger than a payload may be' },
  ModelRefused: { retryable: false, means: 'the model declined to answer' },
  ContentFiltered: { retryable: false, means: 'a content filter stopped the prompt or the answer' },
  ContextTooLong: { retryable: false, means: 'the prompt is longer than the model can read' },
  Cancelled: { retryable: false, means: 'the call was cancelled' },
  BreakerOpen: { retryable: true, uncounted: true, means: 'the circuit breaker of the agent let no call through' },
  PoolBusy: { retryable: true, uncounted: true, means: 'the pool of the agent had nothing free for too long' },
  LeaseLost: {
    retryable: true,
    means: 'the pool could not be told that the call goes on; the agent may have done its work',
  },
  // A task
  InputTooLarge: { retryable: false, means: 'the input is larger than a payload may be' },
  ExpressionFailed: { retryable: false, means: 'an expression could not be evaluated' },
  ItemsInvalid: { retryable: false, means: 'the items of a forEach are not an array' },
  TooManyItems: { retryable: false, means: 'a forEach has more items than its maxItems' },
  TooManyFailures: { retryable: false, means: 'more items of a forEach failed than it tolerates' },
  Rejected: { retryable: false, means: 'a person said no' },
  TimedOut: { retryable: false, means: 'nobody answered, or nothing came, in time' },
  AllFailed: { retryable: false, means: 'none of the agents of a race succeeded' },
  NoQuorum: { retryable: false, means: 'too few of the agents of a vote gave the same answer' },
  NotRemembered: { retryable: false, means: 'what was looked for in an old run is not there' },
  BudgetExceeded: { retryable: false, means: 'what a task may spend does not cover its next call' },
  PlanRejected: { retryable: false, means: 'the planner made no plan that could be accepted' },
  SubPlanFailed: { retryable: false, means: 'the sub-plan failed, and has undone its own work' },
  // A run
  TaskFailed: { retryable: false, means: 'a task failed for good' },
  OutputFailed: { retryable: false, means: "the plan's output could not be made" },
  RunTooLarge: { retryable: false, means: 'the history of the run has reached the limit of the engine' },
  RunCancelled: { retryable: false, means: 'the run was cancelled' },
  RunFailed: { retryable: false, means: 'how a Workflow ends whose run has failed' },
  InternalError: { retryable: false, means: 'a defect in Baton itself' },
} as const satisfies Record<string, FailureRow>;

export type FailureType = keyof typeof FAILURES;

const TYPES = Object.keys(FAILURES) as [FailureType, ...FailureType[]];

/** A failure as data. `cause` is the message of what lies beneath; `details` is whatever the agent said in a structured way. */
export const Failure = z.strictObject({
  type: z.enum(TYPES),
  message: z.string(),
  cause: z.string().optional(),
  details: z.unknown().optional(),
});
export type Failure = z.infer<typeof Failure>;

/** The failure of a run also names the task that brought it down. */
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

export const blamesAgent = (type: FailureType): boolean => rowOf(type).blames === true;

export const isFailureType = (type: unknown): type is FailureType =>
  typeof type === 'string' && Object.hasOwn(FAILURES, type);
