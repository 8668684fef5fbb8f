import type { Command } from 'commander';
import { printDone } from '../view/print-done.js';
import type { Io } from '../terminal/io.js';
import { withJson, withServer, type JsonOption, type ServerOptions } from '../arguments/options.js';
import { withRun } from '../session/with-session.js';

export function define(command: Command, io: Io): void {
  withJson(withServer(command.argument('<run>', 'the id of a run'))).action(
    async (id: string, options: ServerOptions & JsonOption) => {
      await withRun(io, { id, options }, (run) => run.cancel());
      printDone(io, { did: 'cancel', runId: id }, options);
    },
  );
}
