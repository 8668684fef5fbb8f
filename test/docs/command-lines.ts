// The command lines of an example, held against the commands and options that the program has.
import { CommanderError, type Command } from 'commander';
import { parse } from 'shell-quote';
import { createProgram } from '../../src/cli/program.js';
import { createIo } from '../../src/cli/terminal/io.js';

/** What is wrong with the first call of `baton` in the line; nothing if it has none. */
export async function commandProblem(line: string): Promise<string | undefined> {
  const words = batonWords(line);
  if (words === undefined) return undefined;
  const io = createIo({ stdout: process.stdout, stderr: process.stderr, env: {}, cwd: '.', colour: false });
  try {
    const program = await createProgram(words, io);
    disarm(program);
    await program.parseAsync(words, { from: 'user' });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return undefined;
    return error instanceof Error ? error.message : String(error);
  }
}

/** The arguments of `baton`, without `npx`, variables before it, and what comes after it in a pipe. */
function batonWords(line: string): string[] | undefined {
  const parts = parse(line, (name) => `$${name}`);
  const begin = parts.findIndex((part) => part === 'baton');
  const before = parts.slice(0, begin).filter((part) => typeof part === 'string' && !/^(npx|\w+=.*)$/.test(part));
  if (begin < 0 || before.length > 0) return undefined;
  const rest = parts.slice(begin + 1);
  const end = rest.findIndex((part) => typeof part !== 'string');
  return (end < 0 ? rest : rest.slice(0, end)).filter((part) => typeof part === 'string');
}

/** Arguments and options are checked, and nothing is done. */
function disarm(command: Command): void {
  command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  for (const one of command.commands) {
    one.action(() => undefined);
    disarm(one);
  }
}
