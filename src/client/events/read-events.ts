// The events of a run. Its worker has them in order, one execution of the chain after the other; the server knows which attempts of calls
// in progress have failed, and how the run has ended.
// E1. A position is moved by each event, so a reader that leaves after any event and comes back gets the next one.
// E2. A run in which nothing happens costs a description every two seconds; its worker is requested only when its history has grown.
import { setTimeout as pause } from 'node:timers/promises';
import {
  QueryNotRegisteredError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { failure } from '../../domain/failure.js';
import { defined } from '../../domain/json/defined.js';
import type { EventsPage, PageEvent } from '../../domain/run/journal.js';
import { MESSAGES, type EventsRequest } from '../../domain/run/messages.js';
import type { RunResult } from '../../domain/run/result.js';
import type { RunEvent } from '../../domain/run/run-event.js';
import { askWorker } from '../../temporal/ask-worker.js';
import { firstRunIdOf, nextRunId } from '../../temporal/chain.js';
import { isOutage, type OnWaiting } from '../await-result.js';
import { NoWorkerError, RefusedError, RunLostError, RunNotFoundError, WorkerBusyError } from '../errors.js';
import { retriesIn } from '../pending-activities.js';
import type { ResultWait } from '../result-wait.js';
import type { WhichRun } from '../which-run.js';
import { cursorOf, parseCursor, type Position } from './cursor.js';

export interface EventsOptions {
  /** The cursor of the last event that was read; default: from the start of the run. */
  readonly after?: string;
  /** Stops the reading, not the run: the iteration rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
  /** Default: that of `connect`. */
  readonly onWaiting?: OnWaiting;
}

export interface EventSource {
  readonly client: Client;
  readonly id: string;
  readonly which: WhichRun;
  readonly waits: { readonly onWaiting?: OnWaiting | undefined; readonly closed?: AbortSignal | undefined };
  readonly result: (wait: ResultWait) => Promise<RunResult>;
}

/** People see no difference; the pause grows while nothing happens. */
const FIRST_PAUSE_MS = 250;
/** Reading a busy run takes long. The pause is this many times longer, so that the worker has time for the run itself. */
const PAUSE_FACTOR = 5;
const LONGEST_PAUSE_MS = 2_000;
const MAX_PAUSE_MS = 5_000;

export async function* readEvents(
  source: EventSource,
  { after, onWaiting = source.waits.onWaiting, ...given }: EventsOptions,
): AsyncGenerator<RunEvent, void, undefined> {
  const { client, id, which, waits } = source;
  const signals = [given.signal, waits.closed].filter((one) => one !== undefined);
  const stop = AbortSignal.any(signals);
  const outlast = createOutlast(id, onWaiting, stop);
  const start = after === undefined ? undefined : parseCursor(after);
  await which.started({ signal: stop });
  let at: Position = start ?? { run: await outlast(() => firstRun(source)), read: 0 };
  let seen: number | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  while (at.isOver !== true) {
    stop.throwIfAborted();
    const beganMs = Date.now();
    const found = await outlast(() => describe(source, at.run));
    let costMs = Date.now() - beganMs;
    if (found === undefined) {
      // The server has deleted this execution.
      at = { run: await outlast(() => presentRun(source, at.run)), read: 0 };
      continue;
    }
    const isOpen = found.status.name === 'RUNNING';
    if (found.historyLength !== seen || !isOpen) {
      for (;;) {
        const askedMs = Date.now();
        const page = await outlast(() => readPage(client, found, at.read));
        costMs += Date.now() - askedMs;
        for (const event of page.events) {
          for (const retried of missedRetries(event, at)) {
            at = withTried(at, retried.task, retried.attempt);
            yield { ...retried, cursor: cursorOf(at) };
          }
          const { isOneCall: _, ...rest } = event;
          at = afterEvent(at, event);
          yield { ...rest, cursor: cursorOf(at) };
        }
        if (page.events.length > 0) pauseMs = FIRST_PAUSE_MS;
        if (page.left === 0) break;
      }
      seen = found.historyLength;
    }
    if (isOpen) {
      for (const [task, { attempt, failure: why }] of await outlast(() => retriesIn(client, found))) {
        for (let one = (at.tried?.[task] ?? 1) + 1; one <= attempt; one++) {
          at = withTried(at, task, one);
          const reason = one === attempt ? defined({ failure: why }) : {};
          yield { type: 'task.retried', at: now(), task, attempt: one, ...reason, cursor: cursorOf(at) };
        }
      }
      const rest = Math.max(pauseMs, Math.min(PAUSE_FACTOR * costMs, MAX_PAUSE_MS));
      await pause(rest, undefined, { signal: stop }).catch(() => undefined);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      continue;
    }
    if (found.status.name === 'CONTINUED_AS_NEW') {
      at = { run: await outlast(() => nextRunId(client, id, found.runId)), read: 0 };
      seen = undefined;
      continue;
    }
    at = { ...at, isOver: true };
    yield { ...(await endOf(source, found, stop)), cursor: cursorOf(at) };
  }
}

const now = (): string => new Date().toISOString();

const firstRun = async ({ which }: EventSource): Promise<string> => firstRunIdOf(await which.describe());

/** The present execution of the run, if the one that was looked for does not exist any more. */
async function presentRun({ which, id }: EventSource, missing: string): Promise<string> {
  const present = await which.describe().catch(() => undefined);
  if (present === undefined || present.runId === missing) throw new RunNotFoundError(id);
  return present.runId;
}

async function describe({ client, id }: EventSource, runId: string): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(id, runId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

async function readPage(
  client: Client,
  { workflowId, runId, taskQueue }: WorkflowExecutionDescription,
  after: number,
): Promise<EventsPage> {
  const handle = client.workflow.getHandle(workflowId, runId);
  try {
    return await askWorker(client, taskQueue, () =>
      handle.query<EventsPage, [EventsRequest]>(MESSAGES.events, { after }),
    );
  } catch (error) {
    if (error instanceof QueryNotRegisteredError)
      throw new RefusedError(`${workflowId} is not a run of Baton, or its worker is older than this client`);
    throw error;
  }
}

/** A task that has ended has had all of its attempts, also those that this reader has not seen while they were made. */
function missedRetries(event: PageEvent, { tried = {} }: Position) {
  if (!('attempts' in event) || event.isOneCall !== true) return [];
  const { task, at, attempts } = event;
  const first = (tried[task] ?? 1) + 1;
  return Array.from({ length: Math.max(0, attempts - first + 1) }, (_, index) => ({
    ...({ type: 'task.retried', at, task } as const),
    attempt: first + index,
  }));
}

const withTried = (at: Position, task: string, attempt: number): Position => ({
  ...at,
  tried: { ...at.tried, [task]: attempt },
});

/** Of a task that has ended, the attempts are of no interest any more. */
function afterEvent({ tried, ...at }: Position, event: PageEvent): Position {
  const read = at.read + 1;
  if (tried === undefined) return { ...at, read };
  const { [event && 'task' in event ? event.task : '']: ended, ...others } = tried;
  const kept = ended !== undefined && 'attempts' in event ? others : tried;
  return { ...at, read, ...(Object.keys(kept).length === 0 ? {} : { tried: kept }) };
}

async function endOf({ id, result }: EventSource, { closeTime }: WorkflowExecutionDescription, signal: AbortSignal) {
  const end = { type: 'run.ended', at: closeTime?.toISOString() ?? now() } as const;
  try {
    const { status, failure: why } = await result({ signal });
    return { ...end, status, failure: why };
  } catch (error) {
    if (!(error instanceof RunLostError)) throw error;
    return { ...end, status: 'lost', failure: failure('RunFailed', `run ${id} has ended without a result`) } as const;
  }
}

type Outlast = <T>(request: () => Promise<T>) => Promise<T>;

/** Sends a request again for as long as no worker, or no server, answers it. */
function createOutlast(id: string, onWaiting: OnWaiting | undefined, stop: AbortSignal): Outlast {
  let isReported = false;
  return async (request) => {
    for (;;) {
      stop.throwIfAborted();
      try {
        const answer = await request();
        if (isReported) onWaiting?.(undefined);
        isReported = false;
        return answer;
      } catch (error) {
        const isWorker = error instanceof NoWorkerError || error instanceof WorkerBusyError;
        if (!isWorker && !isOutage(error)) throw error;
        const why = isWorker ? error.message : 'the server does not answer';
        if (!isReported) onWaiting?.(`the events of run ${id} wait: ${why}`);
        isReported = true;
        await pause(LONGEST_PAUSE_MS, undefined, { signal: stop }).catch(() => undefined);
      }
    }
  };
}
