import type { Command } from 'commander';
import type { Io } from './io.js';
import { withJson, withServer, type JsonOption, type ServerOptions } from './options.js';

interface ResultOptions extends ServerOptions, JsonOption {
  readonly quiet?: boolean;
}

export function define(command: Command, io: Io): void {
  withJson(withServer(command.argument('<run>', "the run's id")))
    .option('--quiet', 'no summary on stderr')
    .action(async (id: string, options: ResultOptions) => {
      const { waitForResult } = await import('./wait-for-result.js');
      io.exitCode = await waitForResult(io, id, options);
    });
}
