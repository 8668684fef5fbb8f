// The composition root: agents and settings in, a Worker out. The only place that constructs what a worker needs.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NativeConnection, Worker, WorkerOptions, WorkflowBundleOption } from '@temporalio/worker';
import { createActivities } from './activities/index.js';
import { createRegistry } from './activities/registry.js';
import { LONGEST_LEASE_WAIT_MS, type Agent, type AgentLog } from './domain/agent.js';
import { durationMs } from './domain/duration.js';
import { DEFAULT_TASK_QUEUE } from './domain/run-input.js';
import { createEar } from './guards/ear.js';
import { createGuards, isGuarded, type Guards } from './guards/index.js';
import { limitedQueues } from './limited-queues.js';
import { parsePools } from './guards/pool/definition.js';
import type { PoolSettings } from './domain/pool/settings.js';
import { findServer, type FindServerOptions, type FoundServer } from './server/index.js';

/** Calls that one worker makes at once unless told otherwise: more than a run has in flight, less than a process has sockets. */
const DEFAULT_CALLS = 500;
/** Of these, so many may wait for leases at once: the others are for calls that need none. */
const WAITING_SHARE = 0.5;
/** Calls get so long to end by themselves when a worker shuts down; then their signals abort, and another worker tries again. */
const DRAIN = '10s';
/** A cancel reaches an agent with the answer to a heartbeat, so heartbeats must not be held back for long. */
const HEARTBEAT_THROTTLE = '1s';
/** How long a run waits for the worker that has it in memory before any other may take it: so long it stands still if that one died. */
const STICKY_PATIENCE = '5s';

export interface WorkerSettings {
  readonly agents: readonly Agent[];
  /** The pools that these agents use. */
  readonly pools?: readonly PoolSettings[];
  /** Task Queues to poll; default `baton`. */
  readonly taskQueues?: readonly string[];
  /** A server that has been found already; it is not given back. */
  readonly server?: Pick<FoundServer, 'connectionOptions' | 'namespace'>;
  /** How to find one otherwise. */
  readonly find?: FindServerOptions;
  readonly log?: AgentLog;
  /** Calls in flight at once, in each queue; default 500. */
  readonly concurrency?: number;
  /** How the server names this worker; default its process and host. */
  readonly identity?: string;
  /** What calls get to end by themselves when the worker shuts down; default 10s. */
  readonly drain?: string;
  /** Workflow code that has been bundled elsewhere, by `bundleWorkflowCode`. */
  readonly workflowBundle?: WorkflowBundleOption;
}

export interface BatonWorker {
  readonly taskQueues: readonly string[];
  /** Works until `shutdown`, or until the promise settles. Rejects if the worker dies. */
  run(until?: Promise<unknown>): Promise<void>;
  /** Takes no more; what runs gets the time of `drain` to end. */
  shutdown(): void;
}

/** Throws ServerUnreachable, AgentDefinitionError, PoolDefinitionError. */
export async function createWorker(settings: WorkerSettings): Promise<BatonWorker> {
  // Bad agents are refused before a server is looked for.
  createRegistry(settings.agents);
  limitedQueues(settings.agents, settings.taskQueues ?? [DEFAULT_TASK_QUEUE]);
  const pools = parsePools(settings.pools ?? [], settings.agents);
  const found = settings.server === undefined ? await findServer(settings.find) : undefined;
  const server = settings.server ?? found!;
  // Native code, loaded only where there is work to do.
  const { NativeConnection } = await import('@temporalio/worker');
  let connection: NativeConnection | undefined;
  const release = async () => {
    await connection?.close();
    await found?.release();
  };
  try {
    connection = await NativeConnection.connect(server.connectionOptions);
    return batonWorker(await makeParts({ ...settings, pools }, { connection, namespace: server.namespace }), release);
  } catch (error) {
    await release();
    throw error;
  }
}

