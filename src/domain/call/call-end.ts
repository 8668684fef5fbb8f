// How an attempt of a call ended, as metrics count it.
import type { FailureType } from '../failure.js';

/**
 * `refused`: the attempt was turned away before it reached the agent, and will be tried again. `reused`: it was answered from an earlier
 * run. In both cases the agent was not called.
 */
export type AttemptOutcome = 'succeeded' | 'failed' | 'cancelled' | 'refused' | 'reused';

export interface CallEnd {
  readonly outcome: AttemptOutcome;
  /** Absent without a failure. */
  readonly errorType?: FailureType;
  /** How long the agent worked; absent if it was not called. */
  readonly seconds?: number;
  readonly tokens: number;
  readonly usd: number;
}
