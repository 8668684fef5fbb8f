// `run --detach`: starts a run for workers of other processes, so at least one must be polling. No server is started, because it
// would stop with this command.
import { DEFAULT_TASK_QUEUE } from '../../domain/task-queue.js';
import type { ExitCode, Io } from '../terminal/io.js';
import { UsageError } from '../terminal/errors.js';
import { inSession } from '../session/session.js';
import { shellWord } from '../terminal/shell-word.js';
import { queuedText } from './on-conflict.js';
import type { StartRequest } from './prepare.js';
import type { Baton, StartedRun } from '../../client.js';

/** Throws UsageError if no worker would execute the run. */
export async function requireWorker(baton: Baton, namedQueue: string | undefined, option: string): Promise<void> {
  const taskQueue = namedQueue ?? DEFAULT_TASK_QUEUE;
  if ((await baton.pollers(taskQueue)) > 0) return;
  const start = namedQueue === undefined ? 'baton worker' : `baton worker --task-queue ${shellWord(taskQueue)}`;
  throw new UsageError([
    `${option}: no worker polls the Task Queue ${JSON.stringify(taskQueue)}; start one with "${start}"`,
  ]);
}

export async function runDetached(io: Io, request: StartRequest): Promise<ExitCode> {
  const { options, config, begin, namedQueue } = request;
  const taskQueue = namedQueue ?? DEFAULT_TASK_QUEUE;
  return await inSession<ExitCode>(io, { options, config, start: false }, async ({ baton }) => {
    await requireWorker(baton, namedQueue, '--detach');
    const started = await begin(baton, taskQueue);
    const { run, isNew, queued } = started;
    if (queued !== undefined) return printQueued(io, started, { ...request, taskQueue });
    const { status } = await run.describe();
    const state = status.name.toLowerCase();
    if (options.quiet !== true) {
      io.note(isNew ? 'started' : `a run with this id exists already: ${state}`);
      io.note(`follow it: baton status ${shellWord(run.id)} --watch`);
    }
    if (options.json === true) io.printJson({ runId: run.id, status: state, isNew, taskQueue });
    else io.printExact(run.id);
    return 0;
  });
}

/** The start is kept by the server: it is carried out whatever becomes of this command. */
function printQueued(
  io: Io,
  started: StartedRun,
  { options, taskQueue }: Pick<StartRequest, 'options'> & { readonly taskQueue: string },
): ExitCode {
  const { run, isNew, queued } = started;
  const ahead = queued?.ahead ?? 0;
  if (options.quiet !== true) io.note(queuedText(started, ahead, options.onConflict));
  if (options.json === true) io.printJson({ runId: run.id, status: 'queued', isNew, taskQueue, queued: { ahead } });
  else io.printExact(run.id);
  return 0;
}
