// Looks after the health of a pool's resources, as long as it is this worker's turn to do so. What has not changed is not told.
import { setTimeout as delay } from 'node:timers/promises';
import { checkHealth } from '../../activities/health-check.js';
import { durationMs } from '../../domain/duration.js';
import type { HealthCheck } from '../../domain/health.js';
import type { HealthNews } from '../../domain/pool/protocol.js';
import type { ResourceSettings } from '../../domain/pool/settings.js';

const DEFAULT_EVERY = '10s';

/** What it returns is told whether it is this worker's turn. */
export function createHealthWatch(
  resources: readonly ResourceSettings[],
  tell: (news: HealthNews) => void,
): (isOurs: boolean) => void {
  const checked = resources.flatMap(({ id, health }) => (health === undefined ? [] : [{ id, health }]));
  let stop: AbortController | undefined;
  return (isOurs) => {
    if (isOurs === (stop !== undefined) || checked.length === 0) return;
    stop?.abort();
    stop = isOurs ? new AbortController() : undefined;
    if (stop !== undefined) for (const one of checked) watch(one, tell, stop.signal).catch(() => undefined);
  };
}

interface Checked {
  readonly id: string;
  readonly health: HealthCheck;
}

/** Ends with the signal, by rejecting. What another worker has found is not known here: the first finding is told. */
async function watch({ id, health }: Checked, tell: (news: HealthNews) => void, signal: AbortSignal): Promise<never> {
  let told: string | null | undefined;
  for (;;) {
    const found = await checkHealth(health, signal);
    const ill = found.isHealthy ? null : found.why;
    if ((ill === null) !== (told === null) || told === undefined) tell({ resource: id, ill });
    told = ill;
    await delay(durationMs(health.every ?? DEFAULT_EVERY), undefined, { signal, ref: false });
  }
}
