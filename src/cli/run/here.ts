// `run` that stays: a worker in this process unless others poll the queue, and the run shown until it ends.
// H1. Ctrl-C asks the run to cancel, and goes on showing it; a second one leaves it as it is.
// H2. SIGTERM and a closed terminal leave it too: it goes on at the next `run`, `dev` or `worker` here.
import type { StartedRun } from '../../client.js';
import { NoWorker, RunNotFound } from '../../client/errors.js';
import type { RunHandle } from '../../client/run-handle.js';
import { follow } from '../follow.js';
import { onInterrupts } from '../interrupts.js';
import type { ExitCode, Io } from '../io.js';
import { Interrupted } from '../refusal.js';
import { inSession, type Session } from '../session.js';
import { tellEnd } from '../tell-end.js';
import { chooseView } from '../view/choose-view.js';
import { runFacts } from '../view/run-facts.js';
import { shellWord } from '../view/shell-word.js';
import { startOptionsOf, type PreparedRun } from './prepare.js';
import { startWorking, type Working } from './working.js';

export async function runHere(io: Io, prepared: PreparedRun): Promise<ExitCode> {
  const leave = new AbortController();
  let run: RunHandle | undefined;
  const interrupts = onInterrupts({
    interrupted(count) {
      if (run === undefined || count > 1) return leave.abort();
      io.note('asking the run to cancel; Ctrl-C again leaves it running');
      // It may have ended just now.
      run.cancel().catch((error: unknown) => io.note(error instanceof Error ? error.message : String(error)));
    },
    ended: () => leave.abort(),
  });
  const { options, config } = prepared;
  try {
    return await inSession(io, { options, config, start: true }, async (session) => {
      const ended = await endedRun(session, options.id);
      if (ended !== undefined) return await tellEnded(io, session, ended, prepared);
      const working = await startWorking(io, session, prepared, () => leave.abort());
      try {
        if (leave.signal.aborted) throw new Interrupted('interrupted before the run was started');
        const started = await start(io, session, prepared, working);
        run = started.run;
        return await show(io, session, { started, prepared, working, signal: leave.signal });
      } finally {
        await working.stop();
      }
    });
  } finally {
    interrupts.stop();
  }
}

async function endedRun({ baton }: Session, id: string | undefined): Promise<RunHandle | undefined> {
  if (id === undefined) return undefined;
  try {
    const run = baton.run(id);
    return (await run.describe()).status.name === 'RUNNING' ? undefined : run;
  } catch (error) {
    if (error instanceof RunNotFound) return undefined;
    throw error;
  }
}

async function tellEnded(io: Io, _: Session, run: RunHandle, { options, onEnd }: PreparedRun): Promise<ExitCode> {
  if (options.quiet !== true) io.note(`run ${run.id} exists already, and has ended; this is its result`);
  const result = await run.result();
  await onEnd?.(result);
  return tellEnd(io, result, await run.describe(), options);
}

async function start(io: Io, { baton }: Session, prepared: PreparedRun, working: Working): Promise<StartedRun> {
  const { plan, options } = prepared;
  const { taskQueue } = working;
  const started = await baton.startOrFind(plan, startOptionsOf(prepared, taskQueue));
  if (started.isNew) return started;
  const found = await started.run.describe();
  if (found.taskQueue !== taskQueue && (await baton.pollers(found.taskQueue)) === 0)
    throw new NoWorker(found.taskQueue);
  if (options.quiet !== true) io.note(`run ${started.run.id} exists already, and goes on; this follows it`);
  return started;
}

interface Show {
  readonly started: StartedRun;
  readonly prepared: PreparedRun;
  readonly working: Working;
  readonly signal: AbortSignal;
}

async function show(io: Io, session: Session, { started, prepared, working, signal }: Show): Promise<ExitCode> {
  const { baton, server } = session;
  const { run } = started;
  const { options } = prepared;
  const quiet = options.quiet === true;
  const facts = runFacts(await baton.planOf(run.id), await run.describe(), server);
  const view = chooseView(io, facts, { quiet });
  if (!quiet && !io.isLive()) io.note(`run ${run.id}${facts.page === undefined ? '' : ` · ${facts.page}`}`);
  const result = await follow({ run, session, facts, view, signal }).finally(view.close);
  if (result !== undefined) {
    await prepared.onEnd?.(result);
    return tellEnd(io, result, await run.describe(), options);
  }
  if (working.died !== undefined) throw working.died;
  throw new Interrupted(leftLines(run.id, working).join('\n'));
}

function leftLines(id: string, { isHere }: Working): string[] {
  const again = 'it goes on with the next "baton run", "baton dev" or "baton worker" here';
  return [
    `run ${id} has not ended${isHere ? `; ${again}` : ', and goes on'}`,
    `follow it: baton status ${shellWord(id)} --watch`,
  ];
}
