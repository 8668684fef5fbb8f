import type { Command } from 'commander';
import type { Problem } from '../domain/problem.js';
import type { ExitCode, Io } from './io.js';
import { withConfig, withJson, type JsonOption } from './options.js';

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

/** With `--json`: `{ "valid": false, "problems": [{ "code", "path", "message", "hint"? }] }`. */
async function validate(io: Io, file: string, { config: named, json }: ValidateOptions): Promise<ExitCode> {
  const [{ loadConfig }, { formatProblem }] = await Promise.all([
    import('../config/load.js'),
    import('../domain/problem.js'),
  ]);
  const config = await loadConfig(io.cwd, named);
  const problems = await problemsOf(file, config);
  if (json === true) io.printJson({ valid: problems.length === 0, problems });
  else if (problems.length === 0)
    io.print(`${file}: valid${config === undefined ? ' (agents not checked: no configuration here)' : ''}`);
  else {
    const label = io.colours(io.stderr).red('error:');
    for (const problem of problems) io.note(`${label} ${formatProblem(problem)}`);
  }
  return problems.length === 0 ? 0 : 2;
}

async function problemsOf(
  path: string,
  known: Parameters<typeof import('../client/prepare.js').checkPlan>[1] = {},
): Promise<readonly Problem[]> {
  const [{ checkPlan }, { readPlanFile }, { InvalidPlanError }] = await Promise.all([
    import('../client/prepare.js'),
    import('../plan-file.js'),
    import('../domain/parse-plan.js'),
  ]);
  try {
    return checkPlan(await readPlanFile(path), known).problems;
  } catch (error) {
    if (error instanceof InvalidPlanError) return error.problems;
    throw error;
  }
}
