// Hashes that tell whether an earlier answer is an answer to the same call.
import { sha256 } from './sha256.js';

/** What must be the same for an earlier answer to be used for a call. */
export interface CallIdentity {
  readonly agent: string;
  readonly version?: string | undefined;
  readonly input: unknown;
}

/** Identifies a call of one task in a plan; `suffix` tells the calls of the task apart. */
export const fingerprint = (call: CallIdentity & { readonly task: string; readonly suffix: string }): string =>
  sha256([call.task, call.suffix, call.agent, call.version ?? null, call.input]);

/** Identifies a call, whichever task makes it. Workers that share a Task Queue share their agents. */
export const cacheKey = (call: CallIdentity & { readonly taskQueue: string }): string =>
  sha256([call.taskQueue, call.agent, call.version ?? null, call.input]);
