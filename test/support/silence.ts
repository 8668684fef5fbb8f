import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

/** Once a process: what Temporal says of failures that a test causes is noise. */
export function silenceTemporal(): void {
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR', () => undefined),
      telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    });
  } catch {
    // Another file of this process has installed it.
  }
}
