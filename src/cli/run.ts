import type { Command } from 'commander';
import type { Io } from './io.js';
import type { PreparedRun } from './run/prepare.js';
import { UsageError } from './refusal.js';
import { parseName, withJson, withServer, withTaskQueue, type JsonOption, type ServerOptions } from './options.js';

export interface RunOptions extends ServerOptions, JsonOption {
  readonly input?: string;
  readonly budget?: string;
  readonly tenant?: string;
  readonly weight?: number;
  readonly id?: string;
  readonly taskQueue?: string;
  readonly detach?: boolean;
  readonly quiet?: boolean;
  /** Of the program. */
  readonly verbose?: boolean;
}

export function define(command: Command, io: Io): void {
  withRunOptions(command.argument('<plan>', 'a plan file, YAML or JSON')).action(
    async (file: string, _options: RunOptions, self: Command) => {
      const options = self.optsWithGlobals<RunOptions>();
      const [{ prepare }, { readPlanFile }] = await Promise.all([
        import('./run/prepare.js'),
        import('../plan-file.js'),
      ]);
      await runPrepared(io, await prepare(io, () => readPlanFile(file), options));
    },
  );
}

/** What can be said of any run that is started. */
export const withRunOptions = (command: Command, inputDefault = 'default {}'): Command =>
  withJson(withTaskQueue(withServer(command)))
    .option('--input <json|@file>', `the run's input; ${inputDefault}`)
    .option('--budget <json|@file>', 'what it may spend: calls, tokens, usd, duration')
    .option('--tenant <name>', 'whose run it is: each tenant gets its share of the workers')
    .option('--weight <number>', 'how large that share is, beside others; default 1', parseWeight)
    .option('--id <id>', "the run's id: a run that has it is followed, or its result printed", (value) =>
      parseName('--id', value),
    )
    .option('--detach', 'start it and leave it to a worker elsewhere')
    .option('--quiet', 'nothing on stderr but what is wrong');

function parseWeight(value: string): number {
  const weight = value.trim() === '' ? NaN : Number(value);
  if (Number.isFinite(weight)) return weight;
  throw new UsageError([`--weight: expected a number, got ${JSON.stringify(value)}`]);
}

export async function runPrepared(io: Io, prepared: PreparedRun): Promise<void> {
  if (prepared.options.detach === true) {
    const { runDetached } = await import('./run/detached.js');
    io.exitCode = await runDetached(io, prepared);
  } else {
    const { runHere } = await import('./run/here.js');
    io.exitCode = await runHere(io, prepared);
  }
}
