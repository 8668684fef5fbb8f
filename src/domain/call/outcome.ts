// How a task ended, as data: a task settles, its promise never rejects.
import type { Failure } from '../failure.js';
import type { Usage } from './usage.js';
import type { Origin } from './origin.js';

interface CallCost {
  /** Attempts of the activity, the last one included; 0 for a task that calls no agent. */
  readonly attempts: number;
  readonly usage?: Usage;
  /** The usage of the last attempt is unknown: `usage` has only what was reported before. */
  readonly lost?: true;
  /** The amount to charge to a budget, if that is more than the known usage. */
  readonly charged?: Usage;
}

export type Outcome =
  | ({ readonly status: 'succeeded'; readonly output: unknown; readonly origin?: Origin } & CallCost)
  | ({ readonly status: 'failed'; readonly failure: Failure } & CallCost)
  /** The call was cancelled before it reached the agent. */
  | ({ readonly status: 'cancelled'; readonly failure: Failure } & CallCost)
  /** The call timed out, or was cancelled after it had reached the agent, so it may have done its work. Undone like a success. */
  | ({ readonly status: 'unknown'; readonly failure: Failure } & CallCost);

export type OutcomeStatus = Outcome['status'];
