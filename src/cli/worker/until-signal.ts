// What long-running commands share: their log, and the signals that end them.
import type { Logger } from '@temporalio/common';
import { onInterrupts } from '../terminal/interrupts.js';
import type { Io } from '../terminal/io.js';
import { commandLog } from '../terminal/log.js';
import type { LogSettings } from '../../telemetry/settings.js';
import { withoutColours } from '../terminal/paint.js';

export interface Serving {
  readonly log: Logger;
  /** Prints for people at a terminal, and logs otherwise. */
  readonly report: (message: string, fields?: Record<string, unknown>) => void;
  /** Aborts at the first signal. */
  readonly leave: AbortController;
}

export interface ServingOptions {
  /** Debug entries, too, whatever `logs` says. */
  readonly verbose: boolean;
  readonly logs: LogSettings | undefined;
  /** What is reported at the first signal. */
  readonly draining: string;
}

export async function untilSignal(
  io: Io,
  { verbose, draining, logs = {} }: ServingOptions,
  serve: (serving: Serving) => Promise<void>,
): Promise<void> {
  const format = logs.format ?? (io.isLive() ? 'text' : 'json');
  const log = commandLog(io, { level: verbose ? 'debug' : (logs.level ?? 'info'), format });
  const report = (message: string, fields: Record<string, unknown> = {}): void => {
    if (format === 'json') log.info(message, fields);
    else io.note([message, ...Object.entries(fields).map(([key, value]) => `  ${key}: ${String(value)}`)].join('\n'));
  };
  const restoreNotes = format === 'json' ? io.divertNotes((line) => void log.info(withoutColours(line))) : undefined;
  const leave = new AbortController();
  const drain = (): void => {
    if (!leave.signal.aborted) report(draining);
    leave.abort();
  };
  const interrupts = onInterrupts({ interrupted: drain, ended: drain });
  try {
    await serve({ log, report, leave });
    report('stopped');
  } finally {
    interrupts.stop();
    restoreNotes?.();
  }
}
