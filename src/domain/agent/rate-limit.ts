// The rate limit of an agent: how often it may be called, by all runs and workers together. Temporal enforces it, on a Task Queue that
// has only the calls of this agent.
import { z } from 'zod';
import { Duration, durationMs } from '../duration.js';

export const RateLimit = z.strictObject({
  /** Number of calls; every attempt counts. */
  limit: z.number().positive(),
  per: Duration,
  unit: z.literal('calls', 'expected "calls": for other units, use the rateLimit of a pool').optional(),
});
export type RateLimit = z.infer<typeof RateLimit>;

export const perSecond = ({ limit, per }: RateLimit): number => (limit * 1000) / durationMs(per);

/** The Task Queue of an agent with a rate limit that names no queue itself. `home` is the queue of the run. */
export const limitedQueue = (home: string, type: string): string => `${home}/${type}`;
