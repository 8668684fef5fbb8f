import { parseDuration } from '../../domain/duration.js';
import { UsageError } from '../terminal/errors.js';

/** Milliseconds. Throws UsageError. */
export function parseStale(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new UsageError([`--stale: expected a duration, such as "1h", got ${JSON.stringify(text)}`]);
}
