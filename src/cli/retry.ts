import type { Command } from 'commander';
import { acknowledge } from './acknowledge.js';
import type { Io } from './io.js';
import { withJson, withServer, type JsonOption, type ServerOptions } from './options.js';
import { withRun } from './with-session.js';

export function define(command: Command, io: Io): void {
  withJson(withServer(command.argument('<run>', "the run's id").argument('<task>', 'its task'))).action(
    async (id: string, task: string, options: ServerOptions & JsonOption) => {
      await withRun(io, { id, options }, (run) => run.retryTask(task));
      acknowledge(io, { did: 'retry', runId: id, task }, { json: options.json, words: `tried again: : ${task}` });
    },
  );
}
