// The options of every command that starts a run.
import type { Command } from 'commander';
import {
  parseName,
  withJson,
  withServer,
  withTaskQueue,
  type JsonOption,
  type ServerOptions,
} from '../arguments/options.js';
import { UsageError } from '../terminal/errors.js';

export interface RunOptions extends ServerOptions, JsonOption {
  readonly input?: string;
  readonly budget?: string;
  readonly tenant?: string;
  readonly weight?: number;
  readonly id?: string;
  readonly taskQueue?: string;
  readonly detach?: boolean;
  readonly quiet?: boolean;
  /** An option of the program. */
  readonly verbose?: boolean;
}

export const withRunOptions = (command: Command, inputDefault = 'default {}'): Command =>
  withQuiet(
    withDetach(
      withJson(withTaskQueue(withServer(command)))
        .option('--input <json|@file>', `the input of the run; ${inputDefault}`)
        .option(
          '--budget <amounts>',
          'the limits of the run, as calls=8,tokens=1000,usd=2,duration=1h, as JSON, or @FILE',
        )
        .option('--tenant <name>', 'the tenant of the run: each tenant gets a share of the workers')
        .option('--weight <number>', 'the weight of that share, relative to other tenants; default 1', parseWeight)
        .option('--id <id>', 'the id of the run; an existing run is followed, or its result printed', (value) =>
          parseName('--id', value),
        ),
    ),
  );

export const withDetach = (command: Command): Command =>
  command.option('--detach', 'start the run and exit; a worker of another process executes it');

export const withQuiet = (command: Command): Command => command.option('--quiet', 'print only errors on stderr');

function parseWeight(value: string): number {
  const weight = value.trim() === '' ? NaN : Number(value);
  if (Number.isFinite(weight)) return weight;
  throw new UsageError([`--weight: expected a number, got ${JSON.stringify(value)}`]);
}
