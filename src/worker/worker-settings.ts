// The settings of a worker.
import type { WorkflowBundleOption } from '@temporalio/worker';
import type { Agent, AgentLog } from '../domain/agent/agent.js';
import type { BrokerSettings } from '../domain/event/broker-settings.js';
import type { PoolSettings } from '../domain/pool/settings.js';
import type { OnRunEnd } from '../domain/run/on-run-end.js';
import type { WebhookReceiver } from '../domain/run/webhook-receiver.js';
import type { SecretSettings } from '../domain/secret.js';
import type { FindServerOptions, FoundServer } from '../server/index.js';
import type { TelemetrySettings } from '../telemetry/settings.js';
import type { ValueSettings } from '../values.js';
import type { DeploymentVersion } from './deployment.js';

export interface WorkerSettings extends ValueSettings {
  readonly agents: readonly Agent[];
  /** The pools that these agents use. */
  readonly pools?: readonly PoolSettings[];
  /** The brokers to which tasks publish. */
  readonly brokers?: readonly BrokerSettings[];
  /** The secrets that calls may use: names, and `env` (default) or the path of a directory with one file for each. */
  readonly secrets?: SecretSettings;
  /** Task Queues to poll; default `baton`. */
  readonly taskQueues?: readonly string[];
  /**
   * Workers of one project share breakers and pools. Default: the first Task Queue, unless it is `baton`; else the nearest
   * directory upwards with a `baton.config.*`, from `find.directory` or the working directory; else `baton`.
   */
  readonly project?: string;
  /** A server that has been found already. The worker does not release it. */
  readonly server?: Pick<FoundServer, 'connectionOptions' | 'namespace' | 'dataDirectory'>;
  /** How to find a server, if `server` is absent. */
  readonly find?: FindServerOptions;
  readonly log?: AgentLog;
  /** Calls in flight, in each queue; default 500. */
  readonly concurrency?: number;
  /**
   * Called with the result of each run that ends, at least once, also if the worker is killed meanwhile: then another worker of the Task
   * Queue calls its own. It is called again, for up to three days, while it throws. All workers of a Task Queue need it.
   */
  readonly onRunEnd?: OnRunEnd;
  /** Receivers of notices: that runs have ended, and that approvals wait. All workers of a Task Queue need the same. */
  readonly webhooks?: readonly WebhookReceiver[];
  /** The name of this worker on the server; default its process id and host. */
  readonly identity?: string;
  /** How long calls may take to end when the worker shuts down; default 10s. */
  readonly drain?: string;
  /** The version of these workers, for Temporal's Worker Deployment Versioning. Default: TEMPORAL_DEPLOYMENT_NAME and TEMPORAL_WORKER_BUILD_ID, if set. */
  readonly deployment?: DeploymentVersion;
  /** Workflow code that was bundled before, by `bundleWorkflowCode`. */
  readonly workflowBundle?: WorkflowBundleOption;
  /**
   * Where the worker serves its metrics and health, and what it logs. A process has one Runtime of Temporal's SDK: if the program has
   * installed one, its log holds, and the metrics of the SDK are not among those served here.
   */
  readonly telemetry?: TelemetrySettings;
}
