import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { acknowledge } from './acknowledge.js';
import type { Io } from './io.js';
import { withJson, withServer, type JsonOption, type ServerOptions } from './options.js';
import { UsageError } from './refusal.js';
import { withRun } from './with-session.js';

interface ApproveOptions extends ServerOptions, JsonOption {
  readonly reject?: boolean;
  readonly comment?: string;
  readonly plan?: string;
}

export function define(command: Command, io: Io): void {
  withJson(withServer(command.argument('<run>', "the run's id").argument('<task>', 'the task that waits')))
    .option('--reject', 'say no')
    .option('--comment <text>', 'why')
    .option('--plan <file>', 'this plan instead of the one that a planner proposes')
    .action(async (id: string, task: string, options: ApproveOptions) => {
      const { reject = false, comment, plan: file } = options;
      if (reject && file !== undefined) throw new UsageError(['--plan: expected without --reject']);
      const plan = file === undefined ? {} : { plan: await (await import('../plan-file.js')).readPlanFile(file) };
      const answer = { reject, ...(comment === undefined ? {} : { comment }), ...whoever(), ...plan };
      await withRun(io, { id, options }, (run) => run.approve(task, answer));
      const did = reject ? 'reject' : 'approve';
      acknowledge(
        io,
        { did, runId: id, task },
        { json: options.json, words: `${did === 'reject' ? 'rejected' : 'approved'}: ${task}` },
      );
    });
}

/** Not every process belongs to a user that has a name. */
function whoever(): { by?: string } {
  try {
    return { by: userInfo().username };
  } catch {
    return {};
  }
}
