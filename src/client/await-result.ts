// Waits for the end of a run. Without a worker a run never ends, and while the server is away nobody can tell: both are reported
// within seconds, and the wait continues.
import { setTimeout as pause } from 'node:timers/promises';
import { ServiceError, type Client } from '@temporalio/client';
import { grpcCodeOf, grpcErrorIn, GrpcStatus } from '../temporal/grpc.js';
import { NoWorkerError } from '../temporal/no-answer.js';
import { countPollers } from '../temporal/pollers.js';

/** What a run waits for, in one line; `undefined` once it no longer waits for that. */
export type OnWaiting = (message: string | undefined) => void;

/** Prints it on stderr, as a program without a callback gets it. */
export const printWaiting =
  (id: string): OnWaiting =>
  (message) =>
    console.warn(message ?? `run ${id} continues`);

export interface ResultOptions {
  /** Stops the waiting, not the run: the promise rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
  /** Default: that of `connect`. */
  readonly onWaiting?: OnWaiting;
}

export interface AwaitOptions extends ResultOptions {
  readonly client: Client;
  readonly id: string;
  /** Waits as long as the server does not answer, up to `GIVE_UP_AFTER_MS`. Without it, the first such error ends the waiting. */
  readonly outlastsServer: boolean;
}

/** Most runs end sooner, and are not checked at all. */
const FIRST_CHECK_MS = 2_000;
const CHECK_EVERY_MS = 4_000;
/** For the answer to a check; a server that restarts does not answer. */
const CHECK_WITHIN_MS = 3_000;

/** A server that restarts is back within seconds, with its machine within minutes. */
const GIVE_UP_AFTER_MS = 600_000;
const RETRY_AFTER_MS = 1_000;

/** Rejects as `request` does; with ServiceError if the server has been away for too long. */
export async function awaitResult<T>(request: () => Promise<T>, options: AwaitOptions): Promise<T> {
  options.signal?.throwIfAborted();
  const over = new AbortController();
  const stop = options.signal === undefined ? over.signal : AbortSignal.any([over.signal, options.signal]);
  const reporting = reportWaits(options, stop);
  try {
    return await Promise.race([askUntilAnswered(request, options, stop), rejectOnAbort(stop)]);
  } finally {
    over.abort();
    // The SDK repeats a request that fails, and throws where no caller can catch it if the connection has been closed meanwhile.
    await reporting;
  }
}

async function askUntilAnswered<T>(
  request: () => Promise<T>,
  { outlastsServer }: AwaitOptions,
  stop: AbortSignal,
): Promise<T> {
  let awaySince: number | undefined;
  for (;;) {
    const askedAt = Date.now();
    try {
      return await request();
    } catch (error) {
      if (!outlastsServer || !isOutage(error) || stop.aborted) throw error;
      // A request that took long failed late: the server was reachable until then.
      if (awaySince === undefined || Date.now() - askedAt > GIVE_UP_AFTER_MS) awaySince = Date.now();
      if (Date.now() - awaySince > GIVE_UP_AFTER_MS) throw error;
      await pauseUnless(stop, RETRY_AFTER_MS);
    }
  }
}

/** Calls `onWaiting` whenever what the run waits for has changed. Never rejects. */
async function reportWaits({ client, id, onWaiting }: AwaitOptions, stop: AbortSignal): Promise<void> {
  if (onWaiting === undefined) return;
  let reported: Wait | undefined;
  for (let restMs = FIRST_CHECK_MS; ; restMs = CHECK_EVERY_MS) {
    await pauseUnless(stop, restMs);
    if (stop.aborted) return;
    const wait = await currentWait(client, id);
    if (stop.aborted) return;
    if (wait?.for !== reported?.for) onWaiting(wait?.message);
    reported = wait;
  }
}

interface Wait {
  readonly for: 'worker' | 'server';
  readonly message: string;
}

async function currentWait(client: Client, id: string): Promise<Wait | undefined> {
  try {
    const taskQueue = await client.withDeadline(Date.now() + CHECK_WITHIN_MS, () => queueWithoutWorker(client, id));
    if (taskQueue === undefined) return undefined;
    return { for: 'worker', message: `run ${id} waits for a worker: ${new NoWorkerError(taskQueue).message}` };
  } catch (error) {
    return isOutage(error) ? { for: 'server', message: `run ${id}: ${outageText(error)}; waiting for it` } : undefined;
  }
}

/** The Task Queue of the run, if the run has not ended and no worker polls it. */
async function queueWithoutWorker(client: Client, id: string): Promise<string | undefined> {
  const { status, taskQueue } = await client.workflow.getHandle(id).describe();
  return status.name === 'RUNNING' && (await countPollers(client, taskQueue)) === 0 ? taskQueue : undefined;
}

/** The server answers, and another request would get the same answer. */
const DEFINITE: readonly (number | undefined)[] = [
  GrpcStatus.INVALID_ARGUMENT,
  GrpcStatus.NOT_FOUND,
  GrpcStatus.PERMISSION_DENIED,
  GrpcStatus.FAILED_PRECONDITION,
  GrpcStatus.UNIMPLEMENTED,
  GrpcStatus.UNAUTHENTICATED,
];

/** True if the server does not answer now, and may answer later. */
export const isOutage = (error: unknown): boolean =>
  (error instanceof ServiceError || grpcErrorIn(error) !== undefined) && !DEFINITE.includes(grpcCodeOf(error));

function outageText(error: unknown): string {
  const message = grpcErrorIn(error)?.message ?? '';
  const [system] = /(?:connect|read) E[A-Z]+ [^\s,;]+/.exec(message) ?? [];
  return `the server does not answer${system === undefined ? '' : ` (${system})`}`;
}

const rejectOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });

const pauseUnless = (signal: AbortSignal, ms: number): Promise<void> =>
  pause(ms, undefined, { signal }).catch(() => undefined);
