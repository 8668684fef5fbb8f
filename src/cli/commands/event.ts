import type { Command } from 'commander';
import { defined } from '../../domain/json/defined.js';
import { MAX_EVENT_NAME } from '../../domain/plan/plan.js';
import { MAX_EVENT_ID } from '../../domain/run/message-limits.js';
import { printDone } from '../view/print-done.js';
import type { Io } from '../terminal/io.js';
import { readJsonArgument } from '../arguments/json-argument.js';
import { parseName, withJson, withServer, type JsonOption, type ServerOptions } from '../arguments/options.js';
import { withRun } from '../session/with-session.js';

interface EventOptions extends ServerOptions, JsonOption {
  readonly data?: string;
  readonly id?: string;
}

export function define(command: Command, io: Io): void {
  withJson(withServer(command.argument('<run>', 'the id of a run').argument('<name>', 'the name of the event')))
    .option('--data <json|@file>', 'the output of the task that waits for the event; default null')
    .option('--id <id>', 'the id of the event: if it is sent again under the same id, it is received once')
    .action(async (run: string, name: string, options: EventOptions) => {
      const event = parseName('NAME', name, MAX_EVENT_NAME);
      const id = options.id === undefined ? undefined : parseName('--id', options.id, MAX_EVENT_ID);
      const data = options.data === undefined ? null : await readJsonArgument('--data', options.data, io.cwd);
      // Before a server is looked for.
      (await import('../../client/messages.js')).checkEvent({ name: event, data });
      const delivery = await withRun(io, { id: run, options }, (handle) =>
        handle.deliverEvent(event, data, defined({ id })),
      );
      const { state, tasks } = delivery;
      printDone(io, { did: 'event', runId: run, event, state, tasks }, options);
    });
}
