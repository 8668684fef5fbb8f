// `dev` and `worker`: a worker that runs until a signal. When it is ready it prints its server and its Task Queues once.
import type { Agent } from '../../domain/agent/agent.js';
import type { SecretSettings } from '../../domain/secret.js';
import type { PoolSettings } from '../../domain/pool/settings.js';
import type { DeploymentVersion } from '../../worker/deployment.js';
import { inSession, type SessionRequest } from '../session/session.js';
import type { Io } from '../terminal/io.js';
import { runWorker } from './run-worker.js';
import { untilSignal } from './until-signal.js';

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

export const DRAINING = 'draining: calls in progress get ten seconds to end';

export async function serve(io: Io, request: ServeRequest): Promise<void> {
  const { verbose, config } = request;
  await untilSignal(io, { verbose, draining: DRAINING, logs: config?.telemetry?.logs }, async (serving) => {
    await inSession(io, request, (session) => runWorker(io, session, request, serving));
  });
}
