// The time that a reply asks its caller to wait. A header that cannot be used counts as absent, so that the retry policy decides:
// a date in the past or a negative number would otherwise use up all attempts within seconds.

/** A date of HTTP (RFC 9110, 5.6.7: all three forms begin with the day of the week), or of ISO 8601. */
const DATE = /^(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? |\d{4}-\d{2}-\d{2}T)/i;

const DECIMAL = /^\d+(?:\.\d+)?$/;

/**
 * Milliseconds that a `Retry-After` header asks to wait (RFC 9110, 10.2.3: seconds, or a date). `undefined` if there is
 * none, if it is neither, or if the date has passed. Two headers, which arrive joined by a comma, are neither.
 */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  if (DECIMAL.test(text)) return Math.ceil(Number(text) * 1000);
  // `Date.parse` reads nearly anything as a date, such as "-5" and "1,2".
  const at = DATE.test(text) ? Date.parse(text) : NaN;
  return at > nowMs ? at - nowMs : undefined;
}

/** The same from all headers of a reply. `Retry-After-Ms`, which some providers add, is more precise and comes first. */
export function retryAfterMsFromHeaders(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const ms = headers['retry-after-ms']?.trim() ?? '';
  if (DECIMAL.test(ms)) return Math.ceil(Number(ms));
  return retryAfterMs(headers['retry-after'] ?? null, nowMs);
}
