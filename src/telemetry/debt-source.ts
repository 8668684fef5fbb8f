// What ended runs could not undo, as their search attributes have it. All workers report the same numbers.
// The debt of a run is that of its last retry that has ended; a retry that completed left none.
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { ORCHESTRATE } from '../domain/run/input.js';
import { COMPENSATES_MEMO } from '../domain/run/memo.js';
import { SEARCH_ATTRIBUTES } from '../domain/run/search-attributes.js';
import { quoted } from '../temporal/visibility-text.js';
import type { MakeMetrics } from './make.js';
import type { RunMetrics } from './run-metrics.js';
import type { Source } from './source.js';

const OWING = `WorkflowType = '${ORCHESTRATE}' AND ${SEARCH_ATTRIBUTES.debt.name} IS NOT NULL`;

/** More runs with debt are not read: the newest ones show that there is a problem. */
const MOST_RUNS = 500;
/** Runs whose retries one query finds. */
const BATCH = 25;

interface Owed {
  readonly plan: string;
  readonly tasks: number;
  readonly startedAt: number;
}

export function debtSource(make: MakeMetrics, runs: RunMetrics, client: Client): Source {
  const debt = make.gauge('baton_compensation_debt_tasks', 'Tasks that ended runs could not undo', ['plan']);
  return {
    async read() {
      const latest = new Map<string, Owed>();
      for await (const info of client.workflow.list({ query: OWING })) {
        note(latest, info);
        if (latest.size >= MOST_RUNS) break;
      }
      const ids = [...latest.keys()];
      for (let from = 0; from < ids.length; from += BATCH) {
        const retries = client.workflow.list({ query: completedRetries(ids.slice(from, from + BATCH)) });
        for await (const info of retries) note(latest, info);
      }
      const totals = new Map<string, number>();
      for (const { plan, tasks } of latest.values()) {
        const label = runs.labelOf(plan);
        totals.set(label, (totals.get(label) ?? 0) + tasks);
      }
      debt.reset();
      for (const plan of runs.plans()) debt.set({ plan }, 0);
      for (const [plan, tasks] of totals) debt.set({ plan }, tasks);
    },
    clear: () => debt.reset(),
  };
}

/** Of two Workflows of the same run, the later one knows the debt. */
function note(latest: Map<string, Owed>, info: WorkflowExecutionInfo): void {
  const { workflowId, startTime, memo, typedSearchAttributes } = info;
  const retried: unknown = memo?.[COMPENSATES_MEMO];
  const run = typeof retried === 'string' ? retried : workflowId;
  const startedAt = startTime.getTime();
  if ((latest.get(run)?.startedAt ?? -Infinity) > startedAt) return;
  const texts = new Map(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, String(value)]));
  const tasks = Number(texts.get(SEARCH_ATTRIBUTES.debt.name) ?? 0);
  latest.set(run, { startedAt, tasks, plan: texts.get(SEARCH_ATTRIBUTES.plan.name) ?? '' });
}

const completedRetries = (runs: readonly string[]): string => {
  const starts = runs.flatMap((run) => [`${run}:compensate-`, `${run}#`]);
  const ids = starts.map((start) => `WorkflowId STARTS_WITH ${quoted(start)}`).join(' OR ');
  return `WorkflowType = '${ORCHESTRATE}' AND ExecutionStatus = 'Completed' AND (${ids})`;
};
