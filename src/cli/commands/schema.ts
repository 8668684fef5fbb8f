import type { Command } from 'commander';
import type { Io } from '../terminal/io.js';
import { withJson } from '../arguments/options.js';

export function define(command: Command, io: Io): void {
  withJson(command).action(async () => {
    const { planJsonSchema } = await import('../../domain/plan/json-schema.js');
    io.printJson(planJsonSchema());
  });
}
