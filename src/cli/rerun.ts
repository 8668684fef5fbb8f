import type { Command } from 'commander';
import type { Io } from './io.js';
import { runPrepared, withRunOptions, type RunOptions } from './run.js';
import { withRun } from './with-session.js';

interface RerunOptions extends RunOptions {
  readonly from?: readonly string[];
  readonly plan?: string;
}

export function define(command: Command, io: Io): void {
  withRunOptions(command.argument('<run>', "the old run's id"), "default: the old run's")
    .option('--from <task...>', 'run these and all that depends on them anew, whether they have changed or not')
    .option('--plan <file>', "a plan file, YAML or JSON; default: the old run's plan")
    .action(async (id: string, _options: RerunOptions, self: Command) => {
      const options = self.optsWithGlobals<RerunOptions>();
      const { from, plan } = options;
      const [{ prepare }, { readPlanFile }] = await Promise.all([
        import('./run/prepare.js'),
        import('../plan-file.js'),
      ]);
      // The server that the old run is on stays until the new one has ended.
      await withRun(io, { id, options }, async (run, { baton }) => {
        const started = await baton.startOf(run.id);
        const toFork = { run: run.id, started, ...(from === undefined ? {} : { from }) };
        const readPlan = () => (plan === undefined ? started.plan : readPlanFile(plan));
        await runPrepared(io, await prepare(io, readPlan, options, toFork));
      });
    });
}
