import type { RunResult } from './result.js';

export interface RunEndContext {
  /** The same whenever the function is called again for this run. */
  readonly id: string;
  /** 1 for the first call. */
  readonly attempt: number;
  /** Aborts when the worker shuts down. */
  readonly signal: AbortSignal;
}

/** Receives the result of a run that has ended, in whichever way. */
export type OnRunEnd = (result: RunResult, context: RunEndContext) => void | Promise<void>;
