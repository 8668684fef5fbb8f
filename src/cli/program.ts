// The command line as a whole: which command was typed, and how it ends.
import { Console } from 'node:console';
import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { Command, CommanderError } from 'commander';
import { didYouMean, got } from '../domain/problem.js';
import { COMMANDS } from './commands.js';
import { createIo, type ExitCode, type Io } from './io.js';
import { refuse, UsageError } from './refusal.js';

const ABOUT = `
Exit codes: 0 completed, 1 the run failed or was cancelled, 2 refused, 3 the server cannot be reached.
A server is found by --address, TEMPORAL_ADDRESS or the configuration, else on localhost:7233; else one is started here.
`;

/** `args` are those after the program. Never rejects. */
export async function runCli(args: readonly string[]): Promise<ExitCode> {
  const typed = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  const { stdout, stderr, env } = process;
  const io = createIo({ stdout, stderr, env, cwd: process.cwd(), colour: !typed.includes('--no-color') });
  keepStdoutForScripts(io);
  const flags = { json: typed.includes('--json'), verbose: typed.includes('--verbose') };
  try {
    const program = await createProgram(typed, io);
    await program.parseAsync(args, { from: 'user' });
    return io.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      // Its own words were "error: …", with a suggestion on a second line.
      const message = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
      return error.code === 'commander.help' ? 2 : refuse(io, new UsageError([message]), flags);
    }
    return refuse(io, error, flags);
  }
}

async function createProgram(typed: readonly string[], io: Io): Promise<Command> {
  const program = new Command('baton')
    .description('Durable multi-agent orchestration on Temporal')
    .version(version(), '-V, --version')
    .option('--no-color', 'no colours')
    .option('--verbose', "the log of Temporal's SDK, and the trace of an error")
    .addHelpText('after', ABOUT)
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  const [first, second] = typed.filter((word) => !word.startsWith('-'));
  // Commander would print the help of all commands, as if nothing were wrong.
  if (first === 'help' && second !== undefined && !COMMANDS.has(second)) {
    const hint = didYouMean(second, COMMANDS.keys());
    throw new UsageError([`help: there is no command ${got(second)}${hint === undefined ? '' : `; ${hint}`}`]);
  }
  for (const [name, { summary, group, load }] of COMMANDS) {
    const command = program.command(name).description(summary).helpGroup(`${group}:`);
    if (first === name || (first === 'help' && second === name)) (await load()).define(command, io);
  }
  return program;
}

function version(): string {
  const about: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof about === 'object' && about !== null && 'version' in about ? String(about.version) : '';
}

/** Agents and configurations are code of others, and console.log is how people debug. */
function keepStdoutForScripts(io: Io): void {
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
