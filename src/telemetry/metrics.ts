// The metrics of one process. Their names and labels are a contract: dashboards and alerts of others use them.
// M1. Labels are bounded by the configuration: agents, plans, queues, pools, subscriptions. Never the id of a run or a task.
// M2. The package that keeps them is loaded only by a process that serves them.
import { createCallMetrics, type CallMetrics } from './call-metrics.js';
import { makeIn, type MakeMetrics } from './make.js';
import { createRunMetrics, type RunMetrics } from './run-metrics.js';
import { createSources, type Source } from './source.js';

export interface Metrics {
  readonly calls: CallMetrics;
  readonly runs: RunMetrics;
  readonly make: MakeMetrics;
  /** Values that are read at each scrape. */
  add(this: void, source: Source): void;
  /** In the text format of Prometheus. */
  text(this: void): Promise<string>;
}

export async function createMetrics(about: Readonly<Record<string, string>>): Promise<Metrics> {
  const prometheus = await import('prom-client');
  const registry = new prometheus.Registry();
  const make = makeIn(prometheus, registry);
  const sources = createSources();
  make.gauge('baton_build_info', 'The versions of this process; always 1', Object.keys(about)).set(about, 1);
  return {
    calls: createCallMetrics(make),
    runs: createRunMetrics(make),
    make,
    add: sources.add,
    async text() {
      await sources.refresh();
      return await registry.metrics();
    },
  };
}
