// Real systems for tests and examples, on free ports of 127.0.0.1: `npm run systems -- up redis kafka`, `down`, `status`.
import { Argument, Command, Option } from 'commander';
import { SYSTEMS } from './catalogue.js';
import { MissingProgram } from './install.js';
import { start, stop, untilReady } from './lifecycle.js';
import { directoryOf, forget, record, recorded, started } from './records.js';
import type { System } from './system.js';

// A reader such as `head` may close the pipe early.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const say = (line: string) => process.stderr.write(`${line}\n`);

const names = new Argument('[names...]', 'default: all').choices([...SYSTEMS.keys()]);
const chosen = (list: readonly string[]) =>
  [...SYSTEMS.values()].filter(({ name }) => list.length === 0 || list.includes(name));

/** A busy machine may delay an answer, and Airflow reports a scheduler that hangs after 30 s. */
const PATIENCE_MS = 45_000;

async function up(system: System): Promise<void> {
  let running = await started(system.name);
  if (running !== undefined) {
    const before = running;
    await untilReady(system, before, PATIENCE_MS).catch(async (error: Error) => {
      say(`${system.name}: it does not work any more (${error.message}), and is started again`);
      await stop(before);
      running = undefined;
    });
  }
  if (running === undefined) {
    if (!(await system.isInstalled())) await system.install(say);
    await forget(system.name);
    say(`${system.name}: starting`);
    running = await start(system, directoryOf(system.name));
    await record(running);
  }
  console.log(`${system.variable}=${running.url}`);
}

/** The others are started although one cannot be. */
async function upAll(list: readonly string[]): Promise<void> {
  for (const system of chosen(list)) {
    if (list.length === 0 && system.onlyIfNamed === true) continue;
    try {
      await up(system);
    } catch (error) {
      process.exitCode = 1;
      say(error instanceof MissingProgram ? `${system.name}: ${error.message}` : String(error));
    }
  }
}

async function down(list: readonly string[]): Promise<void> {
  for (const { name } of chosen(list)) {
    const running = await started(name);
    if (running !== undefined) await stop(running);
    await forget(name);
    say(running === undefined ? `${name}: was not running` : `${name}: stopped`);
  }
}

async function status(list: readonly string[], { json = false }: { json?: boolean }): Promise<void> {
  const rows = await Promise.all(
    chosen(list).map(async (system) => ({
      name: system.name,
      title: system.title,
      installed: await system.isInstalled(),
      url: (await recorded(system.name))?.url ?? null,
      variable: system.variable,
    })),
  );
  if (json) return console.log(JSON.stringify(rows));
  for (const { name, title, installed, url } of rows) {
    console.log(`${name.padEnd(16)} ${title.padEnd(29)} ${url ?? (installed ? 'stopped' : 'not installed')}`);
  }
}

const program = new Command('systems').description('Real systems for tests and examples, on free ports of 127.0.0.1');
program
  .command('up')
  .description('install what is missing, start, and print the variables by which programs find them')
  .addArgument(names)
  .action(upAll);
program.command('down').description('stop, and delete the data').addArgument(names).action(down);
program
  .command('status')
  .description('what is installed, and what runs where')
  .addArgument(names)
  .addOption(new Option('--json', 'print JSON'))
  .action(status);
await program.parseAsync();
