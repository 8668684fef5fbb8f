import type { Command } from 'commander';
import type { Io } from '../terminal/io.js';
import { withJson, withServer, type JsonOption, type ServerOptions } from '../arguments/options.js';

interface ResultOptions extends ServerOptions, JsonOption {
  readonly quiet?: boolean;
}

export function define(command: Command, io: Io): void {
  withJson(withServer(command.argument('<run>', 'the id of a run')))
    .option('--quiet', 'print no summary on stderr')
    .action(async (id: string, options: ResultOptions) => {
      const { waitForResult } = await import('../observe/wait-for-result.js');
      io.exitCode = await waitForResult(io, id, options);
    });
}
