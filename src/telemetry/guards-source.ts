// Circuit breakers and pools, as their Workflows answer. All workers report the same numbers. A Workflow that is not running is at rest:
// its breaker is closed, its pool is not in use.
import { QueryRejectedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { BREAKER_MESSAGES, breakerId, type BreakerView } from '../domain/breaker/messages.js';
import type { BreakerPhase } from '../domain/breaker/state-machine.js';
import { POOL_MESSAGES, poolWorkflowId } from '../domain/pool/protocol.js';
import type { PoolSettings } from '../domain/pool/settings.js';
import type { PoolStatus } from '../domain/pool/coordinator/status.js';
import type { CallMetrics } from './call-metrics.js';
import type { MakeMetrics } from './make.js';
import type { Source } from './source.js';

const PHASES = ['closed', 'open', 'half-open', 'forced-open', 'forced-closed'] as const satisfies BreakerPhase[];

export interface GuardParts {
  /** With the query reject condition `NOT_OPEN`: otherwise a worker would replay a Workflow that has ended. */
  readonly client: Client;
  /** The types of agents with a breaker, and the scope of each: part of the id of its Workflow. */
  readonly breakers: readonly { readonly agent: string; readonly scope: string }[];
  readonly pools: readonly {
    readonly settings: PoolSettings;
    readonly scope: string;
    readonly agents: readonly string[];
  }[];
}

export function breakerSource(make: MakeMetrics, parts: GuardParts): Source {
  const state = make.gauge('baton_breaker_state', 'Circuit breakers: 1 for the present state', ['agent', 'state']);
  const ask = askRunning(parts.client);
  return {
    async read() {
      const read = await Promise.all(
        parts.breakers.map(async ({ agent, scope }) => {
          const view = await ask<BreakerView>(breakerId(scope, agent), BREAKER_MESSAGES.view, Date.now());
          return { agent, phase: view?.phase ?? 'closed' };
        }),
      );
      for (const { agent, phase } of read)
        for (const one of PHASES) state.set({ agent, state: one }, one === phase ? 1 : 0);
    },
    clear: () => state.reset(),
  };
}

export function poolSource(make: MakeMetrics, calls: CallMetrics, parts: GuardParts): Source {
  const labels = ['pool', 'resource'] as const;
  const capacity = make.gauge(
    'baton_pool_capacity',
    'Calls that a resource takes now; 0 while it is paused or ill',
    labels,
  );
  const inUse = make.gauge('baton_pool_in_use', 'Leases in use', labels);
  const waiting = make.gauge('baton_pool_waiting', 'Calls that wait for a lease', ['pool']);
  const ask = askRunning(parts.client);
  const clear = (): void => [capacity, inUse, waiting].forEach((gauge) => gauge.reset());
  return {
    async read() {
      const read = await Promise.all(
        parts.pools.map(async ({ settings, scope, agents }) => {
          const status = await ask<PoolStatus>(poolWorkflowId(scope, settings.name), POOL_MESSAGES.status);
          return { pool: settings.name, agents, ...(status === undefined ? atRest(settings) : use(status)) };
        }),
      );
      clear();
      for (const { pool, agents, resources, waits } of read) {
        waiting.set({ pool }, waits);
        for (const { id, room, used } of resources) {
          capacity.set({ pool, resource: id }, room);
          inUse.set({ pool, resource: id }, used);
        }
        const [used, room] = [sum(resources.map((one) => one.used)), sum(resources.map((one) => one.room))];
        for (const agent of agents) calls.useOfPool(agent, used, room);
      }
    },
    clear,
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const atRest = ({ resources }: PoolSettings) => ({
  waits: 0,
  resources: resources.map(({ id, capacity }) => ({ id, room: capacity, used: 0 })),
});

const use = ({ resources, waiting }: PoolStatus) => ({
  waits: sum(waiting.map(({ count }) => count)),
  resources: resources.map(({ id, condition, limit, inUse }) => ({
    id,
    room: condition === 'open' ? limit : 0,
    used: inUse,
  })),
});

type Ask = <T>(workflowId: string, query: string, ...args: unknown[]) => Promise<T | undefined>;

/** Queries a Workflow if it is running. */
const askRunning =
  (client: Client): Ask =>
  async <T>(workflowId: string, query: string, ...args: unknown[]) => {
    try {
      return await client.workflow.getHandle(workflowId).query<T, unknown[]>(query, ...args);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError || error instanceof QueryRejectedError) return undefined;
      throw error;
    }
  };
