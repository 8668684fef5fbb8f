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
import type { OnConflict } from '../../domain/on-conflict.js';
import type { OnInterrupt } from './interruption.js';

export interface RunOptions extends ServerOptions, JsonOption {
  readonly input?: string;
  readonly budget?: string;
  readonly tenant?: string;
  readonly weight?: number;
  readonly id?: string;
  readonly correlationId?: string;
  readonly onConflict?: OnConflict;
  readonly taskQueue?: string;
  readonly detach?: boolean;
  readonly quiet?: boolean;
  readonly onInterrupt?: OnInterrupt;
  /** Whether the page of the run is served, and opened in the browser. */
  readonly open?: boolean;
  /** An option of the program. */
  readonly verbose?: boolean;
}

export const withRunOptions = (command: Command, inputDefault = 'default {}'): Command =>
  withForeground(
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
        )
        .option('--correlation-id <id>', 'passed on to everything that the run calls, and searchable')
        .option(
          '--on-conflict <policy>',
          'if a run of this id exists: attach (default), reject, queue (start when it has ended) or replace (cancel it first)',
        ),
    ),
  );

export const withDetach = (command: Command): Command =>
  command.option('--detach', 'start the run and exit; a worker of another process executes it');

/** How a run in the foreground is shown and left. */
export const withForeground = (command: Command): Command =>
  command
    .option('--quiet', 'print only errors on stderr')
    .option('--open', 'serve the page of the run until it ends, and open it in the browser')
    .option(
      '--on-interrupt <what>',
      'what Ctrl-C does: cancel or detach; default: on a terminal it asks, else it cancels',
      parseOnInterrupt,
    );

function parseOnInterrupt(value: string): OnInterrupt {
  if (value === 'cancel' || value === 'detach') return value;
  throw new UsageError([`--on-interrupt: expected cancel or detach, got ${JSON.stringify(value)}`]);
}

function parseWeight(value: string): number {
  const weight = value.trim() === '' ? NaN : Number(value);
  if (Number.isFinite(weight)) return weight;
  throw new UsageError([`--weight: expected a number, got ${JSON.stringify(value)}`]);
}
