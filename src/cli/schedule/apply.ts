// `schedule apply`: shows the difference between configuration and server, asks, and applies it.
import { applySchedules, planSchedules, type ScheduleChange } from '../../client/schedules/apply.js';
import { prepareSchedules } from '../../client/schedules/prepare-schedule.js';
import { MAX_STORED_VALUE_BYTES } from '../../domain/json/byte-size.js';
import { visibleLine } from '../../domain/text/visible.js';
import { storesValues } from '../../values.js';
import { confirm } from '../terminal/confirm.js';
import { NO_CONFIG, UsageError } from '../terminal/errors.js';
import type { Io } from '../terminal/io.js';
import { inScheduleSession, type ApplyOptions } from './options.js';

const SIGNS = { create: '+', update: '~', delete: '-', keep: ' ' } as const;

export async function apply(io: Io, options: ApplyOptions): Promise<void> {
  await inScheduleSession(io, options, async ({ baton: { client }, config, project }) => {
    if (config === undefined) throw new UsageError([NO_CONFIG]);
    const valueLimit = storesValues(client.options.loadedDataConverter) ? MAX_STORED_VALUE_BYTES : undefined;
    const terms = { project, taskQueue: config.taskQueue, valueLimit };
    const wanted = prepareSchedules(config.schedules, config, terms);
    const plan = await planSchedules(client, project, wanted);
    const { changes } = plan;
    const report = (applied: boolean): void => {
      if (options.json === true) io.printJson({ project, changes, applied });
      else if (applied) io.note(`applied: ${countText(changes)}`);
    };
    if (changes.length === 0) {
      if (options.json !== true) io.note(`no changes: the server has the schedules of the configuration`);
      return report(false);
    }
    for (const line of changes.flatMap(changeLines)) (options.json === true ? io.note : io.print)(line);
    if (options.dryRun === true) return report(false);
    if (options.yes !== true && !(await confirm(io, `apply these changes to project ${project}?`, 'apply changes'))) {
      io.note('nothing was changed');
      io.exitCode = 1;
      return report(false);
    }
    await applySchedules(client, project, plan);
    report(true);
  });
}

const changeLines = ({ action, name, changes }: ScheduleChange): string[] => [
  `${SIGNS[action]} ${name}: ${action}`,
  ...changes.map((change) => `    ${visibleLine(change)}`),
];

function countText(changes: readonly ScheduleChange[]): string {
  const counts = (['create', 'update', 'delete'] as const).map((action) => {
    const { length } = changes.filter((one) => one.action === action);
    return length === 0 ? [] : [`${length} ${action}d`];
  });
  return counts.flat().join(', ');
}
