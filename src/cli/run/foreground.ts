// `run` in the foreground: shows the run until it ends, with a worker in this process unless another worker polls the Task Queue.
// H1. The first Ctrl-C requests the run to cancel, and the run is still shown; the second leaves it running.
// H2. SIGTERM and a closed terminal leave it running, too: the next `run`, `dev` or `worker` in this directory continues it.
import type { StartedRun } from '../../client.js';
import { NoWorkerError, RunNotFoundError } from '../../client/errors.js';
import type { RunHandle } from '../../client/run-handle.js';
import { follow } from '../observe/follow.js';
import { onInterrupts } from '../terminal/interrupts.js';
import type { ExitCode, Io } from '../terminal/io.js';
import { InterruptedError } from '../terminal/errors.js';
import { inSession, type Session } from '../session/session.js';
import { printResult } from '../view/print-result.js';
import { chooseView } from '../view/choose-view.js';
import { runFacts } from '../view/run-facts.js';
import { shellWord } from '../terminal/shell-word.js';
import type { StartRequest } from './prepare.js';
import { ensureWorker, type RunWorker } from './ensure-worker.js';

export async function runInForeground(io: Io, request: StartRequest): Promise<ExitCode> {
  const leave = new AbortController();
  let run: RunHandle | undefined;
  const interrupts = onInterrupts({
    interrupted(count) {
      if (run === undefined || count > 1) return leave.abort();
      io.note('requesting the run to cancel; Ctrl-C again leaves it running');
      // Rejects if the run has just ended.
      run.cancel().catch((error: unknown) => io.note(error instanceof Error ? error.message : String(error)));
    },
    ended: () => leave.abort(),
  });
  const { options, config } = request;
  try {
    return await inSession(io, { options, config, start: true }, async (session) => {
      const ended = await findEndedRun(session, options.id);
      if (ended !== undefined) {
        await request.requireSame?.(session.baton, ended.id);
        return await printEnded(io, ended, request);
      }
      const worker = await ensureWorker(io, session, request, () => leave.abort());
      try {
        if (leave.signal.aborted) throw new InterruptedError('interrupted before the run was started');
        run = (await start(io, session, request, worker)).run;
        return await show(io, session, { run, request, worker, signal: leave.signal });
      } finally {
        await worker.stop();
      }
    });
  } finally {
    interrupts.stop();
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
  const { taskQueue } = worker;
  const started = await begin(baton, taskQueue);
  if (started.isNew) return started;
  const found = await started.run.describe();
  if (found.taskQueue !== taskQueue && (await baton.pollers(found.taskQueue)) === 0)
    throw new NoWorkerError(found.taskQueue);
  if (options.quiet !== true) io.note(`run ${started.run.id} exists already and is in progress; this follows it`);
  return started;
}

interface Shown {
  readonly run: RunHandle;
  readonly request: StartRequest;
  readonly worker: RunWorker;
  readonly signal: AbortSignal;
}

async function show(io: Io, session: Session, { run, request, worker, signal }: Shown): Promise<ExitCode> {
  const { options } = request;
  const quiet = options.quiet === true;
  const facts = runFacts(await run.plan(), await run.describe(), session.server);
  const view = chooseView(io, facts, { quiet });
  if (!quiet && !io.isLive()) io.note(`run ${run.id}${facts.page === undefined ? '' : ` · ${facts.page}`}`);
  const result = await follow({ run, session, facts, view, signal }).finally(view.close);
  if (result !== undefined) {
    await request.onEnd?.(result);
    return printResult(io, result, await run.describe(), options);
  }
  if (worker.failure !== undefined) throw worker.failure;
  throw new InterruptedError(linesAfterLeaving(run.id, worker).join('\n'));
}

function linesAfterLeaving(id: string, { isLocal }: RunWorker): string[] {
  const next = isLocal
    ? 'the next "baton run", "baton dev" or "baton worker" in this directory continues it'
    : 'it is still in progress';
  return [`run ${id} has not ended; ${next}`, `follow it: baton status ${shellWord(id)} --watch`];
}
