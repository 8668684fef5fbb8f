import { describe, expect, test } from 'vitest';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.js';
import { createSources } from '../../src/telemetry/source.js';

const AGENTS = [
  { type: 'coder', isPooled: false },
  { type: 'gpu', isPooled: true },
];

async function open(): Promise<Metrics> {
  const metrics = await createMetrics({ version: '1.2.3' });
  metrics.calls.open(AGENTS, 10);
  metrics.runs.open(['nightly']);
  return metrics;
}

/** The lines of values, without help and types. */
const values = async ({ text }: Metrics): Promise<string[]> =>
  (await text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

const NOTHING = { tokens: 0, usd: 0 };

describe('metrics of calls', () => {
  test('a call in flight counts in its agent and in its utilization, until it ends', async () => {
    const metrics = await open();
    const end = metrics.calls.begin('coder');
    expect(await values(metrics)).toEqual(
      expect.arrayContaining([
        'baton_agent_calls_in_flight{agent="coder"} 1',
        'baton_agent_utilization_ratio{agent="coder"} 0.1',
      ]),
    );
    end({ outcome: 'failed', errorType: 'Timeout', seconds: 2, tokens: 5, usd: 0.5 });
    expect(await values(metrics)).toEqual(
      expect.arrayContaining([
        'baton_agent_calls_in_flight{agent="coder"} 0',
        'baton_calls_total{agent="coder",outcome="failed",error_type="Timeout"} 1',
        'baton_call_duration_seconds_sum{agent="coder",outcome="failed"} 2',
        'baton_tokens_total{agent="coder"} 5',
        'baton_cost_usd_total{agent="coder"} 0.5',
      ]),
    );
  });

  test('a call that never reached its agent has no duration', async () => {
    const metrics = await open();
    metrics.calls.begin('coder')({ outcome: 'refused', errorType: 'BreakerOpen', ...NOTHING });
    const lines = await values(metrics);
    expect(lines).toContain('baton_calls_total{agent="coder",outcome="refused",error_type="BreakerOpen"} 1');
    expect(lines.join()).not.toContain('baton_call_duration_seconds_count');
  });

  test('the utilization of an agent with a pool is that of the pool', async () => {
    const metrics = await open();
    metrics.calls.begin('gpu');
    metrics.calls.useOfPool('gpu', 3, 4);
    expect(await values(metrics)).toContain('baton_agent_utilization_ratio{agent="gpu"} 0.75');
    metrics.calls.useOfPool('gpu', 0, 0);
    expect(await values(metrics)).toContain('baton_agent_utilization_ratio{agent="gpu"} 1');
  });
});

describe('labels are bounded', () => {
  test('1,000 runs and calls of the same plans and agents add no series', async () => {
    const metrics = await open();
    const work = (count: number): void => {
      for (let index = 0; index < count; index++) {
        metrics.runs.began('nightly');
        metrics.runs.ended({ plan: 'nightly', status: 'completed', seconds: index });
        metrics.calls.begin('coder')({ outcome: 'succeeded', seconds: index, tokens: 1, usd: 1 });
      }
    };
    work(1);
    const before = (await values(metrics)).length;
    work(1_000);
    expect(await values(metrics)).toHaveLength(before);
    expect(await values(metrics)).toContain('baton_runs_total{plan="nightly",status="completed"} 1001');
  });

  test('of 1,000 plans that no configuration has, the first 50 have a label of their own', async () => {
    const metrics = await open();
    for (let index = 0; index < 1_000; index++)
      metrics.runs.ended({ plan: `plan-${index}`, status: 'failed', seconds: 1 });
    metrics.runs.ended({ plan: 'nightly', status: 'failed', seconds: 1 });
    const totals = (await values(metrics)).filter((line) => line.startsWith('baton_runs_total'));
    expect(totals).toHaveLength(52);
    expect(totals).toEqual(
      expect.arrayContaining([
        'baton_runs_total{plan="plan-49",status="failed"} 1',
        'baton_runs_total{plan="other",status="failed"} 950',
        'baton_runs_total{plan="nightly",status="failed"} 1',
      ]),
    );
  });

  test('runs of goals count as generated, whatever the goal', async () => {
    const metrics = await open();
    for (let index = 0; index < 100; index++) metrics.runs.ended({ plan: undefined, status: 'completed', seconds: 1 });
    expect(await values(metrics)).toContain('baton_runs_total{plan="generated",status="completed"} 100');
  });

  test('agents that the worker does not have share one label', async () => {
    const metrics = await open();
    for (let index = 0; index < 100; index++)
      metrics.calls.begin(`agent-${index}`)({ outcome: 'refused', errorType: 'AgentNotHere', ...NOTHING });
    expect(await values(metrics)).toContain(
      'baton_calls_total{agent="other",outcome="refused",error_type="AgentNotHere"} 100',
    );
  });
});

test('the cost of expressions counts as time', async () => {
  const metrics = await open();
  metrics.runs.evaluated([100, 100_000_000]);
  expect(await values(metrics)).toEqual(
    expect.arrayContaining([
      'baton_expression_duration_seconds_bucket{le="0.000001"} 1',
      'baton_expression_duration_seconds_bucket{le="1"} 2',
    ]),
  );
});

describe('values that are read when metrics are scraped', () => {
  const source = (read: () => Promise<void>) => {
    const seen = { reads: 0, cleared: 0 };
    const one = {
      read: () => {
        seen.reads++;
        return read();
      },
      clear: () => void seen.cleared++,
    };
    return { one, seen };
  };

  test('are read again only after a while, however often the process is scraped', async () => {
    let now = 0;
    const { one, seen } = source(() => Promise.resolve());
    const sources = createSources(() => now);
    sources.add(one);
    for (let index = 0; index < 10; index++) await sources.refresh();
    expect(seen).toEqual({ reads: 1, cleared: 0 });
    now = 5_000;
    await sources.refresh();
    expect(seen.reads).toBe(2);
  });

  test('are removed if they cannot be read', async () => {
    const { one, seen } = source(() => Promise.reject(new Error('away')));
    const sources = createSources();
    sources.add(one);
    await sources.refresh();
    expect(seen.cleared).toBe(1);
  });
});
