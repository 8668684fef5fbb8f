/**
 * Milliseconds that a `Retry-After` header asks to wait (RFC 9110, 10.2.3: seconds, or a date); `undefined` if there is
 * none or it is neither.
 */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const at = text === '' ? NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

/** The same of a whole reply: `Retry-After-Ms`, which some providers add, is finer and goes first. */
export function retryAfterOf(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const fine = headers['retry-after-ms']?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(fine)) return Math.ceil(Number(fine));
  return retryAfterMs(headers['retry-after'] ?? null, nowMs);
}
