import type { Command } from 'commander';
import { withRunOptions, type RunOptions } from '../run/options.js';
import { executeStart } from '../run/start.js';
import type { Io } from '../terminal/io.js';

export function define(command: Command, io: Io): void {
  withRunOptions(command.argument('<plan>', 'a plan file, YAML or JSON')).action(
    async (file: string, _options: RunOptions, self: Command) => {
      const options = self.optsWithGlobals<RunOptions>();
      const [{ prepareStart }, { readPlanFile }, { placingProblems }] = await Promise.all([
        import('../run/prepare.js'),
        import('../../plan-file.js'),
        import('../validate/places.js'),
      ]);
      const prepared = await placingProblems(file, () => prepareStart(io, () => readPlanFile(file), options));
      await executeStart(io, prepared);
    },
  );
}
