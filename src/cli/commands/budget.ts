import type { Command } from 'commander';
import { printDone } from '../view/print-done.js';
import type { Io } from '../terminal/io.js';
import { readAmountsArgument } from '../arguments/amounts-argument.js';
import { withJson, withServer, type JsonOption, type ServerOptions } from '../arguments/options.js';
import { withRun } from '../session/with-session.js';

interface BudgetOptions extends ServerOptions, JsonOption {
  readonly add: string;
}

export function define(command: Command, io: Io): void {
  withJson(withServer(command.argument('<run>', 'the id of a run')))
    .requiredOption('--add <amounts>', 'what to add, as calls=8,tokens=1000,usd=2,duration=1h, as JSON, or @FILE')
    .action(async (id: string, options: BudgetOptions) => {
      const { parseAddition } = await import('../../client/budget.js');
      const add = parseAddition(await readAmountsArgument('--add', options.add, io.cwd));
      await withRun(io, { id, options }, (run) => run.raiseBudget(add));
      printDone(io, { did: 'budget', runId: id, add }, options);
    });
}
