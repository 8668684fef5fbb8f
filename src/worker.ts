// The composition root: makes a worker from agents and settings. No other place constructs what a worker needs.
import { defined } from './domain/json/defined.js';
import type { Client } from '@temporalio/client';
import type { NativeConnection, Worker, WorkerOptions, WorkflowBundleOption } from '@temporalio/worker';
import { createActivities } from './activities/index.js';
import { openTracing } from './activities/trace/tracing.js';
import { LONGEST_LEASE_WAIT_MS, type Agent, type AgentLog } from './domain/agent/agent.js';
import { durationMs } from './domain/duration.js';
import type { BrokerSettings } from './domain/event/broker-settings.js';
import { guardAddress, guardsQueue } from './domain/guard-address.js';
import { DEFAULT_TASK_QUEUE } from './domain/task-queue.js';
import { secretReader } from './events/broker-context.js';
import { createBrokers } from './events/brokers.js';
import { createWorkerInbox } from './guards/worker-inbox.js';
import { createGuards, isGuarded, type Guards } from './guards/index.js';
import { limitedQueues } from './worker/rate-limited-queues.js';
import { SecretSettings } from './domain/secret.js';
import type { PoolSettings } from './domain/pool/settings.js';
import { ACTIVATION_TIME } from './worker/activation-time.js';
import { ownProject, projectNear } from './project.js';
import { findServer, type FindServerOptions, type FoundServer } from './server/index.js';
import { namespaceId } from './temporal/namespace-id.js';
import { openWorkerValues, storageActivities, type ValueSettings } from './values.js';
import { observeWorker, openWorkerTelemetry, runSinks, workerReadiness, type Observed } from './worker/observe.js';
import { withLogFields } from './worker/activity-log-fields.js';
import { checkSettings } from './worker/check-settings.js';
import { createPrepare } from './worker/prepare.js';
import { sweepBy } from './worker/sweep.js';
import { createReplayWatch } from './worker/replay-watch.js';
import { installRuntime } from './telemetry/runtime.js';
import type { TelemetrySettings } from './telemetry/settings.js';
import type { Telemetry } from './telemetry.js';
import { deploymentIn, deploymentOptions, type DeploymentVersion } from './worker/deployment.js';
import { keepLines, type KeptLines } from './worker/keep-lines.js';
import { createAll, createTeam, discard, type Team } from './worker/team.js';
import { carriesReferences, workflowCode } from './worker/workflow-code.js';

/** Default number of calls in flight of one worker: more than one run has in flight, fewer than a process may have sockets. */
const DEFAULT_CALLS = 500;

/** The share of these calls that may wait for leases; the rest is for calls that need no lease. */
const WAITING_SHARE = 0.5;

/** The share of these calls that may wait for the ends of runs that other runs follow under the same id. */
const AWAITED_SHARE = 0.2;

/** How long calls may take to end when a worker shuts down. Then their signals abort, and another worker tries again. */
const DRAIN = '10s';

/** A cancellation reaches an agent with the answer to a heartbeat, so heartbeats must not be delayed for long. */
const HEARTBEAT_THROTTLE = '1s';

/**
 * Workflow Tasks that a worker takes at the same time. All Workflows of a worker share a thread, and the 10 s of a Workflow Task begin when
 * a worker takes it. With this number, each ends in time even if all do as much as one activation may. The others wait on the server.
 */
const WORKFLOW_TASKS = 8;

/** How long a run waits for the worker that has it in memory before another worker may take it. If that worker died, the run stops for this time. */
const STICKY_PATIENCE = '5s';

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

export interface BatonWorker {
  readonly taskQueues: readonly string[];
  /** Runs until `shutdown`, a shutdown signal of the Runtime, or until the promise settles. Rejects if the worker fails. May be called once. */
  run(until?: Promise<unknown>): Promise<void>;
  /** Takes no more work; calls in flight get the time of `drain` to end. If it comes before `run`, `run` ends immediately. */
  shutdown(): void;
  /** Where it serves /metrics, /livez and /readyz; absent without `telemetry.listen`. */
  readonly telemetryUrl?: string;
}

