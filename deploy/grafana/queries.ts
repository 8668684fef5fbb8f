// The panels of the dashboard: their titles and queries. A metric that comes from the server is the same from every worker, so its
// queries use `max`; one that each worker counts for itself uses `sum`.

export interface PanelQuery {
  readonly expr: string;
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly kind?: 'timeseries' | 'states' | 'stat';
  readonly queries: readonly PanelQuery[];
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Grafana replaces it by an interval of at least four scrapes. */
const RATE = '$__rate_interval';
const one = (expr: string, legend: string): readonly PanelQuery[] => [{ expr, legend }];
const ended = `sum by (agent) (rate(baton_calls_total{outcome=~"succeeded|failed"}[${RATE}]))`;

export const ROWS: readonly Row[] = [
  {
    title: 'The six that matter',
    panels: [
      {
        title: 'Task queue depth',
        description: 'Tasks that wait for a worker. It grows if there are too few workers, or none.',
        unit: 'short',
        queries: one('max by (task_queue, task_type) (baton_task_queue_backlog)', '{{task_queue}} {{task_type}}'),
      },
      {
        title: 'Agent utilization',
        description: 'Of the capacity of its pool, or of the calls that a worker makes at the same time.',
        unit: 'percentunit',
        queries: one('max by (agent) (baton_agent_utilization_ratio)', '{{agent}}'),
      },
      {
        title: 'Task success rate',
        description: 'The share of attempts that succeeded.',
        unit: 'percentunit',
        queries: one(`sum by (agent) (rate(baton_calls_total{outcome="succeeded"}[${RATE}])) / ${ended}`, '{{agent}}'),
      },
      {
        title: 'Average task duration',
        description: 'How long agents work for one attempt, and the slowest twentieth of them.',
        unit: 's',
        queries: [
          {
            expr: `sum by (agent) (rate(baton_call_duration_seconds_sum[${RATE}])) / sum by (agent) (rate(baton_call_duration_seconds_count[${RATE}]))`,
            legend: '{{agent}} average',
          },
          {
            expr: `histogram_quantile(0.95, sum by (agent, le) (rate(baton_call_duration_seconds_bucket[${RATE}])))`,
            legend: '{{agent}} p95',
          },
        ],
      },
      {
        title: 'Circuit breakers',
        description: 'The state of each breaker.',
        unit: 'short',
        kind: 'states',
        queries: one('max by (agent, state) (baton_breaker_state) == 1', '{{agent}} {{state}}'),
      },
      {
        title: 'Error rate by agent',
        description: 'Failed attempts a second, by the type of the failure.',
        unit: 'ops',
        queries: one(
          `sum by (agent, error_type) (rate(baton_calls_total{outcome="failed"}[${RATE}]))`,
          '{{agent}} {{error_type}}',
        ),
      },
    ],
  },
  {
    title: 'Runs',
    panels: [
      {
        title: 'Active runs',
        description: 'Runs in progress, also those that wait for people or events.',
        unit: 'short',
        queries: one('max by (plan) (baton_runs_active)', '{{plan}}'),
      },
      {
        title: 'Runs that ended',
        description: 'A second, by plan and status.',
        unit: 'ops',
        queries: one(`sum by (plan, status) (rate(baton_runs_total[${RATE}]))`, '{{plan}} {{status}}'),
      },
      {
        title: 'Duration of runs, p95',
        description: 'From start to end, waits for people included.',
        unit: 's',
        queries: one(
          `histogram_quantile(0.95, sum by (plan, le) (rate(baton_run_duration_seconds_bucket[${RATE}])))`,
          '{{plan}}',
        ),
      },
      {
        title: 'Compensation debt',
        description: 'Tasks that ended runs could not undo. `baton compensate` tries again.',
        unit: 'short',
        queries: one('max by (plan) (baton_compensation_debt_tasks)', '{{plan}}'),
      },
    ],
  },
  {
    title: 'Capacity',
    panels: [
      {
        title: 'Calls in flight',
        description: 'In all workers together.',
        unit: 'short',
        queries: one('sum by (agent) (baton_agent_calls_in_flight)', '{{agent}}'),
      },
      {
        title: 'Age of the backlog',
        description: 'How long the oldest task has waited.',
        unit: 's',
        queries: one(
          'max by (task_queue, task_type) (baton_task_queue_backlog_age_seconds)',
          '{{task_queue}} {{task_type}}',
        ),
      },
      {
        title: 'Pools: leases',
        description: 'Leases in use, and those that there are.',
        unit: 'short',
        queries: [
          { expr: 'max by (pool, resource) (baton_pool_in_use)', legend: '{{pool}}/{{resource}} in use' },
          { expr: 'max by (pool, resource) (baton_pool_capacity)', legend: '{{pool}}/{{resource}} capacity' },
        ],
      },
      {
        title: 'Pools: calls that wait',
        description: 'For a lease.',
        unit: 'short',
        queries: one('max by (pool) (baton_pool_waiting)', '{{pool}}'),
      },
    ],
  },
  {
    title: 'Cost, events and workers',
    panels: [
      {
        title: 'Tokens',
        description: 'A second, as agents report them.',
        unit: 'short',
        queries: one(`sum by (agent) (rate(baton_tokens_total[${RATE}]))`, '{{agent}}'),
      },
      {
        title: 'Cost',
        description: 'US dollars an hour, as agents report them.',
        unit: 'currencyUSD',
        queries: one(`sum by (agent) (rate(baton_cost_usd_total[${RATE}])) * 3600`, '{{agent}}'),
      },
      {
        title: 'Subscriptions: messages that wait',
        description: 'At the broker.',
        unit: 'short',
        queries: one('max by (subscription) (baton_subscription_lag)', '{{subscription}}'),
      },
      {
        title: 'Expressions, p99',
        description: 'Time of one expression.',
        unit: 's',
        queries: one(
          `histogram_quantile(0.99, sum by (le) (rate(baton_expression_duration_seconds_bucket[${RATE}])))`,
          'p99',
        ),
      },
      {
        title: 'Workers and gateways',
        description: 'Processes by version.',
        unit: 'short',
        kind: 'stat',
        queries: one('count by (version) (baton_build_info)', '{{version}}'),
      },
    ],
  },
];
