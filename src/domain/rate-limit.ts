// How often an agent may be called, by all runs and workers together. Temporal keeps it, on a Task Queue that has nothing else.
import { z } from 'zod';
import { Duration, durationMs } from './duration.js';

export const RateLimit = z.strictObject({
  /** Calls, attempts included. */
  limit: z.number().positive(),
  per: Duration,
  unit: z
    .literal('calls', 'expected "calls": what is limited in other units is limited by the rateLimit of a pool')
    .optional(),
});
export type RateLimit = z.infer<typeof RateLimit>;

export const perSecond = ({ limit, per }: RateLimit): number => (limit * 1000) / durationMs(per);

/** The Task Queue of an agent that is limited and names none: beside that of the runs that call it. */
export const limitedQueue = (home: string, type: string): string => `${home}/${type}`;
