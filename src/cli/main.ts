#!/usr/bin/env node
// Runs a command, and exits when it is done even if handles are still open.
import nodeModule from 'node:module';
import { COMMANDS } from './commands/index.js';

// The compile cache of Node 22 and later halves the start-up time.
const { enableCompileCache }: typeof nodeModule & { enableCompileCache?: () => void } = nodeModule;
enableCompileCache?.();

/** The output was lost: the disk of the file that it goes to is full. */
let lost: Error | undefined;
for (const stream of [process.stdout, process.stderr]) {
  // A reader that has closed the pipe (`| head`), or a closed terminal, does not stop a run.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (stream === process.stdout && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) lost ??= error;
  });
}

const args = process.argv.slice(2);
const command = COMMANDS.get(args.find((word) => !word.startsWith('-')) ?? '');
// The bundle loads in a fraction of the time. An agent must get the copy of this package that calls it, and not that of the bundle.
const program: string = command?.hostsWorker === true ? './program.js' : './bundle/program.js';
const { runCli } = (await import(program)) as typeof import('./program.js');
process.on('unhandledRejection', (reason) => {
  console.error(`unhandled rejection: ${reason instanceof Error ? reason.message : String(reason)}`);
});
// Node.js would print the text of the error as it is. An agent in this process may throw anything.
process.on('uncaughtException', (error: unknown) => {
  console.error(`unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exit(1);
});
const exitCode = await runCli(args);
const flushed = [process.stdout, process.stderr].map(
  (stream) => new Promise<void>((resolve) => stream.write('', () => resolve())),
);
await Promise.all(flushed);
if (lost === undefined) process.exit(exitCode);
process.stderr.write(`error: the output could not be written: ${lost.message}\n`);
process.exit(exitCode === 0 ? 2 : exitCode);
