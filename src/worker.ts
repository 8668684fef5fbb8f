// The composition root: makes a worker from agents and settings. No other place constructs what a worker needs.
import { defined } from './domain/json/defined.js';
import type { Client } from '@temporalio/client';
import type { NativeConnection, Worker, WorkerOptions } from '@temporalio/worker';
import { createActivities } from './activities/index.js';
import { openTracing } from './activities/trace/tracing.js';
import { LONGEST_LEASE_WAIT_MS, type AgentLog } from './domain/agent/agent.js';
import { guardAddress, guardsQueue } from './domain/guard-address.js';
import { DEFAULT_TASK_QUEUE } from './domain/task-queue.js';
import { secretReader } from './events/broker-context.js';
import { createBrokers } from './events/brokers.js';
import { createWorkerInbox } from './guards/worker-inbox.js';
import { createGuards, isGuarded, type Guards } from './guards/index.js';
import { limitedQueues } from './worker/rate-limited-queues.js';
import { ownProject, projectNear } from './project.js';
import { findServer } from './server/index.js';
import { namespaceId } from './temporal/namespace-id.js';
import { openWorkerValues, storageActivities } from './values.js';
import { observeWorker, openWorkerTelemetry, runSinks, workerReadiness, type Observed } from './worker/observe.js';
import { withLogFields } from './worker/activity-log-fields.js';
import { checkSettings } from './worker/check-settings.js';
import { createPrepare } from './worker/prepare.js';
import { sweepBy } from './worker/sweep.js';
import { createReplayWatch } from './worker/replay-watch.js';
import { installRuntime } from './telemetry/runtime.js';
import type { Telemetry } from './telemetry.js';
import { deploymentIn, deploymentOptions } from './worker/deployment.js';
import { keepLines, type KeptLines } from './worker/keep-lines.js';
import { createAll, createTeam, discard, type Team } from './worker/team.js';
import { openNotices } from './worker/notices.js';
import { AWAITED_SHARE, DEFAULT_CALLS, STICKY_PATIENCE, tuning, WAITING_SHARE } from './worker/tuning.js';
import { carriesReferences, workflowCode } from './worker/workflow-code.js';
import type { WorkerSettings } from './worker/worker-settings.js';

export type { WorkerSettings };

export interface BatonWorker {
  readonly taskQueues: readonly string[];
  /** Runs until `shutdown`, a shutdown signal of the Runtime, or until the promise settles. Rejects if the worker fails. May be called once. */
  run(until?: Promise<unknown>): Promise<void>;
  /** Takes no more work; calls in flight get the time of `drain` to end. If it comes before `run`, `run` ends immediately. */
  shutdown(): void;
  /** Where it serves /metrics, /livez and /readyz; absent without `telemetry.listen`. */
  readonly telemetryUrl?: string;
}

/**
 * Throws ServerUnreachableError, AgentDefinitionError, PoolDefinitionError, EncryptionKeyError, ListenError, DeploymentError,
 * WebhookDefinitionError.
 */
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
  const notices = await openNotices(settings);
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
      sendsNotices: notices !== undefined,
    });
    const place = { connection, namespace: server.namespace, dataConverter, code, telemetry, kept, notices };
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
  readonly notices?: Awaited<ReturnType<typeof openNotices>>;
};

async function makeTeam(
  settings: WorkerSettings,
  { code, telemetry, kept, notices, ...place }: Place,
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
      ...defined({
        log,
        secrets,
        meter: telemetry?.metrics.calls.begin,
        tracing,
        keepLine: kept?.keep,
        notices: notices?.(client, workerLog),
      }),
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
