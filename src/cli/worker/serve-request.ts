// What a command that runs a worker knows of it.
import type { Agent } from '../../domain/agent/agent.js';
import type { SecretSettings } from '../../domain/secret.js';
import type { PoolSettings } from '../../domain/pool/settings.js';
import type { DeploymentVersion } from '../../worker/deployment.js';
import type { LoadedConfig } from '../session/load-config.js';
import type { SessionRequest } from '../session/session.js';

export interface ServeRequest extends SessionRequest {
  readonly config?: LoadedConfig | undefined;
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
  /** Where the pages of runs are served. */
  readonly runPages?: string;
}
