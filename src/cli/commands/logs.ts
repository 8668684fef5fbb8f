import type { Command } from 'commander';
import type { Io } from '../terminal/io.js';
import { parseWhole, withJson, withServer } from '../arguments/options.js';
import type { LogsOptions } from '../logs/show-logs.js';

const MOST_LINES = 1_000_000;

export function define(command: Command, io: Io): void {
  withJson(withServer(command.argument('<run>', 'the id of a run')))
    .argument('[task]', 'only this task, item or call: scan, analyze[7], solve/scan')
    .option('-f, --follow', 'show what comes, until the run ends; Ctrl-C has no effect on the run')
    .option('--tail <count>', 'only the last entries', (value) => parseWhole('--tail', value, 1, MOST_LINES))
    .action(async (id: string, task: string | undefined, options: LogsOptions) => {
      const { showLogs } = await import('../logs/show-logs.js');
      await showLogs(io, id, task, options);
    });
}
