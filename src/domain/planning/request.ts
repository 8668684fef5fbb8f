// The input of a planner.
import type { CatalogueEntry } from '../agent/catalogue.js';
import type { Plan } from '../plan/plan.js';
import type { RunFailure } from '../failure.js';
import type { Problem } from '../problem.js';
import type { TaskStatus } from '../task-status.js';
import type { PlanLimits } from './limits.js';

/** The input of a planner agent. It answers a plan, or `{ plan, input }` with the input to run it with, as JSON or as its text. */
export interface PlannerRequest {
  readonly goal: string;
  /** The input of the plan, unless the planner answers another. */
  readonly input: unknown;
  readonly agents: readonly CatalogueEntry[];
  readonly limits: PlanLimits;
  /** Present if a plan has failed: the planner then answers the rest of the work. */
  readonly replan?: ReplanQuestion;
  /** The last answer of the planner, and what is wrong with it; `more` is the number of problems that were left out. */
  readonly rejected?: { readonly answer: unknown; readonly problems: readonly Problem[]; readonly more?: number };
}

export interface ReplanQuestion {
  /** The plan that failed; `null` if it is too large to be sent. */
  readonly plan: Pick<Plan, 'tasks' | 'output' | 'defaults'> | null;
  readonly failure: Pick<RunFailure, 'type' | 'message' | 'task'>;
  /** Tasks that may be kept; `output` is an expression that refers to their output. */
  readonly succeeded: readonly {
    readonly id: string;
    readonly agent?: string;
    readonly output: string;
    readonly bytes: number;
    readonly preview: string;
  }[];
  /** Tasks that did not succeed, or may not have. */
  readonly ended: readonly { readonly id: string; readonly status: TaskStatus; readonly why?: string }[];
  /** How many more times the run may be re-planned after this one. */
  readonly left: number;
}