/** What works in one process. */
interface Parts {
  readonly taskQueues: readonly string[];
  readonly workers: readonly Worker[];
  readonly guards?: { readonly guards: Guards; readonly ear: Worker };
}

type Place = Required<Pick<WorkerOptions, 'connection' | 'namespace'>>;

async function makeParts(settings: WorkerSettings, place: Place): Promise<Parts> {
  const { agents, taskQueues = [DEFAULT_TASK_QUEUE], log } = settings;
  const { Runtime, Worker } = await import('@temporalio/worker');
  const guarded = agents.some(isGuarded)
    ? await openGuards(settings, place, log ?? Runtime.instance().logger)
    : undefined;
  const { permit, lease } = guarded?.guards ?? {};
  const guards = permit === undefined || lease === undefined ? {} : { permit, lease };
  const activities = createActivities({ agents, ...guards, ...(log === undefined ? {} : { log }) });
  const options = { ...place, activities, ...workflowCode(settings), ...tuning(settings) };
  // Breakers and cached answers live on the Task Queue of their agent: there, too, somebody must work for Workflows.
  const queues = [...taskQueues.map((taskQueue) => ({ taskQueue })), ...limitedQueues(agents, taskQueues)];
  const workers = await Promise.all(queues.map((queue) => Worker.create({ ...options, ...queue })));
  return { taskQueues, workers, ...(guarded === undefined ? {} : { guards: guarded }) };
}

async function openGuards(settings: WorkerSettings, place: Place, log: AgentLog): Promise<Parts['guards']> {
  const [{ Client }, { Worker }] = await Promise.all([import('@temporalio/client'), import('@temporalio/worker')]);
  const {
    identity,
    pools = [],
    taskQueues: [taskQueue = DEFAULT_TASK_QUEUE] = [],
    concurrency = DEFAULT_CALLS,
  } = settings;
  const ear = createEar();
  const client = new Client({ ...place, ...(identity === undefined ? {} : { identity }) });
  return {
    guards: createGuards({
      ...{ client, ear, log, pools, taskQueue, random: Math.random },
      mostWaiting: Math.ceil(concurrency * WAITING_SHARE),
      longestWaitMs: LONGEST_LEASE_WAIT_MS,
    }),
    ear: await Worker.create({
      ...place,
      taskQueue: ear.queue,
      activities: ear.activities,
      maxConcurrentActivityTaskPolls: 1,
      ...(identity === undefined ? {} : { identity }),
    }),
  };
}

function batonWorker({ taskQueues, workers, guards }: Parts, release: () => Promise<void>): BatonWorker {
  const shutdown = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  // If one dies the others must not go on as if nothing had happened.
  const work = () => Promise.all(workers.map((worker) => worker.run().finally(shutdown)));
  return {
    taskQueues,
    shutdown,
    async run(until) {
      until?.then(shutdown, shutdown);
      try {
        if (guards === undefined) await work();
        // Calls that end while the worker drains are told of too.
        else await guards.ear.runUntil(() => work().finally(() => guards.guards.close()));
      } finally {
        await release();
      }
    },
  };
}

const tuning = ({ concurrency = DEFAULT_CALLS, drain = DRAIN, identity }: WorkerSettings) => ({
  maxConcurrentActivityTaskExecutions: concurrency,
  // Fan-outs start in the same round trip that schedules them.
  maxEagerActivityReservationsPerWorkflowTask: concurrency,
  maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
  stickyQueueScheduleToStartTimeout: STICKY_PATIENCE,
  shutdownGraceTime: durationMs(drain),
  ...(identity === undefined ? {} : { identity }),
});

/** Bundled when the package is built, so that a worker starts in a second; from source where there is no build. */
function workflowCode({ workflowBundle }: WorkerSettings) {
  if (workflowBundle !== undefined) return { workflowBundle };
  const codePath = fileURLToPath(new URL('./workflow-bundle.js', import.meta.url));
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  return { workflowsPath: fileURLToPath(new URL('./workflows/index.ts', import.meta.url)) };
}
