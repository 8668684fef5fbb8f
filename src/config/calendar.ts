// Checks what only a calendar knows: whether a cron expression ever fires, and whether a time zone exists.
import { Cron } from 'croner';
import { didYouMean, shown, withHint } from '../domain/problem.js';

/** What Temporal's server reads: five fields of numbers, names, ranges, lists and steps. */
const FIELD = /^(?:[0-9*,/-]|[a-z]{3}(?![a-z]))+$/i;

/** What is wrong with the expression, in words. */
export function cronFault(cron: string): string | undefined {
  const expected = 'expected a cron expression of five fields (minute, hour, day of the month, month, day of the week)';
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5 || !fields.every((field) => FIELD.test(field)))
    return `${expected}, such as "0 3 * * *", got ${shown(cron)}`;
  try {
    // As the server does it: both days must match.
    if (new Cron(fields.join(' '), { domAndDow: true, timezone: 'UTC' }).nextRun() !== null) return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    return `${expected}, got ${shown(cron)}: ${reason}`;
  }
  return `expected a cron expression that fires, got ${shown(cron)}, which has no date`;
}

/** What is wrong with the name of a time zone, in words. Names of offsets such as "+01:00" are unknown to the server. */
export function timezoneFault(timezone: string): string | undefined {
  const names = Intl.supportedValuesOf('timeZone');
  if (timezone === 'UTC' || names.includes(timezone)) return undefined;
  const same = names.find((name) => name.toLowerCase() === timezone.toLowerCase());
  if (same === undefined && isKnownAlias(timezone)) return undefined;
  const hint = same === undefined ? didYouMean(timezone, names) : `did you mean ${shown(same)}?`;
  return withHint(`expected an IANA time zone such as "Europe/Berlin", got ${shown(timezone)}`, hint);
}

/** Older names, such as `US/Pacific`, are not listed. */
function isKnownAlias(timezone: string): boolean {
  if (!/^[A-Z][A-Za-z_]*(?:\/[A-Za-z0-9_+-]+)+$/.test(timezone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