/** Throws ServerUnreachableError, AgentDefinitionError, PoolDefinitionError, EncryptionKeyError, ListenError, DeploymentError. */
export async function createWorker(settings: WorkerSettings): Promise<BatonWorker> {
  const { listen, logs = {} } = settings.telemetry ?? {};
  const deployment = settings.deployment ?? deploymentIn(process.env);
  return await openWorker({ ...settings, ...defined({ deployment }) }, async () => {
    const { processLog } = await import('./telemetry/log.js');
    const runtime = await installRuntime({
      log: processLog(logs),
      verbose: logs.level === 'debug',
      metrics: listen !== undefined,
    });
    return { runtime, ...defined({ listen }) };
  });
}

/** A worker with its telemetry, to which a gateway in the same process may add. */
export interface OpenedWorker extends BatonWorker {
  readonly telemetry: Telemetry | undefined;
}

/** `observe` is called when it is certain that the worker can be made. */
export async function openWorker(settings: WorkerSettings, observe: () => Promise<Observed>): Promise<OpenedWorker> {
  const pools = checkSettings(settings);
  const { find = {}, project, taskQueues: [taskQueue] = [] } = settings;
  const own = defined({ project: ownProject({ project, taskQueue }, find.directory) });
  const found = settings.server === undefined ? await findServer({ ...find, ...own }) : undefined;
  const server = settings.server ?? found!;
  // Native code, loaded only when a worker is needed.
  const { NativeConnection } = await import('@temporalio/worker');
  let connection: NativeConnection | undefined;
  let telemetry: Telemetry | undefined;
  let kept: KeptLines | undefined;
  const release = async () => {
    await Promise.all([kept?.close(), telemetry?.close()]);
    await connection?.close();
    await found?.release();
  };
  try {
    telemetry = await openWorkerTelemetry(await observe());
    connection = await NativeConnection.connect(server.connectionOptions);
    const { workflowService } = connection;
    const log = settings.log ?? (await import('@temporalio/worker')).Runtime.instance().logger;
    const dataConverter = await openWorkerValues(settings, {
      ...defined({ dataDirectory: server.dataDirectory }),
      namespaceId: (namespace) => namespaceId(workflowService, namespace),
      log,
    });
    kept = await keepLines(settings, server, log);
    const code = await workflowCode(settings.workflowBundle, {
      isEncrypted: settings.encryption !== undefined,
      isCounted: telemetry !== undefined,
      isVersioned: settings.deployment !== undefined,
    });
    const place = { connection, namespace: server.namespace, dataConverter, code, telemetry, kept };
    const team = createTeam({ ...(await makeTeam({ ...settings, pools }, place)), release });
    telemetry?.ready(workerReadiness(connection, team.isWorking));
    return {
      taskQueues: settings.taskQueues ?? [DEFAULT_TASK_QUEUE],
      ...team,
      telemetry,
      ...defined({ telemetryUrl: telemetry?.url }),
    };
  } catch (error) {
    await release();
    throw error;
  }
}

type ServerConnection = Required<Pick<WorkerOptions, 'connection' | 'namespace' | 'dataConverter'>>;
type Place = ServerConnection & {
  readonly code: Awaited<ReturnType<typeof workflowCode>>;
  readonly telemetry?: Telemetry | undefined;
  readonly kept?: KeptLines | undefined;
};

