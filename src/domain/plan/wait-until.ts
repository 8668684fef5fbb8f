// The end of a `wait`: a duration counts from the start of the wait, a time is absolute.
import { MAX_DURATION_MS, parseDuration } from '../duration.js';
import { isCalendarDay } from '../calendar-day.js';

const ISO_TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/** Milliseconds since 1970 of an ISO 8601 time; without a zone it is UTC. `undefined` if the text is not a time that exists. */
export const parseTime = (text: string): number | undefined => (isCalendarDay(text) ? readTime(text) : undefined);

/** The same for runs of the first rules, which read 2024-02-30 as the 1st of March, as JavaScript does. */
export function readTime(text: string): number | undefined {
  if (!ISO_TIME.test(text)) return undefined;
  const zoned = !text.includes('T') || /(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}Z`;
  const ms = Date.parse(zoned);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Milliseconds since 1970 at which a wait that began at `startedAt` ends; `undefined` if the value is not a duration or a time. */
export function waitUntil(
  value: unknown,
  startedAt: number,
  accept: 'both' | 'duration' | 'time' = 'both',
  parse: typeof parseTime = parseTime,
): number | undefined {
  if (typeof value !== 'string') return undefined;
  const ms = accept === 'time' ? undefined : parseDuration(value);
  if (ms !== undefined) return ms <= MAX_DURATION_MS ? startedAt + ms : undefined;
  const at = accept === 'duration' ? undefined : parse(value);
  return at !== undefined && at - startedAt <= MAX_DURATION_MS ? at : undefined;
}
