// A run whose calls were recorded, without a server: agents are called as a worker calls them.
import type { AgentContext } from '../../src/domain/agent/agent.js';
import { functionAgent } from '../../src/index.js';
import { CallRecord } from '../../src/testing/call-record.js';
import type { TestResult } from '../../src/testing/checks.js';

export const AGENTS = ['charge', 'ship', 'refund'] as const;

export type Called = readonly [agent: (typeof AGENTS)[number], task: string, input: unknown];

export async function recordedRun(calls: readonly Called[], rest: Partial<TestResult> = {}): Promise<TestResult> {
  const record = new CallRecord(AGENTS.map((type) => functionAgent({ type, run: () => null })));
  for (const [agent, task, input] of calls) {
    const correlation = { run: 'order-1', plan: 'order', task };
    const context = { idempotencyKey: `order-1/${task}`, correlation } as unknown as AgentContext;
    await record.agents.find(({ type }) => type === agent)!.run(input, context);
  }
  return {
    runId: 'order-1',
    plan: 'order',
    status: 'completed',
    output: null,
    failure: null,
    tasks: {},
    compensated: [],
    debt: [],
    usage: { calls: calls.length, tokens: 0, usd: 0 },
    ...rest,
    calls: record.of('order-1'),
  };
}
