// Runs one health check. Whatever goes wrong, it resolves within its timeout with a result.
import { defined } from '../domain/json/defined.js';
import { durationMs } from '../domain/duration.js';
import { DEFAULT_CHECK_TIMEOUT, type Health, type HealthCheck } from '../domain/health-check.js';
import { fetch } from './agents/http/connections.js';
import { networkFailure, statusFailure } from './agents/http/failure.js';
import { baseEnvironment } from './agents/command/environment.js';
import { runProcess } from './agents/command/run-process.js';
import { errorLineOf } from './agents/command/stderr.js';
import { messageOf, truncateText } from './errors/truncate-error.js';

/** Time from SIGTERM to SIGKILL: a check has nothing to clean up. */
const KILL_AFTER_MS = 1_000;
/** The output of a check is not used, but a check that prints without end is stopped. */
const MAX_CHECK_STDOUT_BYTES = 1024 * 1024;

/** Rejects only if `signal` aborts: the caller no longer needs the result. */
export async function checkHealth(check: HealthCheck, signal?: AbortSignal): Promise<Health> {
  const timeout = check.timeout ?? DEFAULT_CHECK_TIMEOUT;
  const inTime = AbortSignal.timeout(durationMs(timeout));
  const startedAt = performance.now();
  const latencyMs = () => Math.round(performance.now() - startedAt);
  try {
    const limit = signal === undefined ? inTime : AbortSignal.any([signal, inTime]);
    limit.throwIfAborted();
    await rejectOnAbort(limit, runCheck(check, limit));
    return { isHealthy: true, latencyMs: latencyMs() };
  } catch (error) {
    signal?.throwIfAborted();
    const why = inTime.aborted ? `did not answer within ${timeout}` : truncateText(messageOf(error));
    return { isHealthy: false, latencyMs: latencyMs(), why };
  }
}

async function runCheck({ http, command, run, ...settings }: HealthCheck, signal: AbortSignal): Promise<void> {
  if (http !== undefined) return await checkHttp(http, signal);
  if (command !== undefined) return await checkCommand(command, settings, signal);
  await run?.(signal);
}

async function checkHttp(url: string, signal: AbortSignal): Promise<void> {
  const { origin, pathname } = new URL(url);
  const where = `GET ${origin}${pathname}`;
  const { ok, status, body } = await fetch(url, { signal, redirect: 'manual' }).catch((error: unknown) => {
    // A check does no work, so it makes no difference whether the request was sent.
    throw networkFailure(where, error, false);
  });
  await body?.cancel();
  if (!ok) throw statusFailure({ where, status, body: '', retryAfter: null, location: null });
}

async function checkCommand(
  [program, ...args]: NonNullable<HealthCheck['command']>,
  { cwd, env = [], inheritEnv }: Pick<HealthCheck, 'cwd' | 'env' | 'inheritEnv'>,
  signal: AbortSignal,
): Promise<void> {
  const {
    exitCode,
    signal: killedBy,
    stderr,
  } = await runProcess({
    command: [program, ...args],
    ...defined({ cwd }),
    env: inheritEnv === true ? process.env : { ...baseEnvironment(process.env), ...namedVariables(env) },
    stdin: '',
    maxStdoutBytes: MAX_CHECK_STDOUT_BYTES,
    killAfterMs: KILL_AFTER_MS,
    signal,
    redactor: { redactStream: (emit) => ({ push: emit, end: () => undefined }) },
    onStderrLine: () => undefined,
  });
  if (exitCode === 0) return;
  const line = errorLineOf(stderr);
  throw new Error(`${program} ended with ${killedBy ?? `exit ${exitCode}`}${line === '' ? '' : `: ${line}`}`);
}

const namedVariables = (names: readonly string[]): NodeJS.ProcessEnv =>
  Object.fromEntries(names.map((name) => [name, process.env[name]]));

/** Does not wait for work that ignores its signal. */
const rejectOnAbort = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
