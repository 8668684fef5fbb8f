// The schedules of a configuration: which plan is run when. What can only be checked with a calendar is checked by config/read-schedules.ts.
import { z } from 'zod';
import { parseDuration } from './duration.js';
import { shown } from './problem.js';

export const OVERLAPS = ['skip', 'buffer-one', 'buffer-all', 'cancel-other', 'terminate-other', 'allow-all'] as const;
export const Overlap = z.enum(OVERLAPS);
export type Overlap = z.infer<typeof Overlap>;

/** A duration between two bounds, in words that name them. */
const between = (least: string, most: string) =>
  z.string().superRefine((text, context) => {
    const ms = parseDuration(text);
    const isWhole = ms !== undefined && ms % 1000 === 0;
    if (isWhole && ms >= parseDuration(least)! && ms <= parseDuration(most)!) return;
    const message = `expected a duration of whole seconds from "${least}" to "${most}", such as "30m", got ${shown(text)}`;
    context.addIssue({ code: 'custom', message });
  });

export const ScheduleName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'expected letters, digits, ".", "_" or "-", at most 100');

export const ScheduleSettings = z.strictObject({
  name: ScheduleName,
  /** The path of a plan file, relative to the configuration, the name of a plan in `plans`, or a plan. */
  plan: z.union([z.string().min(1), z.record(z.string(), z.unknown())], 'expected a path, a name or a plan'),
  input: z.unknown().optional(),
  /** Five fields, as in crontab. If both days are restricted, both must match. */
  cron: z.union([z.string(), z.array(z.string()).min(1)], 'expected a cron expression, or a list of them').optional(),
  /** Instead of `cron`: the interval, counted from 1970. */
  every: between('1s', '366d').optional(),
  /** An IANA name; default UTC. */
  timezone: z.string().optional(),
  /** What happens if the run before is still in progress; default `skip`. */
  overlap: Overlap.optional(),
  /** How late a run may start that was missed because the server was away; default one year. */
  catchupWindow: between('10s', '3650d').optional(),
  /** Each run starts at a random moment within this time after its own. */
  jitter: between('1s', '24h').optional(),
  /** Absent: as the server has it, so that `baton schedule pause` holds. */
  paused: z.boolean().optional(),
  tenant: z.unknown().optional(),
  budget: z.unknown().optional(),
  taskQueue: z.string().min(1).max(200).optional(),
});
export type ScheduleSettings = z.infer<typeof ScheduleSettings>;

/** The Schedule's id on the server. */
export const scheduleId = (project: string, name: string): string => `${schedulePrefix(project)}${name}`;
export const schedulePrefix = (project: string): string => `baton-schedule/${project}/`;

/** The memo keys of a Schedule: the project that made it; and of the runs that it starts: its definition. */
export const PROJECT_MEMO = 'batonProject';
export const SCHEDULE_MEMO = 'batonSchedule';

/** What the server's Schedule was made from, without the plan and the input, which are in the argument of its runs. */
export interface ScheduleDefinition extends Omit<ScheduleSettings, 'plan' | 'input' | 'paused'> {
  readonly project: string;
}
