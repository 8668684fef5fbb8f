import type { Command } from 'commander';
import { OVERLAPS } from '../../domain/schedule.js';
import { parseName, withJson, withProject, withServer } from '../arguments/options.js';
import type {
  ApplyOptions,
  BackfillOptions,
  NoteOptions,
  OverlapOption,
  ScheduleOptions,
} from '../schedule/options.js';
import type { Io } from '../terminal/io.js';

const OVERLAP = '--overlap <policy>';
const overlapHelp = (otherwise: string) => `${OVERLAPS.join(', ')}; default ${otherwise}`;

export function define(command: Command, io: Io): void {
  const sub = (name: string, summary: string): Command =>
    withJson(withProject(withServer(command.command(name).description(summary))));
  const named = (name: string, summary: string): Command =>
    sub(name, summary).argument('<schedule>', 'the name of a schedule', (value: string) =>
      parseName('SCHEDULE', value),
    );

  sub('apply', 'make the schedules on the server those of the configuration; shows the difference first, then asks')
    .option('--yes', 'do not ask; needed without a terminal')
    .option('--dry-run', 'only show the difference')
    .action(async (options: ApplyOptions) => (await import('../schedule/apply.js')).apply(io, options));
  sub('list', 'list the schedules of this project on the server').action(async (options: ScheduleOptions) =>
    (await import('../schedule/show.js')).list(io, options),
  );
  named('show', 'show a schedule, its next times and its last runs').action(
    async (name: string, options: ScheduleOptions) => (await import('../schedule/show.js')).show(io, name, options),
  );
  for (const [verb, summary] of [
    ['pause', 'start no runs until the schedule is resumed'],
    ['resume', 'start runs again'],
  ] as const) {
    named(verb, summary)
      .option('--note <text>', 'why, for those who read it later')
      .action(async (name: string, options: NoteOptions) =>
        (await import('../schedule/change.js')).setPaused(io, name, verb === 'pause', options),
      );
  }
  named('trigger', 'start a run now')
    .option(OVERLAP, overlapHelp('that of the schedule'))
    .action(async (name: string, options: OverlapOption) =>
      (await import('../schedule/change.js')).trigger(io, name, options),
    );
  named('backfill', 'start the runs of a time that has passed')
    .requiredOption('--from <time>', 'ISO 8601; a run at this time is included')
    .requiredOption('--to <time>', 'ISO 8601; a run at this time is included')
    .option(OVERLAP, overlapHelp('buffer-all: one after the other'))
    .action(async (name: string, options: BackfillOptions) =>
      (await import('../schedule/change.js')).backfill(io, name, options),
    );
  named('delete', 'remove a schedule from the server; its runs stay').action(
    async (name: string, options: ScheduleOptions) => (await import('../schedule/change.js')).remove(io, name, options),
  );
}
