// Runs in progress, as the server counts them: also those that no worker has in memory. All workers report the same numbers.
import type { Client } from '@temporalio/client';
import pMap from 'p-map';
import { ORCHESTRATE } from '../domain/run/input.js';
import { SEARCH_ATTRIBUTES } from '../domain/run/search-attributes.js';
import { grpcCodeOf, GrpcStatus } from '../temporal/grpc.js';
import { quoted } from '../temporal/visibility-text.js';
import type { MakeMetrics } from './make.js';
import { OTHER_PLANS, type RunMetrics } from './run-metrics.js';
import type { Source } from './source.js';

/** Sub-plans are parts of their runs. */
const ACTIVE = `WorkflowType = '${ORCHESTRATE}' AND ExecutionStatus = 'Running' AND ParentWorkflowId IS NULL`;

/** A server without the search attributes of Baton does not know the plans of its runs. */
function unknownPlan(error: unknown): undefined {
  if (grpcCodeOf(error) !== GrpcStatus.INVALID_ARGUMENT) throw error;
}

/** Counting requests at the same time. */
const AT_ONCE = 10;

export function runsSource(make: MakeMetrics, runs: RunMetrics, client: Client): Source {
  const active = make.gauge('baton_runs_active', 'Runs in progress, paused and waiting ones included', ['plan']);
  const count = async (query: string): Promise<number> => {
    const { namespace } = client.options;
    return Number((await client.workflowService.countWorkflowExecutions({ namespace, query })).count ?? 0);
  };
  return {
    async read() {
      const total = await count(ACTIVE);
      const counted = new Map<string, number>();
      // Without runs there is nothing to tell apart.
      const countOf = (plan: string): Promise<number | undefined> =>
        total === 0
          ? Promise.resolve(0)
          : count(`${ACTIVE} AND ${SEARCH_ATTRIBUTES.plan.name} = ${quoted(plan)}`).catch(unknownPlan);
      const countPlan = async (plan: string): Promise<void> => {
        const value = await countOf(plan);
        if (value !== undefined) counted.set(plan, value);
      };
      await pMap(runs.plans(), countPlan, { concurrency: AT_ONCE });
      const known = [...counted.values()].reduce((sum, one) => sum + one, 0);
      for (const [plan, value] of counted) active.set({ plan }, value);
      active.set({ plan: OTHER_PLANS }, Math.max(0, total - known));
    },
    clear: () => active.reset(),
  };
}
