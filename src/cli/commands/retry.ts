import type { Command } from 'commander';
import { withJson, withServer, type JsonOption, type ServerOptions } from '../arguments/options.js';
import { readQuery, withQuery, type ManyOptions } from '../many/options.js';
import { withRun } from '../session/with-session.js';
import type { Io } from '../terminal/io.js';
import { printDone } from '../view/print-done.js';

export function define(command: Command, io: Io): void {
  const named = command.argument('[run]', 'the id of a run').argument('[task]', 'the id of one of its tasks');
  withQuery(withJson(withServer(named))).action(
    async (id: string | undefined, task: string | undefined, options: ServerOptions & JsonOption & ManyOptions) => {
      const query = readQuery([id, task], options);
      const { reason } = options;
      if (query === undefined) {
        await withRun(io, { id: id!, options }, (run) => run.retryTask(task!, { reason }));
        return printDone(io, { did: 'retry', runId: id!, task: task! }, options);
      }
      const [{ actOnMany }, { retryRun }] = await Promise.all([
        import('../many/act-on-many.js'),
        import('../../client/retry-run.js'),
      ]);
      await actOnMany<{ tasks: string[] }>(io, options, {
        ...{ did: 'retry', verb: 'retry all calls that wait for their next attempt in', query, which: 'open' },
        text: ({ tasks }) =>
          tasks.length === 0 ? 'no call waits for its next attempt' : `retried: ${tasks.join(', ')}`,
        act: async (runId, { baton }) => ({
          tasks: await retryRun(baton.run(runId), (sub) => baton.run(sub), reason),
        }),
      });
    },
  );
}
