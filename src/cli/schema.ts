import type { Command } from 'commander';
import type { Io } from './io.js';
import { withJson } from './options.js';

export function define(command: Command, io: Io): void {
  withJson(command).action(async () => {
    const { planJsonSchema } = await import('../domain/plan-schema.js');
    io.printJson(planJsonSchema());
  });
}
