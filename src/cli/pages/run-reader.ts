// Reads a run for its page. The history is followed, so a run in which nothing happens costs one open request; its worker answers a
// query when something has happened.
import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { readCalls, type CallRecord } from '../../client/calls/read-calls.js';
import { NoWorkerError, RunLostError } from '../../client/errors.js';
import { waitingForAttempt } from '../../client/pending-activities.js';
import type { RunObservation } from '../../client/run-handle.js';
import type { Plan } from '../../domain/plan/plan.js';
import { createPollSubRuns } from '../observe/poll-sub-runs.js';
import { createPollRun } from '../observe/poll-run.js';
import { createReadAttempts } from '../observe/read-attempts.js';
import { makeRunPage } from '../observe/run-page.js';
import { createSubPictures } from '../observe/sub-pictures.js';
import type { Session } from '../session/session.js';
import { runFacts } from '../view/run-facts.js';
import { withStateBelow } from '../view/waiting.js';
import type { RunReader } from './run-feed.js';

/** Attempts that fail are not in the history: they are seen by looking again. */
const LOOK_AGAIN_MS = 2_000;
/** More often is not seen by people. */
const LEAST_PAUSE_MS = 300;
/** Reading a very large run takes long. The pause is this many times longer, so that the worker has time for the run itself. */
const PAUSE_FACTOR = 5;
const MAX_PAUSE_MS = 5_000;

export interface RunReaderOptions {
  readonly id: string;
  readonly agentKinds: ReadonlyMap<string, string> | undefined;
  /** Where the calls are kept that have been read: their values are requested later. */
  readonly known: { calls: readonly CallRecord[] };
}

export function createRunReader(
  session: Session,
  { id, agentKinds, known }: RunReaderOptions,
  signal: AbortSignal,
): RunReader {
  const { baton, server } = session;
  const run = baton.run(id);
  const subPictures = createSubPictures(session, agentKinds);
  const readAttempts = createReadAttempts(session);
  const pollSubRuns = createPollSubRuns(createPollRun(session));
  let plan: Plan | undefined;
  let replans = 0;
  let costMs = 0;
  let hasNews = false;
  const wake = new EventEmitter();
  const note = (): void => {
    hasNews = true;
    wake.emit('news');
  };
  let failure: Error | undefined;
  let following: Promise<unknown> | undefined;

  /** Reads the whole history again if the server was away. */
  function follow(): Promise<unknown> {
    failure = undefined;
    const onRead = (calls: readonly CallRecord[]): void => {
      known.calls = calls;
      note();
    };
    return readCalls(baton.client, id, { waits: true, signal, onRead }).catch((error: unknown) => {
      failure = error instanceof Error ? error : new Error(String(error));
      following = undefined;
      note();
    });
  }

  async function observe(): Promise<RunObservation> {
    try {
      return await run.observe({ outputs: false });
    } catch (error) {
      if (error instanceof NoWorkerError || error instanceof RunLostError) return await baton.inspect(id);
      throw error;
    }
  }

  return {
    async read() {
      const began = Date.now();
      hasNews = false;
      following ??= follow();
      const { description, snapshot, below } = await observe();
      const isOpen = description.status.name === 'RUNNING';
      if (!isOpen) await following;
      if (failure !== undefined) throw failure;
      const changes = snapshot.replans?.length ?? 0;
      if (plan === undefined || changes !== replans) [plan, replans] = [await run.plan(), changes];
      const facts = runFacts(plan, description, server);
      const subRuns = below.length === 0 ? [] : await pollSubRuns({ snapshot, below });
      const result = withStateBelow(snapshot, facts, subRuns);
      const { calls } = known;
      const insides = await subPictures.read(id, result, calls);
      const attempts = await readAttempts(calls, description);
      const retrying = new Set(waitingForAttempt(description));
      const now = description.closeTime?.getTime() ?? Date.now();
      const page = makeRunPage({ plan, facts, result, calls, attempts, insides, agentKinds, retrying, now });
      costMs = Date.now() - began;
      return page;
    },
    async changed(stop) {
      const rest = Math.min(MAX_PAUSE_MS, Math.max(LEAST_PAUSE_MS, PAUSE_FACTOR * costMs));
      await pause(rest, undefined, { signal: stop }).catch(() => undefined);
      if (hasNews || stop.aborted) return;
      await once(wake, 'news', { signal: AbortSignal.any([stop, AbortSignal.timeout(LOOK_AGAIN_MS)]) }).catch(
        () => undefined,
      );
    },
  };
}
