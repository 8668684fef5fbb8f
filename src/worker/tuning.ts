// How a Worker of Temporal's SDK is tuned for runs and calls.
import { durationMs } from '../domain/duration.js';
import { defined } from '../domain/json/defined.js';
import { ACTIVATION_TIME } from './activation-time.js';
import type { WorkerSettings } from './worker-settings.js';

/** Default number of calls in flight of one worker: more than one run has in flight, fewer than a process may have sockets. */
export const DEFAULT_CALLS = 500;

/** The share of these calls that may wait for leases; the rest is for calls that need no lease. */
export const WAITING_SHARE = 0.5;

/** The share of these calls that may wait for the ends of runs that other runs follow under the same id. */
export const AWAITED_SHARE = 0.2;

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
export const STICKY_PATIENCE = '5s';

export const tuning = ({ concurrency = DEFAULT_CALLS, drain = DRAIN, identity }: WorkerSettings) => ({
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
