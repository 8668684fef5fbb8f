import type { Command } from 'commander';
import { defined } from '../../domain/json/defined.js';
import type { Io } from '../terminal/io.js';
import { withRunOptions, type RunOptions } from '../run/options.js';
import { executeStart } from '../run/start.js';
import { withRun } from '../session/with-session.js';

interface RerunOptions extends RunOptions {
  readonly from?: readonly string[];
  readonly plan?: string;
}

export function define(command: Command, io: Io): void {
  withRunOptions(command.argument('<run>', 'the id of the old run'), 'default: the input of the old run')
    .option('--from <task...>', 'run these tasks and everything that depends on them again, even if unchanged')
    .option('--plan <file>', 'a plan file, YAML or JSON; default: the plan of the old run')
    .action(async (id: string, _options: RerunOptions, self: Command) => {
      const options = self.optsWithGlobals<RerunOptions>();
      const { from, plan } = options;
      const [{ prepareStart }, { readPlanFile }] = await Promise.all([
        import('../run/prepare.js'),
        import('../../plan-file.js'),
      ]);
      // This session keeps the server of the old run until the new run has ended.
      await withRun(io, { id, options }, async (run, { baton }) => {
        const old = await baton.startOf(run.id);
        const readPlan = () => (plan === undefined ? old.plan : readPlanFile(plan));
        await executeStart(io, await prepareStart(io, readPlan, options, { run: run.id, old, ...defined({ from }) }));
      });
    });
}
