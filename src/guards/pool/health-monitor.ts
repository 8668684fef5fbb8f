// Health checks of a pool's resources, while this worker is the one that runs them. Only changes are reported.
import { setTimeout as delay } from 'node:timers/promises';
import { checkHealth } from '../../activities/health-check.js';
import { durationMs } from '../../domain/duration.js';
import type { HealthCheck } from '../../domain/health-check.js';
import type { HealthNews } from '../../domain/pool/protocol.js';
import type { ResourceSettings } from '../../domain/pool/settings.js';

const DEFAULT_EVERY = '10s';

/** Returns a function that starts or stops the checks: its argument is whether this worker runs them. */
export function createHealthMonitor(
  resources: readonly ResourceSettings[],
  report: (news: HealthNews) => void,
): (isOurs: boolean) => void {
  const checked = resources.flatMap(({ id, health }) => (health === undefined ? [] : [{ id, health }]));
  let stop: AbortController | undefined;
  return (isOurs) => {
    if (isOurs === (stop !== undefined) || checked.length === 0) return;
    stop?.abort();
    stop = isOurs ? new AbortController() : undefined;
    if (stop !== undefined) for (const one of checked) monitor(one, report, stop.signal).catch(() => undefined);
  };
}

interface CheckedResource {
  readonly id: string;
  readonly health: HealthCheck;
}

/** Rejects when the signal aborts. The findings of other workers are not known here, so the first one is always reported. */
async function monitor(
  { id, health }: CheckedResource,
  report: (news: HealthNews) => void,
  signal: AbortSignal,
): Promise<never> {
  let reported: string | null | undefined;
  for (;;) {
    const found = await checkHealth(health, signal);
    const ill = found.isHealthy ? null : found.why;
    if ((ill === null) !== (reported === null) || reported === undefined) report({ resource: id, ill });
    reported = ill;
    await delay(durationMs(health.every ?? DEFAULT_EVERY), undefined, { signal, ref: false });
  }
}
