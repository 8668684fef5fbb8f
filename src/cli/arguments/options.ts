// Options of several commands, and parsers of their values.
import type { Command } from 'commander';
import { isOneLine } from '../../domain/text/one-line.js';
import { UsageError } from '../terminal/errors.js';

export interface ServerOptions {
  readonly address?: string;
  readonly namespace?: string;
  readonly config?: string;
  /** Of some commands: only errors are printed on stderr. */
  readonly quiet?: boolean;
}

export interface JsonOption {
  readonly json?: boolean;
}

export const withServer = (command: Command): Command =>
  withConfig(command)
    .option('--address <host:port>', 'the address of the Temporal server')
    .option('--namespace <name>', 'the namespace on the server');

export const withConfig = (command: Command): Command =>
  command.option('--config <file>', 'the configuration file; default ./baton.config.*');

export const withJson = (command: Command): Command => command.option('--json', 'print one JSON document on stdout');

export const withTaskQueue = (command: Command): Command =>
  command.option('--task-queue <name>', 'the Task Queue', (value) => parseName('--task-queue', value));

export const withProject = (command: Command): Command =>
  command.option('--project <name>', 'the project; default: the project of the configuration', (value) =>
    parseName('--project', value),
  );

/** Of the commands on circuit breakers and pools. */
export interface GuardOptions extends ServerOptions, JsonOption {
  readonly project?: string;
  readonly taskQueue?: string;
}

export const withGuardOptions = (command: Command): Command =>
  withJson(withTaskQueue(withProject(withServer(command))));

/** Temporal allows longer names; a longer one is taken for a mistake. */
const MAX_NAME = 200;

/** A run's id or the name of a Task Queue: any text on one line. Throws UsageError. */
export function parseName(what: string, value: string, most = MAX_NAME): string {
  if (isOneLine(value) && value.length <= most) return value;
  const got = value.length > most ? `${value.length} characters` : JSON.stringify(value);
  throw new UsageError([`${what}: expected 1 to ${most} characters on one line, got ${got}`]);
}

/** A whole number within bounds. Throws UsageError. */
export function parseWhole(what: string, value: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError([`${what}: expected a whole number from ${least} to ${most}, got ${JSON.stringify(value)}`]);
}
