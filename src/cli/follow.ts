// Watches a run until it ends, or until the one who watches leaves. A look that fails is not the end of the run: the view
// says so, and the next look is tried.
import { setTimeout as pause } from 'node:timers/promises';
import type { RunHandle } from '../client/run-handle.js';
import type { RunResult } from '../domain/run-result.js';
import { createLook } from './look.js';
import { createLookBelow } from './look-below.js';
import type { Session } from './session.js';
import type { RunFacts } from './view/run-facts.js';
import type { View } from './view/view.js';

const LOOK_EVERY_MS = 500;
/** Looks at a very large run take long; they must not be all that its worker does. */
const SHARE_OF_TIME = 5;
const LOOK_AT_LEAST_EVERY_MS = 5_000;
/** A server that restarts is back in seconds; one that is away this long is not coming back while somebody waits. */
const GIVE_UP_AFTER_MS = 60_000;

export interface FollowOptions {
  readonly run: RunHandle;
  readonly view: View;
  readonly session: Session;
  readonly facts: RunFacts;
  /** Aborts when the watcher leaves; the run goes on. */
  readonly signal: AbortSignal;
}

/** The result, or `undefined` if the watcher left first. Throws RunLost, and ServiceError once the server is away for long. */
export async function follow({ run, session, facts, view, signal }: FollowOptions): Promise<RunResult | undefined> {
  const over = new AbortController();
  const stop = AbortSignal.any([over.signal, signal]);
  const show = createShow(session, facts, view);
  const showing = keepShowing(show, view, stop);
  let result: RunResult | undefined;
  try {
    result = await Promise.race([untilEnd(run, view, stop), left(signal)]);
  } finally {
    over.abort();
    await showing;
  }
  if (result !== undefined) await show();
  return result;
}

type Show = (stop?: AbortSignal) => Promise<void>;

function createShow(session: Session, facts: RunFacts, view: View): Show {
  const look = createLook(session, facts);
  const lookBelow = createLookBelow(look);
  return async (stop) => {
    const seen = await look(facts.id);
    const subRuns = await lookBelow(seen);
    if (stop?.aborted !== true) view.show(seen, subRuns);
  };
}

async function keepShowing(show: Show, view: View, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const began = Date.now();
    try {
      await show(stop);
    } catch (error) {
      if (!stop.aborted) view.trouble(reasonOf(error));
    }
    const rest = Math.max(LOOK_EVERY_MS, SHARE_OF_TIME * (Date.now() - began));
    await pauseUnless(stop, Math.min(rest, LOOK_AT_LEAST_EVERY_MS));
  }
}

async function untilEnd(run: RunHandle, view: View, stop: AbortSignal): Promise<RunResult> {
  let awaySince: number | undefined;
  for (;;) {
    const asked = Date.now();
    try {
      return await run.result();
    } catch (error) {
      if (!isServiceError(error) || stop.aborted) throw error;
      // One that answered for a while was there until then.
      if (awaySince === undefined || Date.now() - asked > GIVE_UP_AFTER_MS) awaySince = Date.now();
      if (Date.now() - awaySince > GIVE_UP_AFTER_MS) throw error;
      view.trouble(reasonOf(error));
      await pauseUnless(stop, LOOK_EVERY_MS);
    }
  }
}

const isServiceError = (error: unknown): boolean => error instanceof Error && error.name === 'ServiceError';

function reasonOf(error: unknown): string {
  const message = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
  return isServiceError(error) ? `the server does not answer: ${message}` : message;
}

const left = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });

const pauseUnless = (signal: AbortSignal, ms: number): Promise<void> =>
  pause(ms, undefined, { signal }).catch(() => undefined);
