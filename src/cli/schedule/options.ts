// What the commands on schedules have in common.
import { OVERLAPS, type Overlap } from '../../domain/schedule.js';
import { didYouMean, withHint } from '../../domain/problem.js';
import type { JsonOption, ServerOptions } from '../arguments/options.js';
import { withAgents } from '../session/with-session.js';
import type { LoadedConfig } from '../session/load-config.js';
import type { Session } from '../session/session.js';
import { UsageError } from '../terminal/errors.js';
import type { Io } from '../terminal/io.js';

export interface ScheduleOptions extends ServerOptions, JsonOption {
  readonly project?: string;
}
export interface ApplyOptions extends ScheduleOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}
export interface NoteOptions extends ScheduleOptions {
  readonly note?: string;
}
export interface OverlapOption extends ScheduleOptions {
  readonly overlap?: string;
}
export interface BackfillOptions extends OverlapOption {
  readonly from: string;
  readonly to: string;
}

export interface ScheduleSession extends Session {
  readonly project: string;
  readonly config: LoadedConfig | undefined;
}

export async function inScheduleSession<T>(
  io: Io,
  { project, ...options }: ScheduleOptions,
  work: (session: ScheduleSession) => Promise<T>,
): Promise<T> {
  return await withAgents(io, options, (session, config) =>
    work({ ...session, config, project: project ?? session.baton.project }),
  );
}

/** Throws UsageError. */
export function parseOverlap(value: string | undefined): Overlap | undefined {
  if (value === undefined) return undefined;
  const found = OVERLAPS.find((one) => one === value);
  if (found !== undefined) return found;
  const message = `--overlap: expected ${OVERLAPS.join(', ')}, got ${JSON.stringify(value)}`;
  throw new UsageError([withHint(message, didYouMean(value, OVERLAPS))]);
}

/** Throws UsageError. */
export function parseTime(option: string, value: string): Date {
  const time = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(value)
    ? new Date(value)
    : new Date(NaN);
  if (!Number.isNaN(time.getTime())) return time;
  throw new UsageError([
    `${option}: expected a time with its zone, such as "2026-11-27T09:00:00Z", or a day (UTC), got ${JSON.stringify(value)}`,
  ]);
}
