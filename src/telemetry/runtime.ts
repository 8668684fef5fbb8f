// The native part of Temporal's SDK. A process has one, and its settings cannot be changed afterwards.
import { IllegalStateError, type Logger } from '@temporalio/common';
import type { RuntimeOptions } from '@temporalio/worker';
import { freePort } from '../system/ports.js';

export interface RuntimeRequest {
  readonly log: Logger;
  /** Whether the native part logs more than warnings. */
  readonly verbose: boolean;
  /** Whether the SDK counts, too. */
  readonly metrics: boolean;
  /** The signals at which the SDK shuts its Workers down; default its own. */
  readonly shutdownSignals?: [];
}

export interface InstalledRuntime {
  /** Where the SDK serves its metrics, for this process alone; absent if it does not. */
  readonly metricsUrl?: string;
}

/** `undefined`: the process has a Runtime already, with a log and metrics of its own. */
export async function installRuntime(request: RuntimeRequest): Promise<InstalledRuntime | undefined> {
  const { makeTelemetryFilterString, Runtime } = await import('@temporalio/worker');
  const { log, verbose, metrics, shutdownSignals } = request;
  const core = verbose ? 'INFO' : 'WARN';
  const port = metrics ? await freePort() : undefined;
  const options: RuntimeOptions = {
    logger: log,
    ...(shutdownSignals === undefined ? {} : { shutdownSignals }),
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core, other: 'ERROR' }) },
      ...(port === undefined ? {} : { metrics: sdkMetrics(port) }),
    },
  };
  try {
    Runtime.install(options);
  } catch (error) {
    if (error instanceof IllegalStateError) return undefined;
    throw error;
  }
  return port === undefined ? {} : { metricsUrl: `http://127.0.0.1:${port}/metrics` };
}

/** As Prometheus names metrics: seconds, and `_total` for counters. */
const sdkMetrics = (port: number) => ({
  prometheus: {
    bindAddress: `127.0.0.1:${port}`,
    countersTotalSuffix: true,
    unitSuffix: true,
    useSecondsForDurations: true,
  },
});
