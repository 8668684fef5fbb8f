// A worker in this process. The command handles signals, and receives the log.
import { hostname } from 'node:os';
import type { Logger } from '@temporalio/common';
import { RUN_WORKER_PREFIX } from '../../temporal/pollers.js';
import type { LoadedConfig } from '../session/load-config.js';
import type { Agent } from '../../domain/agent/agent.js';
import { defined } from '../../domain/json/defined.js';
import type { BrokerSettings } from '../../domain/event/broker-settings.js';
import type { SecretSettings } from '../../domain/secret.js';
import type { PoolSettings } from '../../domain/pool/settings.js';
import type { FoundServer } from '../../server/index.js';
import type { ValueSettings } from '../../values.js';
import { installRuntime, type InstalledRuntime } from '../../telemetry/runtime.js';
import { openWorker, type OpenedWorker, type WorkerSettings } from '../../worker.js';
import type { DeploymentVersion } from '../../worker/deployment.js';

export interface LocalWorkerOptions {
  readonly server: FoundServer;
  readonly agents: readonly Agent[];
  readonly pools: readonly PoolSettings[];
  readonly brokers: readonly BrokerSettings[];
  readonly secrets: SecretSettings | undefined;
  /** Receivers of notices. */
  readonly notices: Pick<WorkerSettings, 'webhooks' | 'onRunEnd'>;
  readonly taskQueues: readonly string[];
  readonly project: string;
  readonly values: ValueSettings;
  readonly log: Logger;
  /** The directory where it keeps what calls log; `false`: nowhere. */
  readonly keep: string | false;
  /** `HOST:PORT` of metrics and health. */
  readonly listen?: string | undefined;
  readonly plans: readonly string[];
  /** Absent: the worker has no version, whatever the environment says. */
  readonly deployment?: DeploymentVersion | undefined;
  /** Whether the native part of the SDK logs more than warnings. */
  readonly verbose: boolean;
  /** Absent: the native part of the SDK is installed, which can be done once in a process. */
  readonly runtime?: (() => Promise<InstalledRuntime | undefined>) | undefined;
  /** True for the worker inside `run`, which ends when the run does. */
  readonly endsWithRun: boolean;
}

/** The receivers of notices of a configuration. */
export const noticeSettings = (config: LoadedConfig | undefined): LocalWorkerOptions['notices'] =>
  defined({ webhooks: config?.webhooks, onRunEnd: config?.onRunEnd });

/** The user waits for `run` to exit. A call that is cut off is retried at the next start. */
const SHORT_DRAIN = '1s';

/** Without `runtime`, call it at most once in a process: the log cannot be changed afterwards. Throws AgentDefinitionError. */
export async function localWorker(options: LocalWorkerOptions): Promise<OpenedWorker> {
  const { server, agents, pools, brokers, secrets, notices, taskQueues, project, values, endsWithRun } = options;
  const { log, verbose, listen, plans, keep } = options;
  const {
    runtime: installed = () => installRuntime({ log, verbose, metrics: listen !== undefined, shutdownSignals: [] }),
  } = options;
  const runtime = await installed();
  return await openWorker(
    {
      server,
      agents,
      pools,
      brokers,
      taskQueues,
      project,
      ...values,
      ...notices,
      telemetry: { logs: { keep } },
      ...defined({ secrets, deployment: options.deployment }),
      ...(endsWithRun ? { identity: `${RUN_WORKER_PREFIX}${process.pid}@${hostname()}`, drain: SHORT_DRAIN } : {}),
    },
    () => Promise.resolve({ runtime, plans, ...defined({ listen }) }),
  );
}
