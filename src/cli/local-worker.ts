// A worker in this process. Signals are the command's business, and the log goes where the command draws.
import { hostname } from 'node:os';
import type { Logger } from '@temporalio/common';
import { makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { PASSING } from '../client/pollers.js';
import type { Agent } from '../domain/agent.js';
import type { PoolSettings } from '../domain/pool/settings.js';
import type { FoundServer } from '../server/index.js';
import { createWorker, type BatonWorker } from '../worker.js';

export interface LocalWorkerOptions {
  readonly server: FoundServer;
  readonly agents: readonly Agent[];
  readonly pools: readonly PoolSettings[];
  readonly taskQueues: readonly string[];
  readonly log: Logger;
  /** Whether the native part of the SDK is to tell more than what is wrong. */
  readonly verbose: boolean;
  /** True for the worker inside `run`, which ends with it. */
  readonly passing: boolean;
}

/** Somebody waits for `run` to end; what it cuts short is tried again at the next start. */
const PASSING_DRAIN = '1s';

/** At most once in a process: the log cannot be changed afterwards. Throws AgentDefinitionError. */
export async function localWorker(options: LocalWorkerOptions): Promise<BatonWorker> {
  const { server, agents, pools, taskQueues, log, verbose, passing } = options;
  const core = verbose ? 'INFO' : 'WARN';
  Runtime.install({
    logger: log,
    shutdownSignals: [],
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core, other: 'ERROR' }) } },
  });
  return await createWorker({
    server,
    agents,
    pools,
    taskQueues,
    ...(passing ? { identity: `${PASSING}${process.pid}@${hostname()}`, drain: PASSING_DRAIN } : {}),
  });
}
