import type { Command } from 'commander';
import { didYouMean, shown, withHint } from '../../domain/problem.js';
import type { Io } from '../terminal/io.js';
import { withJson } from '../arguments/options.js';
import { UsageError } from '../terminal/errors.js';

const WHAT = ['plan', 'config'];

export function define(command: Command, io: Io): void {
  withJson(command.argument('[what]', 'plan or config', 'plan'))
    .option('--write <dir>', 'write plan.schema.json and config.schema.json into this directory, for editors')
    .action(async (what: string, { write, json }: { readonly write?: string; readonly json?: boolean }) => {
      if (!WHAT.includes(what))
        throw new UsageError([withHint(`WHAT: expected plan or config, got ${shown(what)}`, didYouMean(what, WHAT))]);
      if (write !== undefined) {
        const { writeSchemas } = await import('../init/write-schemas.js');
        const files = await writeSchemas(io.cwd, write);
        if (json === true) return io.printJson({ files });
        for (const file of files) io.print(file);
        return;
      }
      if (what === 'plan') io.printJson((await import('../../domain/plan/json-schema.js')).planJsonSchema());
      else io.printJson((await import('../../config/json-schema.js')).configJsonSchema());
    });
}
