import { z } from 'zod';
import { RunFailure, Failure } from '../failure.js';

/** Part of a RunResult: a plan that failed and was replaced by another. */
export const ReplanNote = z.strictObject({
  failure: RunFailure,
  failed: z.array(z.strictObject({ task: z.string(), failure: Failure })),
  /** Tasks that succeeded, or may have, and are not part of the new plan. They are undone if they have a compensation. */
  dropped: z.array(z.string()),
  /** The maximum number of re-plannings of the run. */
  of: z.int(),
});
export type ReplanNote = z.infer<typeof ReplanNote>;
