import type { Command } from 'commander';
import { defined } from '../../domain/json/defined.js';
import { printDone } from '../view/print-done.js';
import type { Io } from '../terminal/io.js';
import { withJson, withServer, type JsonOption, type ServerOptions } from '../arguments/options.js';
import { UsageError } from '../terminal/errors.js';
import { userName } from '../session/user-name.js';
import { withRun } from '../session/with-session.js';

interface ApproveOptions extends ServerOptions, JsonOption {
  readonly reject?: boolean;
  readonly comment?: string;
  readonly plan?: string;
}

export function define(command: Command, io: Io): void {
  withJson(
    withServer(command.argument('<run>', 'the id of a run').argument('<task>', 'the task that waits for an answer')),
  )
    .option('--reject', 'reject instead of approving')
    .option('--comment <text>', 'the reason')
    .option('--plan <file>', 'run this plan instead of the one that the planner proposes')
    .action(async (id: string, task: string, options: ApproveOptions) => {
      const { reject = false, comment, plan: file } = options;
      if (reject && file !== undefined) throw new UsageError(['--plan and --reject exclude each other']);
      const plan = file === undefined ? {} : { plan: await (await import('../../plan-file.js')).readPlanFile(file) };
      const answer = { reject, ...defined({ comment, by: userName() }), ...plan };
      (await import('../../client/messages.js')).checkApproval(answer);
      await withRun(io, { id, options }, (run) => run.approve(task, answer));
      printDone(io, { did: reject ? 'reject' : 'approve', runId: id, task }, options);
    });
}
