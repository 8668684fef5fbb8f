import type { Command } from 'commander';
import type { Io } from '../terminal/io.js';
import { withJson } from '../arguments/options.js';
import type { InitOptions } from '../init/init.js';

export function define(command: Command, io: Io): void {
  withJson(command.argument('[dir]', 'an empty folder, or a new one', '.'))
    .option('--template <name>', 'command, typescript, python or llm', 'command')
    .option(
      '--package <spec>',
      'the version or the file of baton-orchestrator that the project uses; default: this version',
    )
    .action(async (directory: string, options: InitOptions) => {
      const { init } = await import('../init/init.js');
      await init(io, directory, options);
    });
}
