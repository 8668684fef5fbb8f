// Reads the schedules of a configuration, with their plans.
import { resolve } from 'node:path';
import { z } from 'zod';
import { issueLines } from '../domain/json/issue-lines.js';
import { InvalidPlanError } from '../domain/plan/parse.js';
import { formatPath, formatProblem, shown } from '../domain/problem.js';
import { ScheduleSettings } from '../domain/schedule.js';
import { readPlanFile } from '../plan-file.js';
import { cronFault, timezoneFault } from './calendar.js';
import { ConfigError } from './error.js';
import type { ConfigLocation } from './read-agents.js';

/** The part of a configuration that is read here. */
const Part = z.object({ schedules: z.array(ScheduleSettings) });

/** A schedule whose plan has been read. */
export interface LoadedSchedule extends Omit<ScheduleSettings, 'plan'> {
  readonly plan: unknown;
}

/** Throws a ConfigError with the problems of all schedules. */
export async function readSchedules(
  entries: readonly unknown[],
  plans: ReadonlyMap<string, unknown>,
  { name, directory }: ConfigLocation,
): Promise<LoadedSchedule[]> {
  const problems: string[] = [];
  const read: LoadedSchedule[] = [];
  for (const [index, entry] of entries.entries()) {
    const where = (path: readonly PropertyKey[], message: string): void =>
      void problems.push(`${name}: ${formatPath(['schedules', index, ...path.map(String)])}: ${message}`);
    const parsed = ScheduleSettings.safeParse(entry);
    if (!parsed.success) {
      const issues = parsed.error.issues.map((issue) => ({ ...issue, path: ['schedules', index, ...issue.path] }));
      problems.push(
        ...issueLines(issues, { schema: Part, raw: { schedules: entries } }).map((line) => `${name}: ${line}`),
      );
      continue;
    }
    const settings = parsed.data;
    for (const [path, message] of faultsOf(settings)) where(path, message);
    if (read.some((other) => other.name === settings.name))
      where(['name'], `expected a name that no other schedule has, got ${shown(settings.name)} again`);
    try {
      read.push({ ...settings, plan: await readPlan(settings.plan, plans, directory) });
    } catch (error) {
      if (!(error instanceof InvalidPlanError)) throw error;
      for (const problem of error.problems) where(['plan'], formatProblem(problem));
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return read;
}

function faultsOf({ cron, every, timezone }: ScheduleSettings): (readonly [path: string[], message: string])[] {
  const faults: (readonly [string[], string])[] = [];
  if ((cron === undefined) === (every === undefined))
    faults.push([[], 'expected either cron or every, to say when the plan runs']);
  if (every !== undefined && timezone !== undefined)
    faults.push([['timezone'], 'expected no time zone together with every: an interval is counted from 1970, in UTC']);
  const expressions = typeof cron === 'string' ? [cron] : (cron ?? []);
  for (const [at, expression] of expressions.entries()) {
    const fault = cronFault(expression);
    if (fault !== undefined) faults.push([typeof cron === 'string' ? ['cron'] : ['cron', String(at)], fault]);
  }
  const fault = timezone === undefined ? undefined : timezoneFault(timezone);
  if (fault !== undefined) faults.push([['timezone'], fault]);
  return faults;
}

async function readPlan(
  plan: ScheduleSettings['plan'],
  plans: ReadonlyMap<string, unknown>,
  directory: string,
): Promise<unknown> {
  if (typeof plan !== 'string') return plan;
  return plans.has(plan) ? plans.get(plan) : await readPlanFile(resolve(directory, plan));
}
