// Which earlier answers a run may reuse: a fork those of the run it was forked from, any run those in the cache.
import { z } from 'zod';
import { Duration } from '../duration.js';

/** Where the old calls are: in a run, or in its sub-plans at a path of task ids (those of all items). */
export const ReuseSource = z.strictObject({
  /** The old run. */
  run: z.string(),
  /** Its first execution: another run may follow under the same id. Absent: the newest run of the id. */
  runId: z.string().optional(),
  path: z.array(z.string()),
  /** The run that reuses them. A worker reads the old run again for each fork. */
  fork: z.string(),
});
export type ReuseSource = z.infer<typeof ReuseSource>;

/** The reuse settings of a run, or of a sub-plan. */
export const Reuse = ReuseSource.extend({
  /** Tasks that run again, with all that depend on them, even if nothing about them has changed. */
  from: z.array(z.string()).optional(),
});
export type Reuse = z.infer<typeof Reuse>;

/** How long an answer may be reused for the same call. */
export const Cache = z.strictObject({ ttl: Duration });
export type Cache = z.infer<typeof Cache>;
