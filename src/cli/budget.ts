import type { Command } from 'commander';
import { acknowledge } from './acknowledge.js';
import type { Io } from './io.js';
import { readJsonArgument } from './json-argument.js';
import { withJson, withServer, type JsonOption, type ServerOptions } from './options.js';
import { withRun } from './with-session.js';

interface BudgetOptions extends ServerOptions, JsonOption {
  readonly add: string;
}

export function define(command: Command, io: Io): void {
  withJson(withServer(command.argument('<run>', "the run's id")))
    .requiredOption('--add <json|@file>', 'by how much: calls, tokens, usd, duration')
    .action(async (id: string, options: BudgetOptions) => {
      const { parseAddition } = await import('../client/budget.js');
      const add = parseAddition(await readJsonArgument('--add', options.add, io.cwd));
      await withRun(io, { id, options }, (run) => run.raiseBudget(add));
      acknowledge(io, { did: 'budget', runId: id, add }, { json: options.json, words: `budget of ${id} raised` });
    });
}
