// From a schedule of the configuration to the Schedule of the server. Its plan and input are checked as those of a run that starts now.
import { ScheduleOverlapPolicy, type ScheduleOptions } from '@temporalio/client';
import { durationMs } from '../../domain/duration.js';
import { defined } from '../../domain/json/defined.js';
import { InvalidPlanError } from '../../domain/plan/parse.js';
import { formatProblem } from '../../domain/problem.js';
import { ORCHESTRATE } from '../../domain/run/input.js';
import { SCHEDULE_MEMO, type Overlap, type ScheduleDefinition, type ScheduleSettings } from '../../domain/schedule.js';
import { DEFAULT_TASK_QUEUE } from '../../domain/task-queue.js';
import { describedRun, type RunRequest, type Searchable } from '../../temporal/run-options.js';
import type { KnownAgents } from '../check-plan.js';
import { withCorrelation } from '../correlation.js';
import { InvalidInputError } from '../errors.js';
import { prepareRun, type PreparedRun } from '../prepare-run.js';

/** A schedule of the configuration, with its plan. */
export type GivenSchedule = Omit<ScheduleSettings, 'plan'> & { readonly plan: unknown };

export interface PreparedSchedule {
  readonly definition: ScheduleDefinition;
  readonly request: PreparedRun;
  readonly paused?: boolean;
}

export interface ScheduleTerms {
  readonly project: string;
  /** Of runs whose schedule names none. */
  readonly taskQueue?: string | undefined;
  readonly valueLimit?: number | undefined;
}

/** Throws InvalidInputError with the problems of all schedules. */
export function prepareSchedules(
  given: readonly GivenSchedule[],
  known: KnownAgents,
  terms: ScheduleTerms,
): PreparedSchedule[] {
  const problems: string[] = [];
  const prepared = given.flatMap((one) => {
    try {
      return [prepareSchedule(one, known, terms)];
    } catch (error) {
      problems.push(...problemsOf(error).map((problem) => `schedule ${one.name}: ${problem}`));
      return [];
    }
  });
  if (problems.length > 0) throw new InvalidInputError(problems);
  return prepared;
}

function prepareSchedule(
  { plan, input, paused, ...rest }: GivenSchedule,
  known: KnownAgents,
  { project, taskQueue = DEFAULT_TASK_QUEUE, valueLimit }: ScheduleTerms,
): PreparedSchedule {
  const { budget, tenant } = rest;
  const request = withCorrelation(prepareRun(plan, input, known, { ...defined({ valueLimit }), budget, tenant }), {});
  const definition = JSON.parse(JSON.stringify({ taskQueue, ...rest, project })) as ScheduleDefinition;
  return { definition, request, ...defined({ paused }) };
}

function problemsOf(error: unknown): readonly string[] {
  if (error instanceof InvalidPlanError) return error.problems.map(formatProblem);
  if (error instanceof InvalidInputError) return error.problems;
  throw error;
}

type ServerSchedule = Pick<ScheduleOptions, 'spec' | 'policies' | 'action'>;

export function toServerSchedule(definition: ScheduleDefinition, request: RunRequest, run: Searchable): ServerSchedule {
  const { name, cron, every, timezone, jitter, overlap = 'skip', catchupWindow, taskQueue } = definition;
  const { memo, ...described } = describedRun(request);
  const action = {
    type: 'startWorkflow' as const,
    workflowType: ORCHESTRATE,
    // The server appends the time.
    workflowId: name,
    taskQueue: taskQueue ?? DEFAULT_TASK_QUEUE,
    memo: { ...memo, [SCHEDULE_MEMO]: definition },
    ...described,
    ...run,
  };
  return {
    spec: {
      ...(cron === undefined ? {} : { cronExpressions: [cron].flat() }),
      ...(every === undefined ? {} : { intervals: [{ every: durationMs(every) }] }),
      ...defined({ timezone, jitter: msOf(jitter) }),
    },
    policies: { overlap: overlapPolicy(overlap), ...defined({ catchupWindow: msOf(catchupWindow) }) },
    // The types of the SDK lack `priority`, which it sends.
    action,
  };
}

const msOf = (duration: string | undefined): number | undefined =>
  duration === undefined ? undefined : durationMs(duration);

export const overlapPolicy = (overlap: Overlap): ScheduleOverlapPolicy =>
  ScheduleOverlapPolicy[overlap.toUpperCase().replaceAll('-', '_') as keyof typeof ScheduleOverlapPolicy];
