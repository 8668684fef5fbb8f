/** The JSON answer of a system that may not be there yet; `undefined` without one. */
export async function jsonAt(url: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  return response?.ok === true ? response.json().catch(() => undefined) : undefined;
}
