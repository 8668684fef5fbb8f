// One worker of a command, from its start until the signal. Subscriptions are consumed in the same process, if there are any.
import { untilAborted } from '../../system/until-aborted.js';
import { defined } from '../../domain/json/defined.js';
import type { InstalledRuntime } from '../../telemetry/runtime.js';
import { versionText } from '../../worker/deployment.js';
import { consumingText, openGateway } from '../gateway/open-gateway.js';
import { logDirectory } from '../logs/directory.js';
import { valueSettings, type Session } from '../session/session.js';
import type { Io } from '../terminal/io.js';
import { localWorker, noticeSettings } from './local-worker.js';
import { planNames } from './plan-names.js';
import type { ServeRequest } from './serve-request.js';
import type { Serving } from './until-signal.js';

export interface WorkerRound extends Serving {
  /** Why the worker is started again; absent for the first worker of the process. */
  readonly again?: string | undefined;
  /** Installs the native part of the SDK, or returns the one that is installed. */
  readonly runtime?: (() => Promise<InstalledRuntime | undefined>) | undefined;
}

export async function runWorker(
  io: Io,
  session: Session,
  request: ServeRequest,
  { log, report, leave, again, runtime }: WorkerRound,
): Promise<void> {
  const { agents, pools, secrets, taskQueues, project, json, verbose, gateway, listen, deployment, config, runPages } =
    request;
  const { server } = session;
  const worker = await localWorker({
    server,
    agents,
    pools,
    brokers: config?.brokers ?? [],
    notices: noticeSettings(config),
    secrets,
    taskQueues,
    project,
    values: valueSettings(config),
    log,
    keep: logDirectory(io, config, server),
    listen: listen ?? config?.telemetry?.listen,
    plans: planNames(config),
    deployment,
    verbose,
    endsWithRun: false,
    runtime,
  });
  const { address, namespace, webUi } = server;
  const types = agents.map(({ type }) => type);
  const about = {
    address,
    namespace,
    ...defined({ webUi, runPages, telemetry: worker.telemetryUrl }),
    ...(deployment === undefined ? {} : { deployment: versionText(deployment) }),
    project,
    taskQueues,
    agents: types,
  };
  const opening = gateway
    ? openGateway(session, { config: config!, project, log, metrics: worker.telemetry?.metrics })
    : undefined;
  const consuming = await opening?.catch(async (error: unknown) => {
    // A worker that has never run keeps its connection.
    worker.shutdown();
    await worker.run();
    throw error;
  });
  const events =
    consuming === undefined ? {} : { subscriptions: consuming.subscriptions, webhooks: consuming.webhooks };
  const running = worker.run(untilAborted(leave.signal));
  if (again === undefined) {
    report('worker ready', {
      ...about,
      ...{ taskQueues: taskQueues.join(', '), agents: types.join(', ') || 'none' },
      ...(consuming === undefined ? {} : consumingText(consuming)),
    });
    if (json) io.printJson({ ...about, ...events });
  } else report(`worker started again: ${again} changed`);
  // If one ends, the other drains.
  const end = (): void => leave.abort();
  await Promise.all([running.finally(end), consuming?.run(leave.signal).finally(end)]);
}
