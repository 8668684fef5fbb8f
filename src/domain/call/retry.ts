// Retries back off exponentially with full jitter: the delay before attempt n + 1 is uniform in
// [0, min(max, initial × factor^(n − 1))]. Source: M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
import { z } from 'zod';
import { Duration, durationMs } from '../duration.js';

/** A retry policy as a person writes it. `attempts` includes the first attempt: `attempts: 1` never retries. */
export const Retry = z.strictObject({
  attempts: z.int().min(1).max(1000).optional(),
  initial: Duration.optional(),
  factor: z.number().min(1).max(100).optional(),
  max: Duration.optional(),
});
export type Retry = z.infer<typeof Retry>;

/** A complete retry policy, durations in milliseconds. */
export const RetryPolicy = z.strictObject({
  attempts: z.int(),
  initialMs: z.number(),
  factor: z.number(),
  maxMs: z.number(),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;

/** Four attempts within about seven seconds bridge a restart of the service without hiding an outage for long. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 4, initialMs: 1000, factor: 2, maxMs: 60_000 };

/**
 * Combines policies, the most specific first, with the default. If `initial` comes from a more specific policy than `max`, `max` is
 * raised to at least `initial`; otherwise `max` also limits `initial`.
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

/** An agent that asks for a longer pause than an hour counts as down; how to handle that is up to the retry policy. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * The delay that an agent asks for, at most an hour. `undefined` if the value cannot be used (zero, negative, not a number): the
 * retry policy then decides, so that no agent can use up all attempts within seconds.
 */
export function usableRetryAfterMs(ms: number | undefined): number | undefined {
  if (ms === undefined || !(ms > 0)) return undefined;
  return Math.min(Math.ceil(ms), MAX_RETRY_AFTER_MS);
}

/**
 * Milliseconds to wait after attempt number `attempt` (the first is 1) has failed.
 * `random` is uniform in [0, 1).
 */
export function fullJitterMs(policy: RetryPolicy, attempt: number, random: number): number {
  const ceiling = Math.floor(Math.min(policy.maxMs, policy.initialMs * policy.factor ** (attempt - 1)));
  return Math.floor(random * (ceiling + 1));
}
