// The Schedule with which the workers of a project sweep. `baton schedule` neither lists nor removes it: it starts no run of a plan.
import { ScheduleNotFoundError, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { SWEEP, sweepScheduleId, type SweepRequest } from '../../domain/run/sweep.js';
import { PROJECT_MEMO } from '../../domain/schedule.js';

export interface SweepScheduleRequest {
  readonly project: string;
  /** That of the workers that sweep. */
  readonly taskQueue: string;
  /** Five fields, as in crontab, in UTC. */
  readonly cron: string;
  readonly sweep: SweepRequest;
}

export interface SweepSchedule {
  readonly id: string;
  readonly next: Date | undefined;
}

/** Makes the Schedule of the project, or changes the one that it has. */
export async function scheduleSweep(
  client: Client,
  { project, taskQueue, cron, sweep }: SweepScheduleRequest,
): Promise<SweepSchedule> {
  const id = sweepScheduleId(project);
  const schedule = {
    spec: { cronExpressions: [cron] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP },
    action: {
      type: 'startWorkflow' as const,
      workflowType: SWEEP,
      workflowId: id,
      taskQueue,
      args: [sweep],
      staticSummary: `sweep of ${project}`,
    },
  };
  const handle = client.schedule.getHandle(id);
  try {
    await handle.update(({ state }) => ({ ...schedule, state }));
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    await client.schedule.create({ ...schedule, scheduleId: id, memo: { [PROJECT_MEMO]: project } });
  }
  const { info } = await handle.describe();
  return { id, next: info.nextActionTimes[0] };
}

/** False if the project has none. */
export async function unscheduleSweep(client: Client, project: string): Promise<boolean> {
  try {
    await client.schedule.getHandle(sweepScheduleId(project)).delete();
    return true;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false;
    throw error;
  }
}
