// `schedule list` and `schedule show`.
import { listSchedules, requireSchedule, type ServerSchedule } from '../../client/schedules/server-schedules.js';
import { visibleLine } from '../../domain/text/visible.js';
import { columnsOf } from '../terminal/fit.js';
import type { Io } from '../terminal/io.js';
import { textTable } from '../terminal/text-table.js';
import { inScheduleSession, type ScheduleOptions } from './options.js';

/** The plan as a name, because the plan itself is in the configuration. */
function summaryOf({ name, definition, request, description }: ServerSchedule) {
  const { state, info, policies } = description;
  const { cron, every, timezone = 'UTC', overlap = 'skip', taskQueue } = definition;
  const plan = request.plan as { readonly name?: string };
  return {
    name,
    plan: plan.name ?? '',
    cron: cron ?? null,
    every: every ?? null,
    timezone: cron === undefined ? null : timezone,
    overlap,
    taskQueue,
    catchupWindowMs: policies.catchupWindow,
    paused: state.paused,
    note: state.note ?? null,
    next: info.nextActionTimes.map((time) => time.toISOString()),
    runs: info.recentActions.map(({ scheduledAt, action }) => ({
      runId: action.workflow.workflowId,
      scheduledAt: scheduledAt.toISOString(),
    })),
    running: info.runningActions.map(({ workflow }) => workflow.workflowId),
    skipped: info.numActionsSkippedOverlap,
    missed: info.numActionsMissedCatchupWindow,
    input: request.input ?? null,
  };
}

type Summary = ReturnType<typeof summaryOf>;

const whenText = ({ cron, every, timezone }: Summary): string =>
  cron === null ? `every ${every}` : `${[cron].flat().join(' · ')} ${timezone ?? ''}`;

export async function list(io: Io, options: ScheduleOptions): Promise<void> {
  const [project, found] = await inScheduleSession(io, options, async ({ baton, project }) => [
    project,
    (await listSchedules(baton.client, project)).map(summaryOf),
  ]);
  if (options.json === true) return io.printJson({ project, schedules: found });
  if (found.length === 0)
    return io.note(
      `project ${project} has no schedules on this server; "baton schedule apply" brings those of the configuration there`,
    );
  const rows = found.map((one) => [
    one.name,
    one.plan,
    whenText(one),
    one.paused ? 'paused' : (one.next[0] ?? 'never'),
    one.runs.at(-1)?.runId ?? '',
  ]);
  const cells = [['SCHEDULE', 'PLAN', 'WHEN', 'NEXT', 'LAST RUN'], ...rows.map((row) => row.map(visibleLine))];
  io.print(textTable(cells, { width: columnsOf(io.stdout), cut: { PLAN: 8 }, drop: ['PLAN', 'WHEN'] }));
}

/** More times and runs are in the output of `--json`. */
const SHOWN = 5;

export async function show(io: Io, name: string, options: ScheduleOptions): Promise<void> {
  const one = await inScheduleSession(io, options, async ({ baton, project }) =>
    summaryOf(await requireSchedule(baton.client, project, name)),
  );
  if (options.json === true) return io.printJson(one);
  const lines = [
    `${one.name}: plan ${one.plan}, ${whenText(one)}, overlap ${one.overlap}`,
    one.paused
      ? `paused${one.note === null || one.note === '' ? '' : `: ${one.note}`}`
      : `next: ${one.next.slice(0, SHOWN).join(', ')}`,
    ...(one.running.length === 0 ? [] : [`in progress: ${one.running.join(', ')}`]),
    ...(one.skipped === 0 ? [] : [`skipped because the run before was in progress: ${one.skipped}`]),
    ...(one.missed === 0
      ? []
      : [`missed because the server was away for longer than the catch-up window: ${one.missed}`]),
    ...one.runs.slice(-SHOWN).map(({ runId }) => `run: ${runId}`),
  ];
  io.print(lines.map(visibleLine).join('\n'));
}