async function makeTeam(
  settings: WorkerSettings,
  { code, telemetry, kept, ...place }: Place,
): Promise<Omit<Team, 'release'>> {
  const { agents, taskQueues = [DEFAULT_TASK_QUEUE], log, secrets } = settings;
  const [{ Client }, { Runtime, Worker }] = await Promise.all([
    import('@temporalio/client'),
    import('@temporalio/worker'),
  ]);
  const clientOptions = { ...place, ...defined({ identity: settings.identity }) };
  const client = new Client(clientOptions);
  const workerLog = log ?? Runtime.instance().logger;
  const guarded = agents.some(isGuarded)
    ? await openGuards(settings, { ...place, client, code }, workerLog)
    : undefined;
  const watch = createReplayWatch(client, workerLog);
  const project = projectNear({ project: settings.project, taskQueue: taskQueues[0] }, settings.find?.directory);
  const context = { ...secretReader(secrets), client, project, ...defined({ taskQueue: taskQueues[0] }) };
  const brokers = createBrokers(settings.brokers ?? [], context, (message, fields) => {
    workerLog.warn(message, fields);
  });
  const { permit, lease } = guarded?.guards ?? {};
  const guards = permit === undefined || lease === undefined ? {} : { permit, lease };
  const guardWorkers = guarded?.workers ?? [];
  const tracing = openTracing(process.env, workerLog, brokers.kindOf);
  try {
    const { storeOutput, ...stored } = storageActivities(place.dataConverter);
    const references = (await carriesReferences(settings.workflowBundle)) ? defined({ storeOutput }) : {};
    const awaitedRuns = Math.floor((settings.concurrency ?? DEFAULT_CALLS) * AWAITED_SHARE);
    const prepare = createPrepare(defined({ agents, brokers: settings.brokers, secrets }));
    const own = {
      agents,
      awaitedRuns,
      publishing: { ...brokers, project },
      prepare,
      sweep: sweepBy(client),
      ...defined({ log, secrets, meter: telemetry?.metrics.calls.begin, tracing, keepLine: kept?.keep }),
    };
    const activities = createActivities({ ...own, ...guards, ...stored, ...references });
    const sinks = { ...watch.sinks, ...(telemetry === undefined ? {} : runSinks(telemetry.metrics.runs)) };
    const versioned = deploymentOptions(settings.deployment, { moves: false });
    const options = { ...place, activities, sinks, ...withLogFields(code), ...versioned, ...tuning(settings) };
    // Cached answers are Workflows on the Task Queue of their agent, so a worker must run Workflows there, too.
    const queues = [...taskQueues.map((taskQueue) => ({ taskQueue })), ...limitedQueues(agents, taskQueues)];
    if (telemetry !== undefined) {
      const { concurrency = DEFAULT_CALLS, pools = [] } = settings;
      const names = queues.map((queue) => queue.taskQueue);
      observeWorker(telemetry, { agents, pools, queues: names, concurrency, project, clientOptions });
    }
    const workers = await createAll(queues.map((queue) => Worker.create({ ...options, ...queue })));
    const closeGuards = async () => {
      watch.close();
      await brokers.close();
      await tracing?.close();
      await guarded?.guards.close();
    };
    return { workers, guardWorkers, closeGuards };
  } catch (error) {
    await discard(guardWorkers);
    throw error;
  }
}

interface OpenGuards {
  readonly guards: Guards;
  readonly workers: readonly Worker[];
}

async function openGuards(
  settings: WorkerSettings,
  { client, code, ...place }: Place & { readonly client: Client },
  log: AgentLog,
): Promise<OpenGuards> {
  const { Worker } = await import('@temporalio/worker');
  const { identity, pools = [], concurrency = DEFAULT_CALLS, project, taskQueues = [], find } = settings;
  const inProject = projectNear({ project, taskQueue: taskQueues[0] }, find?.directory);
  const inbox = createWorkerInbox();
  const named = identity === undefined ? {} : { identity };
  const workers = await createAll([
    Worker.create({
      ...place,
      ...named,
      taskQueue: inbox.queue,
      activities: inbox.activities,
      maxConcurrentActivityTaskPolls: 1,
    }),
    // The Workflows of breakers and pools.
    Worker.create({
      ...place,
      ...named,
      ...code,
      ...deploymentOptions(settings.deployment, { moves: true }),
      taskQueue: guardsQueue(inProject),
      stickyQueueScheduleToStartTimeout: STICKY_PATIENCE,
    }),
  ]);
  const guards = createGuards({
    ...{ client, inbox, log, pools, random: Math.random },
    placeOf: (queue) => guardAddress(inProject, queue),
    mostWaiting: Math.ceil(concurrency * WAITING_SHARE),
    longestWaitMs: LONGEST_LEASE_WAIT_MS,
  });
  return { guards, workers };
}

const tuning = ({ concurrency = DEFAULT_CALLS, drain = DRAIN, identity }: WorkerSettings) => ({
  maxConcurrentActivityTaskExecutions: concurrency,
  // Fan-outs start in the same round trip that schedules them.
  maxEagerActivityReservationsPerWorkflowTask: concurrency,
  maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
  maxConcurrentWorkflowTaskExecutions: WORKFLOW_TASKS,
  maxConcurrentWorkflowTaskPolls: WORKFLOW_TASKS,
  stickyQueueScheduleToStartTimeout: STICKY_PATIENCE,
  ...ACTIVATION_TIME,
  shutdownGraceTime: durationMs(drain),
  ...defined({ identity }),
});
