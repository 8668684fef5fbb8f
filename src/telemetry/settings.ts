// The `telemetry` part of a configuration: where a process serves metrics and its health, and what it logs.
import { z } from 'zod';
import { readListen } from '../system/listen.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevelName = (typeof LOG_LEVELS)[number];

export const LogSettings = z.strictObject({
  /** The lowest level that is logged; default `info`. */
  level: z.enum(LOG_LEVELS).optional(),
  /** `json`: one object a line, the default unless stderr is a terminal. `text`: short lines for people. */
  format: z.enum(['json', 'text']).optional(),
  /**
   * The directory where workers keep what calls log, for `baton logs`; `false`: nowhere. Default: `.baton/logs` of the server that
   * Baton started, or of the directory of the configuration.
   */
  keep: z.union([z.literal(false), z.string().min(1)], 'expected the path of a directory, or false').optional(),
});
export type LogSettings = z.infer<typeof LogSettings>;

export const TelemetrySettings = z.strictObject({
  /** `host:port` where the process serves /metrics, /livez and /readyz. Absent: it serves nothing, and counts nothing. */
  listen: z
    .string()
    .refine((text) => readListen(text) !== undefined, 'expected HOST:PORT, such as 127.0.0.1:9464')
    .optional(),
  logs: LogSettings.optional(),
});
export type TelemetrySettings = z.infer<typeof TelemetrySettings>;
