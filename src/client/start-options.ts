// What a caller may set when it starts a run.
import type { RunHandle } from './run-handle.js';
import type { Budget } from '../domain/budget/budget.js';
import type { Plan } from '../domain/plan/plan.js';
import type { Tenant } from '../domain/run/tenant.js';
import type { ForkOf } from './fork.js';
import type { OnConflict } from '../domain/on-conflict.js';

export interface StartOptions<I = unknown> {
  /** Checked against the plan's JSON Schema, and against the types of a plan that `definePlan` made. */
  readonly input?: I;
  /** The run's id, which is its Workflow Id; default: the plan's name and eight random digits. */
  readonly id?: string;
  readonly taskQueue?: string;
  /** The most that the run may spend. Each limit replaces the same limit of the plan. */
  readonly budget?: Budget;
  /** The tenant that the run belongs to: its calls get this tenant's share of the workers, by weight. */
  readonly tenant?: string | Tenant;
  /**
   * What happens if a run of this id exists. `attach` (default): finds it if it has the same plan and input, else RefusedError. `reject`:
   * RefusedError. `queue`: starts when that run has ended, in the order of the calls. `replace`: cancels that run, and starts when it
   * has ended; a later `replace` supersedes one that has not started.
   */
  readonly onConflict?: OnConflict;
  /**
   * Passed on to everything that the run calls, and a search attribute of the run: 1 to 255 characters on one line. Throws
   * InvalidInputError if it is not.
   */
  readonly correlationId?: string | undefined;
  /** The run continues the trace of the caller: a `traceparent` of W3C Trace Context. Throws InvalidInputError if it is not. */
  readonly traceparent?: string | undefined;
  /** Makes the run a fork: it reuses the results of that run wherever nothing has changed. */
  readonly forkOf?: ForkOf;
}

export interface RerunOptions extends Omit<StartOptions, 'forkOf'>, Pick<ForkOf, 'from'> {
  /** Replaces the old plan: data, the path of a file, or the result of `definePlan`. */
  readonly plan?: Plan | string | object;
  /** Why the run is run again, for people who look at the new run later: it is in its memo. */
  readonly reason?: string;
}

/** The options are required if the plan declares an input that is not optional. */
export type StartArguments<I> = unknown extends I
  ? [options?: StartOptions]
  : undefined extends I
    ? [options?: StartOptions<I>]
    : Record<string, never> extends I
      ? [options?: StartOptions<I>]
      : [options: StartOptions<I> & { readonly input: I }];

export interface StartedRun<O = unknown> {
  readonly run: RunHandle<O>;
  /** False if a run of this id existed already: `run` is that one. */
  readonly isNew: boolean;
  /** Present if the start waits until the run of this id has ended: the number of starts that come before. */
  readonly queued?: { readonly ahead: number };
}
