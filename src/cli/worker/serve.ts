// `dev` and `worker`: a worker that runs until a signal. When it is ready it prints its server and its Task Queues once.
import { defined } from '../../domain/json/defined.js';
import type { Agent } from '../../domain/agent/agent.js';
import type { SecretSettings } from '../../domain/secret.js';
import type { PoolSettings } from '../../domain/pool/settings.js';
import type { Io } from '../terminal/io.js';
import { logDirectory } from '../logs/directory.js';
import { planNames } from './plan-names.js';
import { consumingText, openGateway } from '../gateway/open-gateway.js';
import { localWorker } from './local-worker.js';
import { versionText, type DeploymentVersion } from '../../worker/deployment.js';
import { untilSignal } from './until-signal.js';
import { untilAborted } from '../../system/until-aborted.js';
import { inSession, valueSettings, type SessionRequest } from '../session/session.js';

export interface ServeRequest extends SessionRequest {
  readonly agents: readonly Agent[];
  readonly pools: readonly PoolSettings[];
  readonly secrets: SecretSettings | undefined;
  readonly taskQueues: readonly string[];
  readonly project: string;
  readonly json: boolean;
  readonly verbose: boolean;
  /** Whether the subscriptions of the configuration are consumed, too. */
  readonly gateway: boolean;
  /** The version of the worker, if it has one. */
  readonly deployment?: DeploymentVersion | undefined;
  /** Where metrics and health are served, in place of the address of the configuration. */
  readonly listen: string | undefined;
}

export async function serve(
  io: Io,
  { agents, pools, secrets, taskQueues, project, json, verbose, gateway, listen, deployment, ...request }: ServeRequest,
): Promise<void> {
  const draining = 'draining: calls in progress get ten seconds to end';
  const { telemetry } = request.config ?? {};
  await untilSignal(io, { verbose, draining, logs: telemetry?.logs }, async ({ log, report, leave }) => {
    await inSession(io, request, async (session) => {
      const { server } = session;
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
        keep: logDirectory(io, request.config, server),
        listen: listen ?? telemetry?.listen,
        plans: planNames(request.config),
        deployment,
        verbose,
        endsWithRun: false,
      });
      const { address, namespace, webUi } = server;
      const types = agents.map(({ type }) => type);
      const about = {
        address,
        namespace,
        ...defined({ webUi, telemetry: worker.telemetryUrl }),
        ...(deployment === undefined ? {} : { deployment: versionText(deployment) }),
        project,
        taskQueues,
        agents: types,
      };
      const opening = gateway
        ? openGateway(session, { config: request.config!, project, log, metrics: worker.telemetry?.metrics })
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
      report('worker ready', {
        ...about,
        ...{ taskQueues: taskQueues.join(', '), agents: types.join(', ') || 'none' },
        ...(consuming === undefined ? {} : consumingText(consuming)),
      });
      if (json) io.printJson({ ...about, ...events });
      // If one ends, the other drains.
      const end = (): void => leave.abort();
      await Promise.all([running.finally(end), consuming?.run(leave.signal).finally(end)]);
    });
  });
}
