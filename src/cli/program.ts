// Parses the command line, runs the command, and reports its errors.
import { Console } from 'node:console';
import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { Command, CommanderError } from 'commander';
import { didYouMean, shown } from '../domain/problem.js';
import { examplesText } from './commands/examples.js';
import { COMMANDS } from './commands/index.js';
import { columnsOf, wrap } from './terminal/fit.js';
import { createIo, type ExitCode, type Io } from './terminal/io.js';
import { printError, UsageError } from './terminal/errors.js';

const ABOUT = `
Exit codes: 0 completed, 1 the run failed or was cancelled, 2 rejected, 3 the server cannot be reached.
The server is the one that --address, TEMPORAL_ADDRESS or the configuration names, else that of this directory, else one of this
project on localhost:7233; else one is started in this directory.
`;

/** `args` are the arguments after the name of the program. Never rejects. */
export async function runCli(args: readonly string[]): Promise<ExitCode> {
  const typed = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  const { stdout, stderr, env } = process;
  const io = createIo({
    stdin: () => process.stdin,
    stdout,
    stderr,
    env,
    cwd: process.cwd(),
    colour: !typed.includes('--no-color'),
  });
  redirectConsole(io);
  const flags = { json: typed.includes('--json'), verbose: typed.includes('--verbose') };
  try {
    const program = await createProgram(typed, io);
    await program.parseAsync(args, { from: 'user' });
    return io.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      // Commander's message is "error: …", with a suggestion on a second line.
      const lines = error.message.replace(/^error: /, '').split('\n');
      const message = `${lines.map((line) => line.trim()).join(' ')}${optionPlace(error, args)}`;
      return error.code === 'commander.help' ? 2 : printError(io, new UsageError([message]), flags);
    }
    return printError(io, error, flags);
  }
}

/** Options that stand before the command are those of the program. */
function optionPlace({ code }: CommanderError, args: readonly string[]): string {
  const command = args.find((word) => COMMANDS.has(word));
  if (code !== 'commander.unknownOption' || command === undefined || args[0] === command) return '';
  return `; options of a command come after its name: baton ${command} ${args[0] ?? ''}`;
}

/** All commands. Only the typed one has its options and arguments. Throws UsageError. */
export async function createProgram(typed: readonly string[], io: Io): Promise<Command> {
  const program = new Command('baton')
    .description('Durable multi-agent orchestration on Temporal')
    .version(version(), '-V, --version')
    .option('--no-color', 'no colours')
    .option('--verbose', "print the log of Temporal's SDK, and the stack of an error")
    .addHelpText('after', () => wrap(ABOUT, columnsOf(io.stdout)).join('\n'))
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  const [first, second] = typed.filter((word) => !word.startsWith('-'));
  // For an unknown command, Commander would print the help of all commands.
  if (first === 'help' && second !== undefined && !COMMANDS.has(second)) {
    const hint = didYouMean(second, COMMANDS.keys());
    throw new UsageError([`help: there is no command ${shown(second)}${hint === undefined ? '' : `; ${hint}`}`]);
  }
  for (const [name, { summary, group, load }] of COMMANDS) {
    const command = program.command(name).description(summary).helpGroup(`${group}:`);
    // Completion knows the options of all commands.
    const isNeeded = first === name || first === 'complete' || (first === 'help' && second === name);
    if (!isNeeded) continue;
    (await load()).define(command, io);
    command.addHelpText('after', examplesText(name));
  }
  return program;
}

function version(): string {
  const about: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof about === 'object' && about !== null && 'version' in about ? String(about.version) : '';
}

/** Agents and configurations may call console.log. Their output goes to stderr, because stdout is for scripts. */
function redirectConsole(io: Io): void {
  let rest = '';
  const lines = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      const parts = `${rest}${chunk}`.split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) io.note(line);
      done();
    },
  });
  globalThis.console = new Console({ stdout: lines, stderr: lines });
}
