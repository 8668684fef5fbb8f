// What may be used of what was done before: by a fork of another run, or by any run, for a time.
import { z } from 'zod';
import { Duration } from './duration.js';

/** Where the old calls are: those of a run, or those of its sub-plans at a path of task ids, whichever item they are for. */
export const ReusePlace = z.strictObject({
  /** The old run. */
  run: z.string(),
  path: z.array(z.string()),
  /** The run that reuses: what a worker has read of the old one is read again for another. */
  fork: z.string(),
});
export type ReusePlace = z.infer<typeof ReusePlace>;

/** What a run, or a sub-plan of one, is told of it. */
export const Reuse = ReusePlace.extend({
  /** Tasks that run anew with all that depends on them, whether anything of theirs has changed or not. */
  from: z.array(z.string()).optional(),
});
export type Reuse = z.infer<typeof Reuse>;

/** How long an answer may be given again to whoever asks the same. */
export const Cache = z.strictObject({ ttl: Duration });
export type Cache = z.infer<typeof Cache>;
