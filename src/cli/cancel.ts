import type { Command } from 'commander';
import { acknowledge } from './acknowledge.js';
import type { Io } from './io.js';
import { withJson, withServer, type JsonOption, type ServerOptions } from './options.js';
import { shellWord } from './view/shell-word.js';
import { withRun } from './with-session.js';

export function define(command: Command, io: Io): void {
  withJson(withServer(command.argument('<run>', "the run's id"))).action(
    async (id: string, options: ServerOptions & JsonOption) => {
      await withRun(io, { id, options }, (run) => run.cancel());
      const words = `run ${id} was asked to cancel; it undoes what it did first: baton status ${shellWord(id)} --watch`;
      acknowledge(io, { did: 'cancel', runId: id }, { json: options.json, words });
    },
  );
}
