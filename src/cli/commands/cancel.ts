import type { Command } from 'commander';
import { withJson, withServer, type JsonOption, type ServerOptions } from '../arguments/options.js';
import { readQuery, withQuery, type ManyOptions } from '../many/options.js';
import { withRun } from '../session/with-session.js';
import type { Io } from '../terminal/io.js';
import { printDone } from '../view/print-done.js';

export function define(command: Command, io: Io): void {
  withQuery(withJson(withServer(command.argument('[run]', 'the id of a run')))).action(
    async (id: string | undefined, options: ServerOptions & JsonOption & ManyOptions) => {
      const query = readQuery([id], options);
      const { reason } = options;
      if (query === undefined) {
        await withRun(io, { id: id!, options }, (run) => run.cancel({ reason }));
        return printDone(io, { did: 'cancel', runId: id! }, options);
      }
      const { actOnMany } = await import('../many/act-on-many.js');
      await actOnMany(io, options, {
        ...{ did: 'cancel', verb: 'cancel', query, which: 'open' },
        text: () => 'cancelling; it undoes its work first',
        act: async (runId, { baton }) => {
          await baton.run(runId).cancel({ reason });
          return {};
        },
      });
    },
  );
}
