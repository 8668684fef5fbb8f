// A resource that says it is overloaded gets half as many calls at once; each window of successes gives one back. Additive
// increase, multiplicative decrease: D. Chiu and R. Jain, "Analysis of the increase and decrease algorithms", 1989.
import type { Resource } from './pool.js';

/** Of one that does not say for how long. */
const PAUSE_MS = 1_000;

/** Calls that were under way together are refused together: that is one overload. */
export function noteOverload(resource: Resource, retryAfterMs: number | undefined, now: number): void {
  const isNew = resource.pausedUntil === undefined || now >= resource.pausedUntil;
  if (isNew) resource.limit = Math.max(1, Math.floor(resource.limit / 2));
  resource.successes = 0;
  resource.pausedUntil = Math.max(resource.pausedUntil ?? 0, now + (retryAfterMs ?? PAUSE_MS));
}

/** A window is as many as it may have at once. What ends while it pauses began before, and says nothing of what it takes now. */
export function noteSuccesses(resource: Resource, count: number): void {
  if (resource.limit >= resource.capacity || resource.pausedUntil !== undefined) return;
  resource.successes += count;
  while (resource.successes >= resource.limit && resource.limit < resource.capacity) {
    resource.successes -= resource.limit;
    resource.limit++;
  }
}
