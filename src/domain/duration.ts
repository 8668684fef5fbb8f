// Durations are strings with a unit in everything a person writes, and milliseconds (`…Ms`) in everything that runs.
import { z } from 'zod';
import { got } from './problem.js';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** What a duration looks like; which of these are too short or too long, `Duration` says. */
export const DURATION_PATTERN = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/** The longest duration Baton accepts, in milliseconds: ten years, well inside what Temporal's timers hold. */
export const MAX_DURATION_MS = 3650 * 86_400_000;

/** Parses `'30s'`, `'1h30m'`, `'250ms'`, `'3d'` to milliseconds; `undefined` if it is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION_PATTERN.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(PART)) total += Number(amount) * UNIT_MS[unit!]!;
  return Math.round(total);
}

/** Milliseconds of a duration that a schema has already accepted. */
export function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new RangeError(`expected a duration such as "30s", got ${got(text)}`);
  return ms;
}

/** Prints milliseconds for people: `0.4s`, `12s`, `3m 20s`, `2h 5m`, `4d 1h`. */
export function formatDuration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const [d, h, m, s] = [
    Math.floor(seconds / 86_400),
    Math.floor((seconds % 86_400) / 3600),
    Math.floor((seconds % 3600) / 60),
    seconds % 60,
  ];
  if (d > 0) return `${d}d ${h}h`;
  if (h > 0) return `${h}h ${m}m`;
  return `${m}m ${s}s`;
}

/** A duration longer than zero and no longer than ten years. */
export const Duration = z.string().superRefine((text, context) => {
  const ms = parseDuration(text);
  const fits = ms !== undefined && ms > 0 && ms <= MAX_DURATION_MS;
  if (!fits) {
    context.addIssue({
      code: 'custom',
      params: { problem: 'plan.bad-duration' },
      message: `expected a duration longer than zero and of at most ten years, such as "250ms", "30s", "5m", "1h30m" or "3d", got ${got(text)}`,
    });
  }
});
