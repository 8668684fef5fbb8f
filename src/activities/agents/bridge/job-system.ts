// What the driver must know of another system to have a job done there. A system is described by a `JobSystem`; `run-job.ts` does the rest:
// it attaches again after a crash, slows its questions down, outlasts a restart of the system, and ends the job of a cancelled call.
import type { AgentContext } from '../../../domain/agent/agent.js';

/** A job that the system has accepted. */
export interface JobRef {
  /** As the system names it. */
  readonly id: string;
  /** The page of the job. */
  readonly link?: string | undefined;
}

/** What one look at a job shows. */
export type Sighting =
  | { readonly state: 'queued' | 'running'; readonly progress?: unknown }
  /** A person must act in the other system. */
  | { readonly state: 'waiting'; readonly waitsFor: string; readonly link?: string; readonly progress?: unknown }
  /** Without `output`, `collect` gets it. */
  | { readonly state: 'succeeded'; readonly output?: unknown }
  /** `retryable` false: another job with the same input would fail, too. Default true. */
  | { readonly state: 'failed'; readonly message: string; readonly details?: unknown; readonly retryable?: boolean }
  /** Somebody has cancelled it in the other system. */
  | { readonly state: 'cancelled'; readonly message?: string }
  /** The system does not know the job any more. */
  | { readonly state: 'lost' };

export interface LookOptions {
  readonly signal: AbortSignal;
  /** For how long the system may delay its answer until something has changed, in milliseconds. */
  readonly waitMs: number;
}

/**
 * A connection to the system, for one attempt. Each method throws an `AgentError`: retryable if the request may succeed later, and its
 * message names the address. It ends when its signal aborts.
 */
export interface JobSystem {
  /** `Airflow at http://127.0.0.1:8080`: messages begin with it. */
  readonly where: string;
  /** True if `look` itself waits for a change. Then the next look follows soon. */
  readonly reportsChanges?: boolean;
  /** Starts the job of that name. A job of that name that exists already counts as started, whatever its state. */
  submit(name: string, input: unknown, signal: AbortSignal): Promise<JobRef>;
  /** The job of that name, if it exists; `undefined` if it does not. */
  find(name: string, signal: AbortSignal): Promise<JobRef | undefined>;
  look(job: JobRef, options: LookOptions): Promise<Sighting>;
  /** The output of a job that has succeeded. Only called if `look` has not given it. */
  collect?(job: JobRef, signal: AbortSignal): Promise<unknown>;
  /** Requests the job to end. A job that has ended, or is not known, is not an error. */
  cancel(job: JobRef, signal: AbortSignal): Promise<void>;
  close?(): Promise<void>;
}

export type OpenJobSystem = (context: AgentContext) => JobSystem | Promise<JobSystem>;
