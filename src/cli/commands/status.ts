import type { Command } from 'commander';
import type { Io } from '../terminal/io.js';
import { withJson, withServer, type JsonOption, type ServerOptions } from '../arguments/options.js';

interface StatusOptions extends ServerOptions, JsonOption {
  readonly watch?: boolean;
}

export function define(command: Command, io: Io): void {
  withJson(withServer(command.argument('<run>', 'the id of a run')))
    .option('--watch', 'update until the run ends; Ctrl-C stops watching and has no effect on the run')
    .action(async (id: string, options: StatusOptions) => {
      if (options.watch === true) {
        const { watchRun } = await import('../observe/watch.js');
        return await watchRun(io, id, options);
      }
      const [{ reportRun }, { screenLines }, { taskCauseLines }, { wrap }] = await Promise.all([
        import('../observe/report-run.js'),
        import('../view/screen.js'),
        import('../view/cause-lines.js'),
        import('../terminal/fit.js'),
      ]);
      const { facts, result, subRuns, now } = await reportRun(io, id, options);
      if (options.json === true) return io.printJson(result);
      const columns = io.stdout.isTTY ? io.stdout.columns || 80 : Infinity;
      const size = { columns, rows: Infinity };
      const paint = io.colours(io.stdout);
      const causes = taskCauseLines(result)
        .flatMap((line) => wrap(line, columns))
        .map((line) => (line.startsWith(' ') ? paint.dim(line) : line));
      const lines = screenLines({ snapshot: result, subRuns, facts, now }, size, paint);
      io.print([...lines, ...(causes.length === 0 ? [] : ['', ...causes])].join('\n'));
    });
}
