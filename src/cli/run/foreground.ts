// `run` in the foreground: shows the run until it ends, with a worker in this process unless another worker polls the Task Queue.
import type { StartedRun } from '../../client.js';
import { RunNotFoundError } from '../../client/errors.js';
import type { RunHandle } from '../../client/run-handle.js';
import { follow } from '../observe/follow.js';
import type { ExitCode, Io } from '../terminal/io.js';
import { InterruptedError } from '../terminal/errors.js';
import { inSession, type Session } from '../session/session.js';
import { printResult } from '../view/print-result.js';
import { chooseView } from '../view/choose-view.js';
import { runFacts } from '../view/run-facts.js';
import { shellWord } from '../terminal/shell-word.js';
import { handleInterruption, type Interruption } from './interruption.js';
import type { StartRequest } from './prepare.js';
import { ensureWorker, type RunWorker } from './ensure-worker.js';

export async function runInForeground(io: Io, request: StartRequest): Promise<ExitCode> {
  const { options, config } = request;
  const interruption = handleInterruption(io, options.onInterrupt);
  try {
    return await inSession(io, { options, config, start: true }, async (session) => {
      const ended = await findEndedRun(session, options.id);
      if (ended !== undefined) {
        await request.requireSame?.(session.baton, ended.id);
        return await printEnded(io, ended, request);
      }
      const worker = await ensureWorker(io, session, request, interruption.leave);
      try {
        if (interruption.left.aborted) throw new InterruptedError('interrupted before the run was started');
        const { run } = await start(io, session, request, worker);
        interruption.attach({ run, hasLocalWorker: worker.isLocal });
        return await show(io, session, { run, request, worker, interruption });
      } finally {
        await worker.stop();
      }
    });
  } finally {
    interruption.stop();
  }
}

async function findEndedRun({ baton }: Session, id: string | undefined): Promise<RunHandle | undefined> {
  if (id === undefined) return undefined;
  try {
    const run = baton.run(id);
    return (await run.describe()).status.name === 'RUNNING' ? undefined : run;
  } catch (error) {
    if (error instanceof RunNotFoundError) return undefined;
    throw error;
  }
}

async function printEnded(io: Io, run: RunHandle, { options, onEnd }: StartRequest): Promise<ExitCode> {
  if (options.quiet !== true) io.note(`run ${run.id} exists already and has ended; this is its result`);
  const result = await run.result();
  await onEnd?.(result);
  return printResult(io, result, await run.describe(), options);
}

async function start(io: Io, { baton }: Session, request: StartRequest, worker: RunWorker): Promise<StartedRun> {
  const { begin, options } = request;
  const started = await begin(baton, worker.taskQueue);
  if (started.isNew) return started;
  if (options.quiet !== true) io.note(`run ${started.run.id} exists already and is in progress; this follows it`);
  return started;
}

interface Shown {
  readonly run: RunHandle;
  readonly request: StartRequest;
  readonly worker: RunWorker;
  readonly interruption: Interruption;
}

async function show(io: Io, session: Session, { run, request, worker, interruption }: Shown): Promise<ExitCode> {
  const { options } = request;
  const quiet = options.quiet === true;
  const facts = runFacts(await run.plan(), await run.describe(), session.server);
  const view = chooseView(io, facts, { quiet });
  if (!quiet && !io.isLive()) io.note(`run ${run.id}${facts.page === undefined ? '' : ` · ${facts.page}`}`);
  interruption.show(view);
  const result = await follow({ run, session, facts, view, signal: interruption.left }).finally(() => {
    interruption.endQuestion();
    view.close();
  });
  if (result !== undefined) {
    await request.onEnd?.(result);
    return printResult(io, result, await run.describe(), options);
  }
  if (worker.failure !== undefined) throw worker.failure;
  throw new InterruptedError(linesAfterLeaving(run.id, worker, interruption).join('\n'));
}

function linesAfterLeaving(id: string, { isLocal }: RunWorker, { isCancelling }: Interruption): string[] {
  const state = `run ${id} ${isCancelling ? 'is cancelling, and has not ended' : 'has not ended'}`;
  const next = isLocal
    ? [
        `${state}; the worker in this process ends`,
        'run "baton run", "baton dev" or "baton worker" in this directory to continue it',
      ]
    : [`${state}; its worker continues it`];
  return [...next, `follow it: baton status ${shellWord(id)} --watch`];
}
