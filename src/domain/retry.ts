// Retries back off exponentially with full jitter: the delay before attempt n + 1 is uniform in
// [0, min(max, initial × factor^(n − 1))]. Source: M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
import { z } from 'zod';
import { Duration, durationMs } from './duration.js';

/** What a person writes. `attempts` counts the first try too: `attempts: 1` never retries. */
export const Retry = z.strictObject({
  attempts: z.int().min(1).max(1000).optional(),
  initial: Duration.optional(),
  factor: z.number().min(1).max(100).optional(),
  max: Duration.optional(),
});
export type Retry = z.infer<typeof Retry>;

/** What runs: every field settled, durations in milliseconds. */
export const RetryPolicy = z.strictObject({
  attempts: z.int(),
  initialMs: z.number(),
  factor: z.number(),
  maxMs: z.number(),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;

/** Four tries within about seven seconds ride out a restart of the other side without hiding a real outage for long. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 4, initialMs: 1000, factor: 2, maxMs: 60_000 };

/**
 * Overlays what was written, the most specific first, on the default. A longest delay is kept even below the default
 * first delay; a first delay beyond a longest one that was written less specifically is kept too.
 */
export function retryPolicy(...written: readonly (Retry | undefined)[]): RetryPolicy {
  if (written.every((one) => one === undefined)) return DEFAULT_RETRY;
  const pick = <K extends keyof Retry>(key: K) => written.find((one) => one?.[key] !== undefined)?.[key];
  const rank = (key: keyof Retry) => {
    const found = written.findIndex((one) => one?.[key] !== undefined);
    return found < 0 ? written.length : found;
  };
  const [initial, max] = [pick('initial'), pick('max')];
  const initialMs = initial === undefined ? DEFAULT_RETRY.initialMs : durationMs(initial);
  const maxMs = max === undefined ? DEFAULT_RETRY.maxMs : durationMs(max);
  return {
    attempts: pick('attempts') ?? DEFAULT_RETRY.attempts,
    initialMs,
    factor: pick('factor') ?? DEFAULT_RETRY.factor,
    maxMs: rank('initial') < rank('max') ? Math.max(initialMs, maxMs) : maxMs,
  };
}

/**
 * Milliseconds to wait after attempt number `attempt` (the first is 1) has failed.
 * `random` is uniform in [0, 1).
 */
export function fullJitterMs(policy: RetryPolicy, attempt: number, random: number): number {
  const ceiling = Math.floor(Math.min(policy.maxMs, policy.initialMs * policy.factor ** (attempt - 1)));
  return Math.floor(random * (ceiling + 1));
}
