import type { Command } from 'commander';
import type { Io } from '../terminal/io.js';
import { withJson, withServer } from '../arguments/options.js';
import { withDetach, withForeground, type RunOptions } from '../run/options.js';
import { executeStart } from '../run/start.js';
import { withRun } from '../session/with-session.js';

export function define(command: Command, io: Io): void {
  const withArgument = command.argument('<run>', 'the id of a run that has ended with debt');
  withForeground(withDetach(withJson(withServer(withArgument)))).action(
    async (id: string, _options: RunOptions, self: Command) => {
      const options = self.optsWithGlobals<RunOptions>();
      const [{ loadProjectConfig }, { findLatestAttempt }, { ownQueue }] = await Promise.all([
        import('../session/load-config.js'),
        import('../../client/compensate.js'),
        import('../arguments/project-queue.js'),
      ]);
      const config = await loadProjectConfig(io, options.config);
      await withRun(io, { id, options }, async (run, { baton }) => {
        // Rejects what can be rejected before a worker is started.
        await findLatestAttempt(baton.client, run.id);
        await executeStart(io, {
          options,
          config,
          begin: (baton) => baton.compensateOrFind(run.id),
          // The workers of the old run have its agents.
          namedQueue: (await run.describe()).taskQueue,
          ownQueue: ownQueue({ configPath: config?.path, directory: io.cwd }),
        });
      });
    },
  );
}
