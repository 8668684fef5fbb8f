// How a task ended, as data. A task settles, it never rejects.
import type { Failure } from './failure.js';
import type { Usage } from './call.js';
import type { Origin } from './origin.js';

interface Spent {
  /** Tries of the activity, the last one included; 0 for a task that calls nobody. */
  readonly attempts: number;
  readonly usage?: Usage;
  /** Nobody knows what its last attempt used: the usage is of what was heard before. */
  readonly lost?: true;
  /** What it counts for in a budget, where that is more than the usage that is known. */
  readonly charged?: Usage;
}

export type Outcome =
  | ({ readonly status: 'succeeded'; readonly output: unknown; readonly origin?: Origin } & Spent)
  | ({ readonly status: 'failed'; readonly failure: Failure } & Spent)
  /** It was cancelled before the agent had been called. */
  | ({ readonly status: 'cancelled'; readonly failure: Failure } & Spent)
  /** It timed out, or was cancelled while the agent was at work: it may have worked. Undone like a success. */
  | ({ readonly status: 'unknown'; readonly failure: Failure } & Spent);

export type OutcomeStatus = Outcome['status'];
