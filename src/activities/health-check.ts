// Runs one health check. It settles in its time with what it has found, whatever goes wrong.
import { fetch } from 'undici';
import { durationMs } from '../domain/duration.js';
import { DEFAULT_CHECK_TIMEOUT, type Health, type HealthCheck } from '../domain/health.js';
import { networkFailure, statusFailure } from './agents/http-failure.js';
import { runProcess } from './agents/run-process.js';
import { boundedText, messageOf } from './bounded-error.js';

/** A check that is told to end has nothing to put in order. */
const KILL_AFTER_MS = 1_000;
/** What it prints is not read, but what prints for ever is stopped. */
const MAX_STDOUT_BYTES = 1024 * 1024;

/** `signal`: nobody wants to know any more; then it rejects. */
export async function checkHealth(check: HealthCheck, signal?: AbortSignal): Promise<Health> {
  const timeout = check.timeout ?? DEFAULT_CHECK_TIMEOUT;
  const inTime = AbortSignal.timeout(durationMs(timeout));
  const startedAt = performance.now();
  const latencyMs = () => Math.round(performance.now() - startedAt);
  try {
    const limit = signal === undefined ? inTime : AbortSignal.any([signal, inTime]);
    limit.throwIfAborted();
    await orAbort(limit, ask(check, limit));
    return { isHealthy: true, latencyMs: latencyMs() };
  } catch (error) {
    signal?.throwIfAborted();
    const why = inTime.aborted ? `did not answer within ${timeout}` : boundedText(messageOf(error));
    return { isHealthy: false, latencyMs: latencyMs(), why };
  }
}

async function ask({ http, command, cwd, run }: HealthCheck, signal: AbortSignal): Promise<void> {
  if (http !== undefined) return await askHttp(http, signal);
  if (command !== undefined) return await askCommand(command, cwd, signal);
  await run?.(signal);
}

async function askHttp(url: string, signal: AbortSignal): Promise<void> {
  const { origin, pathname } = new URL(url);
  const where = `GET ${origin}${pathname}`;
  const { ok, status, body } = await fetch(url, { signal, redirect: 'manual' }).catch((error: unknown) => {
    throw networkFailure(where, error);
  });
  await body?.cancel();
  if (!ok) throw statusFailure({ where, status, body: '', retryAfter: null, location: null });
}

async function askCommand(
  [program, ...args]: NonNullable<HealthCheck['command']>,
  cwd: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const {
    exitCode,
    signal: killedBy,
    stderr,
  } = await runProcess({
    command: [program, ...args],
    ...(cwd === undefined ? {} : { cwd }),
    env: process.env,
    stdin: '',
    maxStdoutBytes: MAX_STDOUT_BYTES,
    killAfterMs: KILL_AFTER_MS,
    signal,
    onStderrLine: () => undefined,
  });
  if (exitCode === 0) return;
  const said = stderr.trim().split('\n').at(-1) ?? '';
  throw new Error(`${program} ended with ${killedBy ?? `exit ${exitCode}`}${said === '' ? '' : `: ${said}`}`);
}

/** What does not heed its signal is given up. */
const orAbort = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
