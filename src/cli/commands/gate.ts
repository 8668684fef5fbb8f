import type { Command } from 'commander';
import { parseWhole, withJson, withServer } from '../arguments/options.js';
import type { GateOptions } from '../gate/options.js';
import type { Io } from '../terminal/io.js';

const MAX_CLOSED = 1_000_000;

export function define(command: Command, io: Io): void {
  withJson(withServer(command))
    .option('--open', 'the histories of all Workflows in progress; the default, with --closed 100')
    .option('--closed <count>', 'the newest histories of Workflows that have ended', (value) =>
      parseWhole('--closed', value, 0, MAX_CLOSED),
    )
    .option('--histories <dir>', 'the histories in the files *.json of a directory')
    .action(async (options: GateOptions) => {
      const { runGate } = await import('../gate/run-gate.js');
      await runGate(io, options);
    });
}
