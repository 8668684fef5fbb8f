// `run --detach`: the run is left to workers elsewhere, so there must be some. No server is started for it: it would end
// with this command.
import { DEFAULT_TASK_QUEUE } from '../../domain/run-input.js';
import type { ExitCode, Io } from '../io.js';
import { UsageError } from '../refusal.js';
import { inSession } from '../session.js';
import { shellWord } from '../view/shell-word.js';
import { startOptionsOf, type PreparedRun } from './prepare.js';

export async function runDetached(io: Io, prepared: PreparedRun): Promise<ExitCode> {
  const { options, config, plan, askedQueue } = prepared;
  const taskQueue = askedQueue ?? DEFAULT_TASK_QUEUE;
  return await inSession<ExitCode>(io, { options, config, start: false }, async ({ baton }) => {
    if ((await baton.pollers(taskQueue)) === 0) {
      const start = askedQueue === undefined ? 'baton worker' : `baton worker --task-queue ${shellWord(taskQueue)}`;
      throw new UsageError([
        `--detach: no worker polls the Task Queue ${JSON.stringify(taskQueue)}; start one with "${start}"`,
      ]);
    }
    const { run, isNew } = await baton.startOrFind(plan, startOptionsOf(prepared, taskQueue));
    const { status } = await run.describe();
    const state = status.name.toLowerCase();
    if (options.quiet !== true) {
      io.note(isNew ? 'started' : `a run with this id exists already: ${state}`);
      io.note(`follow it: baton status ${shellWord(run.id)} --watch`);
    }
    if (options.json === true) io.printJson({ runId: run.id, status: state, isNew, taskQueue });
    else io.print(run.id);
    return 0;
  });
}
