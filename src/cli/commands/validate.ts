import type { Command } from 'commander';
import { visibleName } from '../../domain/text/visible.js';
import type { ExitCode, Io } from '../terminal/io.js';
import { noteTroubleshooting } from '../terminal/troubleshooting.js';
import { withConfig, withJson, type JsonOption } from '../arguments/options.js';

interface ValidateOptions extends JsonOption {
  readonly config?: string;
}

export function define(command: Command, io: Io): void {
  withJson(withConfig(command.argument('<plan>', 'a plan file, YAML or JSON'))).action(
    async (file: string, options: ValidateOptions) => {
      io.exitCode = await validate(io, file, options);
    },
  );
}

/** With `--json`: `{ "valid": false, "problems": [{ "code", "path", "message", "hint"?, "file"?, "line"?, "column"? }] }`, and `warnings` if there are any. */
async function validate(io: Io, file: string, { config: named, json }: ValidateOptions): Promise<ExitCode> {
  const [{ loadProjectConfig }, { findProblems }, { formatPlaced, withPlaces }] = await Promise.all([
    import('../session/load-config.js'),
    import('../validate/find-problems.js'),
    import('../validate/places.js'),
  ]);
  const config = await loadProjectConfig(io, named);
  const found = await findProblems(file, config);
  const { warnings } = found;
  const problems = await withPlaces(found.problems, file);
  if (json === true)
    io.printJson({ valid: problems.length === 0, problems, ...(warnings.length === 0 ? {} : { warnings }) });
  else for (const warning of warnings) io.note(`${io.colours(io.stderr).yellow('warning:')} ${warning}`);
  if (json === true) return problems.length === 0 ? 0 : 2;
  if (problems.length === 0)
    io.print(
      `${visibleName(file)}: valid${config === undefined ? ' (agents not checked: there is no configuration here)' : ''}`,
    );
  else {
    const label = io.colours(io.stderr).red('error:');
    for (const problem of problems) io.note(`${label} ${formatPlaced(problem)}`);
    noteTroubleshooting(
      io,
      problems.map(({ code }) => code),
    );
  }
  return problems.length === 0 ? 0 : 2;
}
