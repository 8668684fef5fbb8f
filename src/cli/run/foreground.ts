// `run` in the foreground: shows the run until it ends, with a worker in this process unless another worker polls the Task Queue.
import type { StartedRun } from '../../client.js';
import { RefusedError, RunNotFoundError } from '../../client/errors.js';
import type { RunHandle } from '../../client/run-handle.js';
import { follow } from '../observe/follow.js';
import type { ExitCode, Io } from '../terminal/io.js';
import { InterruptedError } from '../terminal/errors.js';
import type { Pages } from '../pages/pages.js';
import { inSession, type Session } from '../session/session.js';
import { printResult } from '../view/print-result.js';
import { chooseView } from '../view/choose-view.js';
import { runFacts } from '../view/run-facts.js';
import { shellWord } from '../terminal/shell-word.js';
import { handleInterruption, type Interruption } from './interruption.js';
import { queuedText } from './on-conflict.js';
import type { StartRequest } from './prepare.js';
import { ensureWorker, type RunWorker } from './ensure-worker.js';

export async function runInForeground(io: Io, request: StartRequest): Promise<ExitCode> {
  const { options, config } = request;
  const interruption = handleInterruption(io, options.onInterrupt);
  try {
    return await inSession(io, { options, config, start: true }, async (session) => {
      const attaches = options.onConflict === undefined || options.onConflict === 'attach';
      const ended = attaches ? await findEndedRun(session, options.id) : undefined;
      if (ended !== undefined) {
        await request.requireSame?.(session.baton, ended.id);
        return await printEnded(io, ended, request);
      }
      const worker = await ensureWorker(io, session, request, interruption.leave);
      try {
        if (interruption.left.aborted) throw new InterruptedError('interrupted before the run was started');
        const started = await start(io, session, request, worker);
        const { run } = started;
        interruption.attach({ run, hasLocalWorker: worker.isLocal });
        await awaitTurn(io, started, request, { worker, interruption });
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
  if (started.queued !== undefined && options.quiet !== true)
    io.note(queuedText(started, started.queued.ahead, options.onConflict));
  if (started.isNew) return started;
  if (options.quiet !== true) io.note(`run ${started.run.id} exists already and is in progress; this follows it`);
  return started;
}

/**
 * Waits until a run that is queued has started. Ctrl-C withdraws it, as it cancels a run; a run that is left stays in the queue.
 */
async function awaitTurn(
  io: Io,
  { run, queued }: StartedRun,
  { options }: StartRequest,
  { worker, interruption }: Pick<Shown, 'worker' | 'interruption'>,
): Promise<void> {
  if (queued === undefined) return;
  try {
    await run.started({ signal: interruption.left });
    if (options.quiet !== true) io.note(`run ${run.id} has started`);
  } catch (error) {
    if (worker.failure !== undefined) throw worker.failure;
    if (interruption.isCancelling && error instanceof RefusedError) throw new InterruptedError(error.message);
    if (!interruption.left.aborted) throw error;
    throw new InterruptedError(
      `the start of run ${run.id} stays in the queue: a worker carries it out when the run before it has ended`,
    );
  }
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
  const page = options.open === true ? await openPage(io, session, run.id, request) : undefined;
  interruption.show(view);
  const result = await follow({ run, session, facts, view, signal: interruption.left }).finally(async () => {
    interruption.endQuestion();
    view.close();
    await page?.settle();
    await page?.close();
  });
  if (result !== undefined) {
    await request.onEnd?.(result);
    return printResult(io, result, await run.describe(), options);
  }
  if (worker.failure !== undefined) throw worker.failure;
  throw new InterruptedError(linesAfterLeaving(run.id, worker, interruption).join('\n'));
}

async function openPage(io: Io, session: Session, id: string, { config }: StartRequest): Promise<Pages> {
  const [{ startPages, LOOPBACK }, { openBrowser }] = await Promise.all([
    import('../pages/pages.js'),
    import('../pages/open-browser.js'),
  ]);
  const pages = await startPages(session, { config, listen: LOOPBACK, only: id });
  // The address is printed even with --quiet: there may be no browser here.
  io.note(`page: ${pages.pageOf(id)}`);
  openBrowser(pages.pageOf(id), io.env);
  return pages;
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
