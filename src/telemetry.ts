// What a process shows to operators: its metrics, together with those of Temporal's SDK, and its health.
import { createMetrics, type Metrics } from './telemetry/metrics.js';
import { serveTelemetry } from './telemetry/server.js';

export interface Telemetry {
  /** `http://127.0.0.1:9464` */
  readonly url: string;
  readonly metrics: Metrics;
  /** Adds a condition of /readyz: the result is why the process takes no work, or `undefined`. */
  ready(this: void, check: () => Promise<string | undefined>): void;
  close(this: void): Promise<void>;
}

export interface TelemetryOptions {
  /** `HOST:PORT`. */
  readonly listen: string;
  /** The labels of `baton_build_info`. */
  readonly about: Readonly<Record<string, string>>;
  /** Where the SDK serves its metrics; absent if it does not. */
  readonly sdk?: string | undefined;
}

/** Throws ListenError. */
export async function openTelemetry({ listen, about, sdk }: TelemetryOptions): Promise<Telemetry> {
  const metrics = await createMetrics(about);
  const checks: (() => Promise<string | undefined>)[] = [];
  const { url, close } = await serveTelemetry({
    listen,
    metrics: async () => (await Promise.all([metrics.text(), sdkText(sdk)])).join('\n'),
    async unready() {
      if (checks.length === 0) return 'it is starting';
      const reasons = await Promise.all(checks.map((check) => check()));
      return reasons.find((reason) => reason !== undefined);
    },
  });
  return { url, metrics, ready: (check) => void checks.push(check), close };
}

const SDK_WITHIN_MS = 2_000;

/** The SDK serves nothing before its first connection and after its last one. */
async function sdkText(url: string | undefined): Promise<string> {
  if (url === undefined) return '';
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(SDK_WITHIN_MS) });
    return response.ok ? await response.text() : '';
  } catch {
    return '';
  }
}
