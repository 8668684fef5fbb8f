// `dev` and `worker`: a worker until a signal. It says once, when it is ready, where it is and what it polls.
import type { Agent } from '../domain/agent.js';
import type { PoolSettings } from '../domain/pool/settings.js';
import { onInterrupts } from './interrupts.js';
import type { Io } from './io.js';
import { localWorker } from './local-worker.js';
import { createLog } from './log.js';
import { inSession, type SessionRequest } from './session.js';

export interface ServeRequest extends SessionRequest {
  readonly agents: readonly Agent[];
  readonly pools: readonly PoolSettings[];
  readonly taskQueues: readonly string[];
  readonly json: boolean;
  readonly verbose: boolean;
}

export async function serve(
  io: Io,
  { agents, pools, taskQueues, json, verbose, ...request }: ServeRequest,
): Promise<void> {
  const format = io.isLive() ? 'lines' : 'json';
  const log = createLog(io, { level: verbose ? 'debug' : 'info', format });
  const say = (message: string, fields: Record<string, unknown> = {}): void => {
    if (format === 'json') log.info(message, fields);
    else io.note([message, ...Object.entries(fields).map(([key, value]) => `  ${key}: ${String(value)}`)].join('\n'));
  };
  const restoreNotes = format === 'json' ? io.divertNotes((line) => void log.info(line)) : undefined;
  const leave = new AbortController();
  const drain = (): void => {
    if (!leave.signal.aborted) say('draining: calls at work get ten seconds to end');
    leave.abort();
  };
  const interrupts = onInterrupts({ interrupted: drain, ended: drain });
  try {
    await inSession(io, request, async ({ server }) => {
      const worker = await localWorker({ server, agents, pools, taskQueues, log, verbose, passing: false });
      const { address, namespace, webUi } = server;
      const types = agents.map(({ type }) => type);
      const about = { address, namespace, ...(webUi === undefined ? {} : { webUi }), taskQueues, agents: types };
      const running = worker.run(aborted(leave.signal));
      say('worker ready', { ...about, taskQueues: taskQueues.join(', '), agents: types.join(', ') || 'none' });
      if (json) io.printJson(about);
      await running;
    });
    say('stopped');
  } finally {
    interrupts.stop();
    restoreNotes?.();
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
