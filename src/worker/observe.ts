// The metrics and the health of a worker, if it serves them.
import { readFileSync } from 'node:fs';
import { Client, type ClientOptions } from '@temporalio/client';
import type { InjectedSinks, NativeConnection } from '@temporalio/worker';
import type { Sinks } from '@temporalio/workflow';
import type { Agent } from '../domain/agent/agent.js';
import { guardAddress } from '../domain/guard-address.js';
import { poolNameOf, poolUseOf } from '../domain/pool/agent-pool.js';
import type { PoolSettings } from '../domain/pool/settings.js';
import { RUN_SINK, type RunSinks } from '../domain/run/run-notice.js';
import { isServerThere } from '../temporal/server-answer.js';
import { openTelemetry, type Telemetry } from '../telemetry.js';
import { backlogSource } from '../telemetry/backlog-source.js';
import { debtSource } from '../telemetry/debt-source.js';
import { breakerSource, poolSource } from '../telemetry/guards-source.js';
import type { RunMetrics } from '../telemetry/run-metrics.js';
import { runsSource } from '../telemetry/runs-source.js';
import type { InstalledRuntime } from '../telemetry/runtime.js';

/** What a worker that is started by a command or by a program needs to be observed. */
export interface Observed {
  /** `HOST:PORT`; absent: nothing is counted. */
  readonly listen?: string;
  /** The names of the plans in the configuration. */
  readonly plans?: readonly string[];
  /** `undefined`: the host of this process has installed a Runtime of its own. */
  readonly runtime: InstalledRuntime | undefined;
}

/** Throws ListenError. */
export async function openWorkerTelemetry({ listen, plans = [], runtime }: Observed): Promise<Telemetry | undefined> {
  if (listen === undefined) return undefined;
  const telemetry = await openTelemetry({ listen, about: versions(), sdk: runtime?.metricsUrl });
  telemetry.metrics.runs.open(plans);
  return telemetry;
}

export interface ObservedWorker {
  readonly agents: readonly Agent[];
  readonly pools: readonly PoolSettings[];
  /** All Task Queues that it polls. */
  readonly queues: readonly string[];
  readonly concurrency: number;
  readonly project: string;
  readonly clientOptions: ClientOptions;
}

export function observeWorker({ metrics }: Telemetry, worker: ObservedWorker): void {
  const { agents, pools, queues, concurrency, project, clientOptions } = worker;
  // For a Workflow that has ended, a query would be answered by replaying it.
  const client = new Client({ ...clientOptions, workflow: { queryRejectCondition: NOT_OPEN } });
  const { make, calls, runs, add } = metrics;
  const poolOf = (agent: Agent) => poolUseOf(agent);
  calls.open(
    agents.map((agent) => ({ type: agent.type, isPooled: poolOf(agent) !== undefined })),
    concurrency,
  );
  const scopeOf = (queue?: string) => guardAddress(project, queue).scope;
  const guards = {
    client,
    breakers: agents.flatMap(({ type, breaker, taskQueue }) =>
      breaker === undefined ? [] : [{ agent: type, scope: scopeOf(taskQueue) }],
    ),
    pools: pools.map((settings) => ({
      settings,
      scope: scopeOf(settings.taskQueue),
      agents: agents.flatMap((agent) => {
        const use = poolOf(agent);
        return use !== undefined && poolNameOf(use) === settings.name ? [agent.type] : [];
      }),
    })),
  };
  const ofAgents = agents.flatMap(({ taskQueue }) => (taskQueue === undefined ? [] : [taskQueue]));
  add(backlogSource(make, client, [...new Set([...queues, ...ofAgents])]));
  add(runsSource(make, runs, client));
  add(debtSource(make, runs, client));
  if (guards.breakers.length > 0) add(breakerSource(make, guards));
  if (guards.pools.length > 0) add(poolSource(make, calls, guards));
}

/** temporal.api.enums.v1.QueryRejectCondition */
const NOT_OPEN = 'NOT_OPEN';

/** Why the worker takes no work; `undefined`: it takes work. */
export const workerReadiness =
  (connection: NativeConnection, isWorking: () => boolean) => async (): Promise<string | undefined> => {
    if (!isWorking()) return 'the worker is draining, or has not begun';
    return (await isServerThere(connection)) ? undefined : 'the Temporal server cannot be reached';
  };

/** The sinks of a worker that counts runs. */
export const runSinks = (runs: RunMetrics): InjectedSinks<RunSinks & Sinks> => ({
  [RUN_SINK]: {
    began: { fn: (_info, plan) => runs.began(plan) },
    ended: { fn: (_info, end) => runs.ended(end) },
    evaluated: { fn: (_info, costs) => runs.evaluated(costs) },
  },
});

/** The labels of `baton_build_info`. */
export function versions(): Record<string, string> {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return { version, node: process.versions.node };
}
