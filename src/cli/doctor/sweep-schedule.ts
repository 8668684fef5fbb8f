// `baton sweep --schedule` and `--unschedule`.
import { scheduleSweep, unscheduleSweep } from '../../client/schedules/sweep-schedule.js';
import { cronFault } from '../../config/calendar.js';
import type { SweepRequest } from '../../domain/run/sweep.js';
import { DEFAULT_TASK_QUEUE } from '../../domain/task-queue.js';
import type { JsonOption, ServerOptions } from '../arguments/options.js';
import { withSession } from '../session/with-session.js';
import { UsageError } from '../terminal/errors.js';
import type { Io } from '../terminal/io.js';

export interface SweepScheduleOptions {
  readonly schedule?: string;
  readonly unschedule?: boolean;
}

type Options = SweepScheduleOptions & ServerOptions & JsonOption & { readonly dryRun?: boolean };

export async function changeSweepSchedule(io: Io, options: Options, sweep: SweepRequest): Promise<void> {
  const { schedule: cron, unschedule, dryRun, json } = options;
  if (dryRun === true)
    throw new UsageError(['--dry-run: a Schedule always sweeps; use one of --schedule and --dry-run']);
  if (cron === undefined || unschedule === true) {
    if (cron !== undefined)
      throw new UsageError(['--unschedule: expected either --schedule or --unschedule, got both']);
    return await removeSchedule(io, options);
  }
  const fault = cronFault(cron);
  if (fault !== undefined) throw new UsageError([`--schedule: ${fault}`]);
  const made = await withSession(io, options, ({ baton: { client, project } }, config) => {
    const taskQueue = config?.taskQueue ?? DEFAULT_TASK_QUEUE;
    return scheduleSweep(client, { project, taskQueue, cron, sweep });
  });
  const next = made.next?.toISOString() ?? null;
  if (json === true) io.printJson({ schedule: made.id, cron, next, ...sweep });
  else io.note(`schedule ${made.id}: ${cron} UTC${next === null ? '' : `, next ${next}`}`);
}

async function removeSchedule(io: Io, options: Options): Promise<void> {
  const [project, removed] = await withSession(io, options, async ({ baton: { client, project } }) => [
    project,
    await unscheduleSweep(client, project),
  ]);
  if (options.json === true) io.printJson({ project, removed });
  else
    io.note(
      removed
        ? `project ${project} is not swept by a Schedule any more`
        : `project ${project} has no Schedule that sweeps`,
    );
}
