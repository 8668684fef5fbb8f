// Shows a run until it ends, or until the signal aborts. Neither a poll that fails nor a time without workers or server ends this: the
// view shows the problem, and the next poll is tried.
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { isOutage } from '../../client/await-result.js';
import { NoWorkerError } from '../../client/errors.js';
import type { RunHandle } from '../../client/run-handle.js';
import type { RunResult } from '../../domain/run/result.js';
import { createPollRun } from './poll-run.js';
import { createPollSubRuns } from './poll-sub-runs.js';
import type { Session } from '../session/session.js';
import type { RunFacts } from '../view/run-facts.js';
import type { View } from '../view/view.js';

const POLL_EVERY_MS = 500;
/** Polling a very large run takes long. The pause is this many times longer, so that the worker has time for the run itself. */
const PAUSE_FACTOR = 5;
const MAX_PAUSE_MS = 5_000;

export interface FollowOptions {
  readonly run: RunHandle;
  readonly view: View;
  readonly session: Session;
  readonly facts: RunFacts;
  /** Aborts when the user leaves; the run continues. */
  readonly signal: AbortSignal;
}

/** The result, or `undefined` if the user left first. Throws RunLostError, and ServiceError once the server is unreachable for long. */
export async function follow({ run, session, facts, view, signal }: FollowOptions): Promise<RunResult | undefined> {
  const over = new AbortController();
  const stop = AbortSignal.any([over.signal, signal]);
  const show = createShow(session, facts, view, run);
  const showing = keepShowing(show, view, stop);
  const ending = run.result({ signal: over.signal, onWaiting: view.trouble });
  let result: RunResult | undefined;
  try {
    result = await Promise.race([ending, untilAborted(signal)]);
  } finally {
    over.abort();
    await Promise.allSettled([showing, ending]);
  }
  if (result !== undefined) await show();
  return result;
}

type Show = (stop?: AbortSignal) => Promise<void>;

function createShow(session: Session, facts: RunFacts, view: View, run: RunHandle): Show {
  const pollRun = createPollRun(session, facts, run);
  const pollSubRuns = createPollSubRuns(pollRun);
  return async (stop) => {
    const seen = await pollRun(facts.id);
    const subRuns = await pollSubRuns(seen);
    if (stop?.aborted !== true) view.show(seen, subRuns);
  };
}

async function keepShowing(show: Show, view: View, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const began = Date.now();
    try {
      await show(stop);
    } catch (error) {
      if (!stop.aborted && !isWait(error)) view.trouble(firstLine(error));
    }
    const rest = Math.max(POLL_EVERY_MS, PAUSE_FACTOR * (Date.now() - began));
    await pauseUnless(stop, Math.min(rest, MAX_PAUSE_MS));
  }
}

/** What a run waits for is reported while its result is awaited. */
const isWait = (error: unknown): boolean => error instanceof NoWorkerError || isOutage(error);

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';

async function untilAborted(signal: AbortSignal): Promise<undefined> {
  if (!signal.aborted) await once(signal, 'abort');
  return undefined;
}

const pauseUnless = (signal: AbortSignal, ms: number): Promise<void> =>
  pause(ms, undefined, { signal }).catch(() => undefined);
