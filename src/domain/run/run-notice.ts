// The sink by which Workflow code reports to a worker that serves metrics. Other workers do not have it: see worker/workflow-code.ts.
import type { RunResult } from './result.js';

/** The name of the sink. */
export const RUN_SINK = 'batonRuns';

export interface RunEnd {
  /** `undefined`: a planner made the plan. */
  readonly plan: string | undefined;
  readonly status: RunResult['status'];
  readonly seconds: number;
}

export type RunSinks = {
  readonly [RUN_SINK]: {
    /** Once for each run, at its first Workflow Task. */
    began(plan: string | undefined): void;
    /** Once for each run, at its end. */
    ended(end: RunEnd): void;
    /** The counted costs of expressions that were evaluated, in units of `COST_SECONDS`. */
    evaluated(costs: readonly number[]): void;
  };
};

/** The time of one unit of the cost of an expression, on the machine by which the limits were chosen. */
export const COST_SECONDS = 1e-8;
