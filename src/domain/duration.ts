// Durations. People write them as strings with a unit (`30s`); code calculates with milliseconds (`…Ms`).
import { z } from 'zod';
import { shown } from './problem.js';

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
/** The form of a duration. `Duration` also checks that it is not too short or too long. */
export const DURATION_PATTERN = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/gy;

/** The longest duration that Baton accepts: ten years, in milliseconds. Temporal's timers allow more. */
export const MAX_DURATION_MS = 3650 * 86_400_000;

/** Parses `'30s'`, `'1h30m'`, `'250ms'`, `'3d'` to milliseconds; `undefined` if it is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION_PATTERN.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(PART)) total += Number(amount) * UNIT_MS[unit!]!;
  return Math.round(total);
}

/** Milliseconds of a duration that a schema has already accepted. Throws a RangeError for any other text. */
export function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new RangeError(`expected a duration such as "30s", got ${shown(text)}`);
  return ms;
}

/** Formats milliseconds for people: `0.4s`, `12s`, `3m 20s`, `2h 5m`, `4d 1h`. */
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

/** Writes milliseconds as a duration that a plan may have, exactly, in the largest unit that divides them: `250ms`, `90s`, `2h`. */
export function writeDuration(ms: number): string {
  const whole = Math.min(MAX_DURATION_MS, Math.max(1, Math.round(ms)));
  const [unit, size] = Object.entries(UNIT_MS).find(([, size]) => whole % size === 0)!;
  return `${whole / size}${unit}`;
}

/** A duration longer than zero and no longer than ten years. */
export const Duration = z
  .string('expected a duration such as "250ms", "30s", "5m", "1h30m" or "3d"')
  .superRefine((text, context) => {
    const ms = parseDuration(text);
    const fits = ms !== undefined && ms > 0 && ms <= MAX_DURATION_MS;
    if (!fits) {
      context.addIssue({
        code: 'custom',
        params: { problem: 'plan.bad-duration' },
        message: `expected a duration longer than zero and of at most ten years, such as "250ms", "30s", "5m", "1h30m" or "3d", got ${shown(text)}`,
      });
    }
  });
