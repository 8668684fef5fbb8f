// The native part of Temporal's SDK, with the log of this command.
import type { Logger } from '@temporalio/common';
import { makeTelemetryFilterString, Runtime } from '@temporalio/worker';

/** Call it at most once in a process: the log cannot be changed afterwards. The command handles signals. */
export function installRuntime(log: Logger, { verbose }: { readonly verbose: boolean }): void {
  const core = verbose ? 'INFO' : 'WARN';
  Runtime.install({
    logger: log,
    shutdownSignals: [],
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core, other: 'ERROR' }) } },
  });
}
