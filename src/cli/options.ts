// Options that several commands have.
import type { Command } from 'commander';
import { UsageError } from './refusal.js';

export interface ServerOptions {
  readonly address?: string;
  readonly namespace?: string;
  readonly config?: string;
}

export interface JsonOption {
  readonly json?: boolean;
}

export const withServer = (command: Command): Command =>
  withConfig(command)
    .option('--address <host:port>', 'the Temporal server')
    .option('--namespace <name>', 'its namespace');

export const withConfig = (command: Command): Command =>
  command.option('--config <file>', 'the configuration; default ./baton.config.*');

export const withJson = (command: Command): Command => command.option('--json', 'one JSON document on stdout');

export const withTaskQueue = (command: Command): Command =>
  command.option('--task-queue <name>', 'the Task Queue', (value) => parseName('--task-queue', value));

/** Temporal allows more; what is longer was not meant. */
const MAX_NAME = 200;

/** A run's id, or the name of a Task Queue: anything that can be shown on one line. */
export function parseName(what: string, value: string): string {
  const isPlain = value !== '' && value === value.trim() && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(value);
  if (isPlain && value.length <= MAX_NAME) return value;
  const came = value.length > MAX_NAME ? `${value.length} characters` : JSON.stringify(value);
  throw new UsageError([`${what}: expected 1 to ${MAX_NAME} characters on one line, got ${came}`]);
}

/** A whole number within bounds. */
export function parseWhole(what: string, value: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError([`${what}: expected a whole number from ${least} to ${most}, got ${JSON.stringify(value)}`]);
}
