// `dev` and `worker`: a worker that runs until a signal. When it is ready it prints its server and its Task Queues once.
import { once } from 'node:events';
import { defined } from '../../domain/json/defined.js';
import type { Agent } from '../../domain/agent/agent.js';
import type { SecretSettings } from '../../domain/secret.js';
import type { PoolSettings } from '../../domain/pool/settings.js';
import { onInterrupts } from '../terminal/interrupts.js';
import type { Io } from '../terminal/io.js';
import { withoutColours } from '../terminal/paint.js';
import { localWorker } from './local-worker.js';
import { createLog } from '../terminal/log.js';
import { inSession, valueSettings, type SessionRequest } from '../session/session.js';

export interface ServeRequest extends SessionRequest {
  readonly agents: readonly Agent[];
  readonly pools: readonly PoolSettings[];
  readonly secrets: SecretSettings | undefined;
  readonly taskQueues: readonly string[];
  readonly project: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

export async function serve(
  io: Io,
  { agents, pools, secrets, taskQueues, project, json, verbose, ...request }: ServeRequest,
): Promise<void> {
  const format = io.isLive() ? 'lines' : 'json';
  const log = createLog(io, { level: verbose ? 'debug' : 'info', format });
  const report = (message: string, fields: Record<string, unknown> = {}): void => {
    if (format === 'json') log.info(message, fields);
    else io.note([message, ...Object.entries(fields).map(([key, value]) => `  ${key}: ${String(value)}`)].join('\n'));
  };
  const restoreNotes = format === 'json' ? io.divertNotes((line) => void log.info(withoutColours(line))) : undefined;
  const leave = new AbortController();
  const drain = (): void => {
    if (!leave.signal.aborted) report('draining: calls in progress get ten seconds to end');
    leave.abort();
  };
  const interrupts = onInterrupts({ interrupted: drain, ended: drain });
  try {
    await inSession(io, request, async ({ server }) => {
      const worker = await localWorker({
        server,
        agents,
        pools,
        brokers: request.config?.brokers ?? [],
        secrets,
        taskQueues,
        project,
        values: valueSettings(request.config),
        log,
        verbose,
        endsWithRun: false,
      });
      const { address, namespace, webUi } = server;
      const types = agents.map(({ type }) => type);
      const about = {
        address,
        namespace,
        ...defined({ webUi }),
        project,
        taskQueues,
        agents: types,
      };
      const running = worker.run(untilAborted(leave.signal));
      report('worker ready', { ...about, taskQueues: taskQueues.join(', '), agents: types.join(', ') || 'none' });
      if (json) io.printJson(about);
      await running;
    });
    report('stopped');
  } finally {
    interrupts.stop();
    restoreNotes?.();
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
