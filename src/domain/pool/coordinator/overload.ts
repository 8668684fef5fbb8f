// When a resource reports that it is overloaded, its limit is halved; each window of successes raises the limit by one. Additive
// increase, multiplicative decrease: D. Chiu and R. Jain, "Analysis of the increase and decrease algorithms", 1989.
import type { Resource } from './state.js';

/** The pause if the resource does not report a time. */
const PAUSE_MS = 1_000;

/** Several calls that are refused during one pause count as one overload. */
export function noteOverload(resource: Resource, retryAfterMs: number | undefined, now: number): void {
  const isNew = resource.pausedUntil === undefined || now >= resource.pausedUntil;
  if (isNew) resource.limit = Math.max(1, Math.floor(resource.limit / 2));
  resource.successes = 0;
  resource.pausedUntil = Math.max(resource.pausedUntil ?? 0, now + (retryAfterMs ?? PAUSE_MS));
}

/** A window is as many successes as the limit. Successes during a pause are not counted: those calls began before it. */
export function noteSuccesses(resource: Resource, count: number): void {
  if (resource.limit >= resource.capacity || resource.pausedUntil !== undefined) return;
  resource.successes += count;
  while (resource.successes >= resource.limit && resource.limit < resource.capacity) {
    resource.successes -= resource.limit;
    resource.limit++;
  }
}
