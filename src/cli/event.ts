import type { Command } from 'commander';
import { acknowledge } from './acknowledge.js';
import type { Io } from './io.js';
import { readJsonArgument } from './json-argument.js';
import { parseName, withJson, withServer, type JsonOption, type ServerOptions } from './options.js';
import { withRun } from './with-session.js';

interface EventOptions extends ServerOptions, JsonOption {
  readonly data?: string;
}

export function define(command: Command, io: Io): void {
  withJson(withServer(command.argument('<run>', "the run's id").argument('<name>', "the event's name")))
    .option('--data <json|@file>', 'what the task gets as its output; default null')
    .action(async (id: string, name: string, options: EventOptions) => {
      const event = parseName('NAME', name);
      const data = options.data === undefined ? null : await readJsonArgument('--data', options.data, io.cwd);
      await withRun(io, { id, options }, (run) => run.deliverEvent(event, data));
      acknowledge(io, { did: 'event', runId: id, event }, { json: options.json, words: `delivered: ${event}` });
    });
}
